"""Draws the policy's matrix: scopes by purpose classes, as `is_allowed` answers."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from typing import Any

from django import forms, template

from memory.policy.access import MATRIX, is_allowed
from memory.policy.vocabulary import PURPOSE_CLASSES

register = template.Library()

YES, NO, TAKEN_AWAY = "yes", "no", "taken away"


@dataclass(frozen=True)
class Cell:
    """`state` is YES, NO, or TAKEN_AWAY where the policy has a yes and the key has none."""

    state: str
    is_asked: bool


@dataclass(frozen=True)
class Head:
    """The name of a row or a column, in the `words` between which it may break; its checkbox."""

    name: str
    words: list[str]
    box: forms.boundfield.BoundWidget | None


@dataclass(frozen=True)
class Row:
    head: Head
    cells: list[Cell]


@register.inclusion_tag("_matrix.html")
def matrix(
    *,
    form: forms.Form | None = None,
    scopes: Collection[str] | None = None,
    purpose_classes: Collection[str] | None = None,
    scope: str = "",
    purpose_class: str = "",
    label: str = "What may be read for what",
) -> dict[str, Any]:
    """Draw the matrix; by itself it is the policy.

    `form` makes a checkbox of every head, from its fields `scopes` and `purpose_classes`. The
    arguments with these names are what a key is narrowed to, None where it is not. `scope` and
    `purpose_class` mark the cell that was asked for.
    """
    return {
        "label": label,
        "heads": _heads(PURPOSE_CLASSES, form, "purpose_classes"),
        "rows": [
            Row(
                head,
                [
                    Cell(
                        _state(head.name, str(one), scopes, purpose_classes),
                        (head.name, one) == (scope, purpose_class),
                    )
                    for one in PURPOSE_CLASSES
                ],
            )
            for head in _heads(MATRIX, form, "scopes")
        ],
    }


def _state(
    scope: str,
    purpose_class: str,
    scopes: Collection[str] | None,
    purpose_classes: Collection[str] | None,
) -> str:
    if not is_allowed(scope, purpose_class):
        return NO
    is_given = (scopes is None or scope in scopes) and (
        purpose_classes is None or purpose_class in purpose_classes
    )
    return YES if is_given else TAKEN_AWAY


def _heads(names: Collection[str], form: forms.Form | None, field: str) -> list[Head]:
    boxes = {str(box.data["value"]): box for box in form[field].subwidgets} if form else {}
    return [Head(str(name), str(name).split("_"), boxes.get(str(name))) for name in names]
