"""What the filters of the logs have in common: where a page begins, chips, keys, request ids."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, time, timedelta
from typing import Any
from uuid import UUID

from django import forms
from django.conf import settings
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db.models import Q, QuerySet, Value
from django.db.models.functions import Left
from django.db.models.lookups import Exact
from django.http import QueryDict

from accounts.models import Project
from accounts.models.audit import CLOCKS
from apikeys.models import ApiKey
from console import walks
from console.filters import Chip, without
from console.forms import FIRST_DAY, LAST_DAY
from console.summaries import name_of
from console.walks import FIRST, LAST, Asked, Cursor, Page
from foundation.identifiers import first_id, moment_of

ANY = ("", "Any")
DELETED = 50  # keys that a filter offers beside the live ones
PLACES = ("before", "after")  # where a page begins: whoever changes the filter begins anew
LONGEST_REQUEST_ID = 64
SORTABLE = 7  # the version of UUIDs that tell their time


class MomentField(forms.DateTimeField):
    """A minute, in UTC, within the years that the product can compute with."""

    def __init__(self, **options: Any) -> None:
        widget = forms.DateTimeInput(attrs={"type": "datetime-local"}, format="%Y-%m-%dT%H:%M")
        super().__init__(required=False, widget=widget, **options)
        first = datetime.combine(FIRST_DAY, time.min, UTC)
        last = datetime.combine(LAST_DAY, time.max, UTC)
        words = f"Enter a time between the years {FIRST_DAY.year} and {LAST_DAY.year}."
        self.validators += [MinValueValidator(first, words), MaxValueValidator(last, words)]
        self.error_messages["invalid"] = "Enter a day and a time, such as 2026-11-28 14:05."


def _place_field() -> forms.UUIDField:
    words = "There is no such page: clear the filter to start with the newest."
    return forms.UUIDField(
        required=False, widget=forms.HiddenInput, error_messages={"invalid": words}
    )


class LogForm(forms.Form):
    """Narrows a log of one environment. It comes by GET: a page's address tells it all."""

    before = _place_field()
    after = _place_field()

    def __init__(self, data: QueryDict, *, project: Project, environment: str) -> None:
        super().__init__(data)
        self.query = data
        self.project = project
        self.environment = environment
        if "key" in self.fields:
            choices = _key_choices(project, environment, data.get("key", ""))
            self.fields["key"] = forms.ChoiceField(required=False, choices=choices)

    @property
    def cursor(self) -> Cursor:
        return Cursor(self.cleaned_data["before"], self.cleaned_data["after"])

    @property
    def is_used(self) -> bool:
        """Say whether anything is narrowed, or was meant to be."""
        return any(self.data.get(field.name, "").strip() for field in self.visible_fields())

    def chips(self) -> list[Chip]:
        """Tell what the form narrows the list to; nothing while it is not valid."""
        if self.errors:
            return []
        return [
            Chip(
                str(field.label),
                self._in_words(field.name, value),
                without(self.query, field.name, *PLACES),
            )
            for field in self.visible_fields()
            if (value := self.cleaned_data.get(field.name))
        ]

    def _in_words(self, name: str, value: Any) -> str:
        field = self.fields[name]
        if isinstance(field, forms.ChoiceField):
            return str(_flat(field.choices).get(str(value), value))
        if isinstance(value, datetime):
            return f"{value.astimezone(UTC):%-d %b %Y, %H:%M} UTC"
        return f"{value:%-d %b %Y}" if hasattr(value, "strftime") else str(value)


def request_id_field() -> forms.CharField:
    return forms.CharField(
        required=False,
        max_length=LONGEST_REQUEST_ID,
        label="Request id",
        help_text="A whole id, or how the id begins that your app sent.",
        error_messages={"max_length": f"A request id has at most {LONGEST_REQUEST_ID} characters."},
    )


def of_request(request_id: str) -> Q:
    """Find what belongs to requests by the beginning of a caller's id, or by the service's own.

    The beginning is compared as it is, where SQLite's LIKE would let case pass.
    """
    beginning = Left("request_id", len(request_id))
    found = Q(Exact(beginning, Value(request_id)))
    server_id = as_uuid(request_id)
    return found | Q(server_request_id=server_id) if server_id else found


def page_of_request(
    rows: QuerySet[Any],
    environments: Sequence[str],
    request_id: str,
    asked: Asked,
    cursor: Cursor,
) -> Page:
    """Return a page of what belongs to a request, found by an id of the service's own however old.

    Without such an id, or where it tells the wrong time, it is a page like any other.
    """
    near = _around(request_id, asked)
    if near is not None:
        found = walks.page(rows, environments, near, cursor)
        if found.rows:
            return found
    return walks.page(rows, environments, asked, cursor)


def _around(request_id: str, asked: Asked) -> Asked | None:
    """Look for a request of the service's own id at the time that the id tells; None: it does not.

    A caller may have sent such an id, and long after: what is not found here may be elsewhere.
    """
    server_id = as_uuid(request_id)
    if server_id is None or server_id.version != SORTABLE:
        return None
    moment = moment_of(server_id)
    low, high = ids_between(moment, moment + timedelta(minutes=1))
    return Asked(asked.matching, max(asked.low, low), min(asked.high, high))


def ids_between(since: datetime | None, until: datetime | None) -> tuple[UUID, UUID]:
    """Return the first and the last id of rows of that time; ids are made a little later."""
    low = FIRST if since is None else first_id(since - CLOCKS)
    high = LAST if until is None else first_id(until + CLOCKS)
    return low, high


def as_uuid(text: str) -> UUID | None:
    try:
        return UUID(text)
    except ValueError:
        return None


def _flat(choices: Any) -> dict[str, str]:
    """Return the words of choices, in groups or not."""
    told: dict[str, str] = {}
    for value, words in choices:
        told |= dict(words) if isinstance(words, list | tuple) else {value: words}
    return told


def _key_choices(project: Project, environment: str, chosen: str) -> list[tuple[str, str]]:
    """Offer the environment's live keys, those deleted last, and the chosen one in any case."""
    keys = ApiKey.objects.filter(project=project).only("name", "deleted_at")
    here = keys.filter(environment=environment)
    offered = list(here.live().order_by("name", "id")[: settings.KEYS_PER_PROJECT])
    offered += here.exclude(deleted_at=None).order_by("-deleted_at", "-id")[:DELETED]
    known = {str(key.pk) for key in offered}
    if chosen not in known and (key_id := as_uuid(chosen)):
        offered += keys.filter(pk=key_id)
    return [ANY, *((str(key.pk), name_of(key)) for key in offered)]
