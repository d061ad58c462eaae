"""The forms that narrow what a page shows. They come by GET: a page's address tells it all."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django import forms
from django.conf import settings
from django.db.models import Q, QuerySet, Value
from django.db.models.functions import Left
from django.db.models.lookups import Exact
from django.utils import timezone

from accounts.models import AuditEvent, EventType, Project
from accounts.subjects import subject_id
from apikeys.models import ApiKey, LoggedRequest
from apikeys.usage import periods, reports
from apikeys.usage.periods import Period
from console.forms import DayField
from console.summaries import name_of
from memory.policy.vocabulary import PURPOSE_CLASSES, Scope

DELETED = 50  # keys that a filter offers beside the live ones


class PageForm(forms.Form):
    """Pages a list; `before` is where a page begins."""

    before = forms.UUIDField(required=False, widget=forms.HiddenInput)


def _request_id_field() -> forms.CharField:
    return forms.CharField(
        required=False,
        max_length=64,
        label="Request id",
        help_text="The whole id, or its beginning; or the service's own, in full.",
    )


def of_request(request_id: str) -> Q:
    """Find what belongs to requests by the beginning of a caller's id, or by the service's own.

    The beginning is compared as it is, where SQLite's LIKE would let case pass.
    """
    beginning = Left("request_id", len(request_id))
    found = Q(Exact(beginning, Value(request_id)))
    server_id = _uuid(request_id)
    return found | Q(server_request_id=server_id) if server_id else found


class UsageFilter(forms.Form):
    """A named range, or the days from `since` to `until`, both with their whole day in UTC."""

    range = forms.ChoiceField(
        choices=[(name, name) for name in periods.NAMED], required=False, widget=forms.HiddenInput
    )
    since = DayField(label="From")
    until = DayField(label="To")

    def clean(self) -> dict[str, Any]:
        data = self.cleaned_data
        since, until = data.get("since"), data.get("until")
        if bool(since) != bool(until) and not self.errors:
            self.add_error("until" if since else "since", "Enter both days.")
        if since and until:
            if until < since:
                self.add_error("until", "The last day is before the first.")
            elif until - since > timedelta(days=settings.USAGE_DAYS):
                self.add_error("until", f"At most {settings.USAGE_DAYS} days at once.")
        return data

    def period(self, *, at: datetime) -> Period:
        """Return the period of a valid form: the last seven days, unless it names others."""
        data = self.cleaned_data
        if data["since"]:
            return periods.between(data["since"], data["until"], at=at)
        return periods.named(data["range"] or periods.USUAL, at=at)


def _key_choices(project: Project, chosen: str) -> list[tuple[str, str]]:
    """Offer the project's live keys, those deleted last, and the chosen one in any case."""
    keys = ApiKey.objects.filter(project=project).only("name", "deleted_at")
    offered = list(keys.live().order_by("name", "id")[: settings.KEYS_PER_PROJECT])
    offered += keys.exclude(deleted_at=None).order_by("-deleted_at", "-id")[:DELETED]
    known = {str(key.pk) for key in offered}
    if chosen not in known and (key_id := _uuid(chosen)):
        offered += keys.filter(pk=key_id)
    return [ANY, *((str(key.pk), name_of(key)) for key in offered)]


def _uuid(text: str) -> UUID | None:
    try:
        return UUID(text)
    except ValueError:
        return None


STATUSES = [
    ("", "Any"),
    ("2xx", "2xx: served"),
    ("4xx", "4xx: refused"),
    ("429", "429: limited"),
    ("5xx", "5xx: failed"),
]
ANY = ("", "Any")


class LogFilter(PageForm):
    """Which requests of the project's log are shown."""

    key = forms.ChoiceField(required=False)
    endpoint = forms.ChoiceField(required=False)
    status = forms.ChoiceField(choices=STATUSES, required=False)
    request_id = _request_id_field()

    def __init__(self, *args: Any, project: Project, **options: Any) -> None:
        super().__init__(*args, **options)
        self.project = project
        self.fields["key"] = forms.ChoiceField(
            required=False, choices=_key_choices(project, self.data.get("key", ""))
        )
        logged = periods.last_days(settings.REQUEST_LOG_DAYS + 1, at=timezone.now())
        endpoints = reports.endpoints(project.pk, logged)
        self.fields["endpoint"] = forms.ChoiceField(
            required=False, choices=[ANY, *((endpoint, endpoint) for endpoint in endpoints)]
        )
        self.order_fields(["key", "endpoint", "status", "request_id", "before"])

    def rows(self) -> QuerySet[LoggedRequest]:
        """Find the requests that a valid form asks for."""
        data = self.cleaned_data
        rows = LoggedRequest.objects.filter(project_id=self.project.pk)
        if data["key"]:
            rows = rows.filter(key_id=data["key"])
        if data["endpoint"]:
            rows = rows.filter(endpoint=data["endpoint"])
        if data["request_id"]:
            rows = rows.filter(of_request(data["request_id"]))
        if data["status"].isdigit():
            rows = rows.filter(status=int(data["status"]))
        elif data["status"]:
            hundred = 100 * int(data["status"][0])
            rows = rows.filter(status__gte=hundred, status__lt=hundred + 100)
        return rows


class AuditFilter(PageForm):
    """Which events of the project's record are shown. Days are whole, in UTC."""

    key = forms.ChoiceField(required=False)

    event_type = forms.ChoiceField(
        choices=[ANY, *((name, name) for name in EventType.values)], required=False, label="Event"
    )
    scope = forms.ChoiceField(
        choices=[ANY, *((str(one), str(one)) for one in Scope)], required=False
    )
    purpose_class = forms.ChoiceField(
        choices=[ANY, *((str(one), str(one)) for one in PURPOSE_CLASSES)],
        required=False,
        label="Purpose class",
    )
    user_id = forms.CharField(required=False, max_length=255, label="End user (user_id)")
    request_id = _request_id_field()
    since = DayField(label="From")
    until = DayField(label="To")

    def __init__(self, *args: Any, project: Project, environment: str, **options: Any) -> None:
        super().__init__(*args, **options)
        self.project, self.environment = project, environment
        self.fields["key"] = forms.ChoiceField(
            required=False, choices=_key_choices(project, self.data.get("key", ""))
        )

    def clean(self) -> dict[str, Any]:
        data = self.cleaned_data
        if data.get("since") and data.get("until") and data["until"] < data["since"]:
            self.add_error("until", "The last day is before the first.")
        return data

    def rows(self) -> QuerySet[AuditEvent]:
        """Find the events. An end user is found by pseudonym, also after an erasure."""
        data = self.cleaned_data
        rows = AuditEvent.objects.of_project(self.project.pk).in_environment(self.environment)
        for name in ("event_type", "scope", "purpose_class"):
            if data[name]:
                rows = rows.filter(**{name: data[name]})
        if data["key"]:
            rows = rows.filter(api_key_id=data["key"])
        if data["user_id"]:
            key = bytes(self.project.subject_key)
            rows = rows.filter(subject_id=subject_id(key, self.environment, data["user_id"]))
        if data["request_id"]:
            rows = rows.filter(of_request(data["request_id"]))
        since, until = data["since"], data["until"]
        return rows.between(
            periods.midnight(since) if since else None,
            periods.midnight(until) + periods.DAY if until else None,
        )
