"""The matrix as pages draw it: the policy, what a key has of it, and boxes that narrow a key."""

from __future__ import annotations

import re

from django import forms
from django.template import Context, Template

from memory.policy.access import MATRIX, is_allowed
from memory.policy.vocabulary import PURPOSE_CLASSES

CELL = re.compile(r"<td(?P<mark>[^>]*)>.*?<span class=\"hidden\">(?P<words>[^<]*)</span></td>")


class NarrowingForm(forms.Form):
    scopes = forms.MultipleChoiceField(
        choices=[(str(one), str(one)) for one in MATRIX], widget=forms.CheckboxSelectMultiple
    )
    purpose_classes = forms.MultipleChoiceField(
        choices=[(str(one), str(one)) for one in PURPOSE_CLASSES],
        widget=forms.CheckboxSelectMultiple,
    )


def drawn(arguments: str = "", **context: object) -> str:
    return Template(f"{{% load matrix %}}{{% matrix {arguments} %}}").render(Context(context))


def cells(page: str) -> dict[tuple[str, str], str]:
    """Return the words of each cell, by scope and class."""
    found = [cell["words"] for cell in CELL.finditer(page)]
    pairs = [(str(scope), str(one)) for scope in MATRIX for one in PURPOSE_CLASSES]
    return dict(zip(pairs, found, strict=True))


class TestMatrix:
    def test_it_is_the_policy(self) -> None:
        for (scope, one), words in cells(drawn()).items():
            assert words == ("allowed" if is_allowed(scope, one) else "no")

    def test_it_names_every_scope_and_class_in_full(self) -> None:
        page = drawn().replace("<wbr>", "")
        for name in (*MATRIX, *PURPOSE_CLASSES):
            assert f"<code>{name}</code>" in page

    def test_a_narrowed_key_loses_cells_and_gains_none(self) -> None:
        page = drawn(
            "scopes=scopes purpose_classes=classes",
            scopes=["preferences", "attention"],
            classes=["recommendation", "scheduling"],
        )
        for (scope, one), words in cells(page).items():
            if not is_allowed(scope, one):
                assert words == "no"
            elif (scope, one) == ("preferences", "recommendation"):
                assert words == "allowed"
            else:
                assert words == "not for this key"

    def test_a_key_narrowed_by_scopes_alone_keeps_their_classes(self) -> None:
        found = cells(drawn("scopes=scopes", scopes=["schedule"]))
        assert found["schedule", "task_execution"] == "allowed"
        assert found["constraints", "task_execution"] == "not for this key"

    def test_the_cell_that_was_asked_for_is_marked_and_no_other(self) -> None:
        page = drawn("scope='preferences' purpose_class='task_execution'")
        marks = [cell["mark"] for cell in CELL.finditer(page)]
        assert [at for at, mark in enumerate(marks) if "aria-current" in mark] == [
            PURPOSE_CLASSES.index("task_execution")
        ]

    def test_without_a_class_no_cell_is_marked(self) -> None:
        assert "aria-current" not in drawn("scope='preferences' purpose_class='unrecognized'")


class TestBoxes:
    def test_the_heads_are_the_forms_own_boxes(self) -> None:
        form = NarrowingForm({"scopes": ["schedule"], "purpose_classes": ["ui_rendering"]})
        page = drawn("form=form", form=form)
        boxes = re.findall(r"<input[^>]*>", page)
        assert len(boxes) == len(MATRIX) + len(PURPOSE_CLASSES)
        assert re.search(r'<input[^>]*name="scopes" value="schedule"[^>]*checked', page)
        ticked = [box for box in boxes if "checked" in box]
        assert [re.findall('value="([^"]*)"', box)[0] for box in ticked] == [
            "ui_rendering",
            "schedule",
        ]
        assert set(re.findall(r'<label class="check" for="([^"]+)"', page)) == set(
            re.findall(r'<input[^>]* id="([^"]+)"', page)
        )

    def test_without_a_form_there_is_nothing_to_tick(self) -> None:
        assert "<input" not in drawn()
