"""A select is drawn as Django draws it, whatever is in its options."""

from __future__ import annotations

import re

import pytest
from django import forms
from django.forms.renderers import DjangoTemplates, TemplatesSetting
from django.utils.safestring import mark_safe

GROUPED = [
    ("", "Any"),
    ("<b>'1'", 'Tom & "Jerry"'),
    ("Group <of> two", [("a", "First"), ("b", mark_safe("<i>Safe</i>"))]),
    (3, "A number"),
    (None, "Nothing"),
]


class Tried(forms.Form):
    one = forms.ChoiceField(choices=GROUPED, required=False)
    some = forms.MultipleChoiceField(choices=GROUPED, required=False)
    truth = forms.NullBooleanField()


class WithAttributes(forms.Select):
    def create_option(self, *args: object, **options: object) -> dict[str, object]:
        made: dict[str, object] = super().create_option(*args, **options)  # type: ignore[arg-type]
        return made | {"attrs": {"data-x": '"<1>', "hidden": False, "disabled": True, "n": 1000}}


def words(html: str) -> str:
    return re.sub(r"\s+", " ", html)


@pytest.mark.parametrize(
    "data", [{}, {"one": "b", "some": ["a", "3"], "truth": "true"}, {"one": "<b>'1'"}]
)
def test_as_django_draws_it(data: dict[str, object]) -> None:
    ours, djangos = (
        [words(str(field)) for field in Tried(data, renderer=renderer)]
        for renderer in (TemplatesSetting(), DjangoTemplates())
    )
    assert ours == djangos
    assert "<optgroup" in ours[0]
    assert "&lt;b&gt;" in ours[0]


def test_with_attributes_of_options() -> None:
    widget = WithAttributes(choices=GROUPED)
    ours, djangos = (
        words(widget.render("one", "a", {"id": "one"}, renderer))
        for renderer in (TemplatesSetting(), DjangoTemplates())
    )
    assert ours == djangos
    assert "disabled" in ours
