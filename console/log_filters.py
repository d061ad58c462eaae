"""The filters of the request log and of the audit log."""

from __future__ import annotations

from http import HTTPStatus
from typing import Any
from uuid import UUID

from django import forms
from django.db.models import Q, QuerySet

from accounts.environments import BOTH
from accounts.models import AuditEvent, EventType
from accounts.models.audit import AuditEventQuerySet
from accounts.subjects import subject_id
from apikeys.models import LoggedRequest
from apikeys.usage import periods
from console import narrowing, walks
from console.advice import ADVICE
from console.endpoints import endpoints
from console.forms import DayField
from console.narrowing import ANY, LogForm, MomentField, request_id_field
from console.walks import Asked, Page
from memory.policy.vocabulary import PURPOSE_CLASSES, Scope

CLASSES = {
    "2xx": ("Served (2xx)", 200, 300),
    "errors": ("Not served (4xx and 5xx)", 400, 600),
    "4xx": ("Refused (4xx)", 400, 500),
    "5xx": ("Failed (5xx)", 500, 600),
}
CODES = (400, 401, 403, 404, 405, 406, 409, 413, 415, 422, 429, 500, 503)
STATUSES = [
    ANY,
    *((name, words) for name, (words, _, _) in CLASSES.items()),
    *((str(code), f"{code} {HTTPStatus(code).phrase}") for code in CODES),
]
LAST_BEFORE_FIRST = "Choose an end that is after the start."
EVENTS = {
    "Memories": {
        EventType.MEMORY_READ: "Memory read",
        EventType.POLICY_DENIED: "Denied or refused",
        EventType.MEMORY_CREATE: "Memory stored",
        EventType.MEMORY_REVOKE: "Access taken back",
        EventType.MEMORY_LIST: "Memories listed",
        EventType.MEMORY_DELETE: "Memory deleted",
        EventType.MEMORY_DISPUTE: "Memory disputed",
        EventType.MEMORY_DISPUTE_END: "Memory disputed no more",
    },
    "People": {
        EventType.USER_VIEW: "Person looked up",
        EventType.USER_EXPORT: "Person exported",
        EventType.USER_LINK: "Link to a person's page made",
        EventType.USER_LINK_OPEN: "Person's page opened",
        EventType.USER_ERASE: "Person erased",
    },
    "Keys": {
        EventType.KEY_CREATE: "Key created",
        EventType.KEY_ROTATE: "Key rotated",
        EventType.KEY_UPDATE: "Key changed",
        EventType.KEY_DELETE: "Key deleted",
    },
    "Project": {
        EventType.PROJECT_CREATE: "Project created",
        EventType.PROJECT_UPDATE: "Project changed",
        EventType.PROJECT_DELETE: "Project deleted",
        EventType.PROJECT_ERASE: "Project erased",
        EventType.PURPOSE_PROPOSE: "Purpose proposed",
        EventType.PURPOSE_APPROVE: "Purpose approved",
        EventType.PURPOSE_UPDATE: "Purpose changed",
        EventType.PURPOSE_RETIRE: "Purpose retired",
    },
    "Account": {
        EventType.ACCOUNT_CLOSE: "Account closed",
        EventType.ACCOUNT_REOPEN: "Account reopened",
        EventType.ACCOUNT_DISABLE: "Account switched off",
        EventType.ACCOUNT_ENABLE: "Account switched on",
    },
}
EVENT_CHOICES: list[Any] = [
    ANY,
    *(
        (group, [(str(kind), words) for kind, words in kinds.items()])
        for group, kinds in EVENTS.items()
    ),
]


class LogFilter(LogForm):
    """Which requests of an environment's log are shown."""

    key = forms.ChoiceField(required=False)
    endpoint = forms.ChoiceField(choices=[ANY, *endpoints()], required=False)
    status = forms.ChoiceField(choices=STATUSES, required=False, label="Answer")
    code = forms.ChoiceField(
        choices=[ANY, *((code, code) for code in sorted(ADVICE))],
        required=False,
        label="Error code",
    )
    since = MomentField(label="From (UTC)")
    until = MomentField(label="Until (UTC)")
    request_id = request_id_field()

    def clean(self) -> dict[str, Any]:
        return _in_order(self)

    def page(self) -> Page:
        """Return the page of requests that a valid form asks for."""
        rows = self._kept()
        low, high = narrowing.ids_between(self.cleaned_data["since"], self.cleaned_data["until"])
        asked = Asked(self._matching(), low, high)
        request_id = self.cleaned_data["request_id"]
        here = [self.environment]
        return narrowing.page_of_request(rows, here, request_id, asked, self.cursor)

    def rows(self) -> QuerySet[LoggedRequest]:
        """Find all requests that a valid form asks for."""
        low, high = narrowing.ids_between(self.cleaned_data["since"], self.cleaned_data["until"])
        here = self._kept().filter(environment=self.environment, id__gte=low, id__lte=high)
        return here.filter(self._matching())

    def _kept(self) -> QuerySet[LoggedRequest]:
        """Narrow the log by what an index knows: by time, and by whether there was an error."""
        data = self.cleaned_data
        rows = LoggedRequest.objects.filter(project_id=self.project.pk)
        if data["since"]:
            rows = rows.filter(created_at__gte=data["since"])
        if data["until"]:
            rows = rows.filter(created_at__lt=data["until"])
        if data["code"] or data["status"][:1] in ("4", "5", "e"):
            rows = rows.filter(status__gte=400)
        return rows

    def _matching(self) -> Q:
        data = self.cleaned_data
        found = Q()
        if data["key"]:
            found &= Q(key_id=data["key"])
        for name in ("endpoint", "code"):
            if data[name]:
                found &= Q(**{name: data[name]})
        if data["request_id"]:
            found &= narrowing.of_request(data["request_id"])
        if data["status"] in CLASSES:
            _, low, high = CLASSES[data["status"]]
            found &= Q(status__gte=low, status__lt=high)
        elif data["status"]:
            found &= Q(status=int(data["status"]))
        return found


class AuditFilter(LogForm):
    """Which events of an environment are shown. Days are whole, in UTC."""

    key = forms.ChoiceField(required=False)
    event_type = forms.ChoiceField(choices=EVENT_CHOICES, required=False, label="Event")
    scope = forms.ChoiceField(
        choices=[ANY, *((str(one), str(one)) for one in Scope)], required=False
    )
    purpose_class = forms.ChoiceField(
        choices=[ANY, *((str(one), str(one)) for one in PURPOSE_CLASSES)],
        required=False,
        label="Purpose class",
    )
    user_id = forms.CharField(
        required=False,
        max_length=255,
        label="Person (user_id)",
        error_messages={"max_length": "A user_id has at most 255 characters."},
    )
    request_id = request_id_field()
    since = DayField(label="From")
    until = DayField(label="To")

    def clean(self) -> dict[str, Any]:
        return _in_order(self)

    def page(self) -> Page:
        """Return the page of events that a valid form asks for."""
        rows, matching = self._kept().defer("memory_ids"), self._matching()
        if self.cleaned_data["user_id"]:
            return walks.by_time(rows.filter(matching), self.cursor)
        asked = Asked(matching, *self._ids())
        request_id = self.cleaned_data["request_id"]
        here = (self.environment, BOTH)
        return narrowing.page_of_request(rows, here, request_id, asked, self.cursor)

    def rows(self) -> QuerySet[AuditEvent]:
        """Find all events that a valid form asks for."""
        here = self._kept().in_environment(self.environment)
        found: QuerySet[AuditEvent] = here.filter(self._matching())
        return found

    def _ids(self) -> tuple[UUID, UUID]:
        data = self.cleaned_data
        return narrowing.ids_between(
            periods.midnight(data["since"]) if data["since"] else None,
            periods.midnight(data["until"]) + periods.DAY if data["until"] else None,
        )

    def _kept(self) -> AuditEventQuerySet:
        """Narrow the record by what an index knows: by time, and by end user.

        An end user is found by pseudonym, also after an erasure.
        """
        data = self.cleaned_data
        rows = AuditEvent.objects.of_project(self.project.pk).between(
            periods.midnight(data["since"]) if data["since"] else None,
            periods.midnight(data["until"]) + periods.DAY if data["until"] else None,
        )
        if data["user_id"]:
            key = bytes(self.project.subject_key)
            rows = rows.filter(subject_id=subject_id(key, self.environment, data["user_id"]))
        return rows

    def _matching(self) -> Q:
        data = self.cleaned_data
        found = Q()
        for name in ("event_type", "scope", "purpose_class"):
            if data[name]:
                found &= Q(**{name: data[name]})
        if data["key"]:
            found &= Q(api_key_id=data["key"])
        if data["request_id"]:
            found &= narrowing.of_request(data["request_id"])
        return found


def _in_order(form: LogForm) -> dict[str, Any]:
    """Refuse a time that ends before it begins."""
    data = form.cleaned_data
    if data.get("since") and data.get("until") and data["until"] < data["since"]:
        form.add_error("until", LAST_BEFORE_FIRST)
    return data
