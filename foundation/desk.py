"""What the operators' pages show beside Django's, told by the app that knows it.

An app's admin module adds its functions here when it is loaded; the pages ask all of them. Nobody
reads what they have no permission to look at.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.utils.timesince import timesince


@dataclass(frozen=True)
class Figure:
    """A number on the first page, and the page of the admin that has its rows."""

    name: str
    value: int
    href: str
    permission: str


@dataclass(frozen=True)
class Step:
    """How many people got so far; `place` is where it stands among the steps of all apps."""

    place: int
    name: str
    value: int
    permission: str


@dataclass(frozen=True)
class Cell:
    text: object
    href: str = ""


@dataclass(frozen=True)
class Panel:
    """A part of a page about an account or a project: facts, then a table, if it has columns."""

    title: str
    permission: str
    facts: Sequence[tuple[str, Cell]] = ()
    columns: Sequence[str] = ()
    rows: Sequence[Sequence[Cell]] = field(default_factory=list)
    empty: str = ""


FIGURES: list[Callable[[datetime], Sequence[Figure]]] = []
STEPS: list[Callable[[str], Sequence[Step]]] = []  # of a cohort, or with "" of everybody
PANELS: dict[str, list[Callable[[Any, datetime], Panel]]] = {"account": [], "project": []}


def panels(kind: str, about: object, user: Any, *, at: datetime) -> list[Panel]:
    """Return what this operator may see of an account or a project, from every app."""
    found = [panel(about, at) for panel in PANELS[kind]]
    return [panel for panel in found if user.has_perm(panel.permission)]


def figures(user: Any, *, at: datetime) -> list[Figure]:
    found = [figure for told in FIGURES for figure in told(at)]
    return [figure for figure in found if user.has_perm(figure.permission)]


def steps(user: Any, *, cohort: str) -> list[Step]:
    found = [step for told in STEPS for step in told(cohort)]
    seen = [step for step in found if user.has_perm(step.permission)]
    return sorted(seen, key=lambda step: step.place)


def age(moment: datetime, *, at: datetime) -> str:
    """Say how long ago it was, by its largest unit: `3 days`."""
    words = timesince(moment, at, depth=1).replace("\xa0", " ")
    return "less than a minute" if words.startswith("0 ") else words


def ago(moment: datetime | None, *, at: datetime) -> str:
    """Say it with its date: `3 days ago, 2026-11-20 12:00 UTC`; `never` for None."""
    return "never" if moment is None else f"{age(moment, at=at)} ago, {when(moment)}"


def when(moment: datetime) -> str:
    return f"{moment:%Y-%m-%d %H:%M} UTC"
