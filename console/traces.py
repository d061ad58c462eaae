"""Ties a logged request to what it left in the record: the decision, and why it was made."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from http import HTTPStatus
from uuid import UUID

from django.db.models import Q
from django.utils.safestring import SafeString, mark_safe

from accounts.models import AuditEvent, EventType, Project
from apikeys.models import ApiKey, LoggedRequest
from console import endpoints, telling
from console.advice import ADVICE
from console.pointers import Pointers
from console.sentences import purpose_of
from console.summaries import name_of
from console.telling import Told
from foundation.identifiers import first_id

# An event is made while its request runs; a clock may be set meanwhile.
AROUND = timedelta(seconds=2)
FEW = 3  # events of each request that the log tells; a batch leaves up to a hundred
# What an answer is called beside its number, by its error code or else by its status.
WORDS = {
    "policy_denied": "Denied",
    "permission_denied": "Not permitted",
    "grant_revoked": "Revoked",
    "ceiling_reached": "Full",
    "not_found": "Not found",
    "rate_limited": "Limited",
    "too_many_at_once": "Limited",
    "idempotency_conflict": "Conflict",
    "content_too_large": "Too large",
    "request_timeout": "Timed out",
}


@dataclass(frozen=True)
class Trace:
    """A request, its answer in words, its key, and what it left in the record.

    `purpose` is what it stated, empty where it stated none, and `reads` how often: a batch has one
    purpose for all that it reads. Of the `events` that it left, `decisions` of which decided
    something, some may be `told` alone.
    """

    logged: LoggedRequest
    answer: str
    tone: str
    key_name: str
    masked: str
    purpose: SafeString
    reads: int
    events: int
    decisions: int
    told: list[Told]
    href: str
    key_href: str
    advice: SafeString
    curl: str

    @property
    def endpoint(self) -> str:
        """Return the method and the path, with `{memory_id}` for an id in it."""
        return endpoints.in_words(self.logged.endpoint)

    @property
    def milliseconds(self) -> str:
        took = self.logged.microseconds / 1000
        return f"{took:,.0f}" if took >= 10 else f"{took:.1f}"

    @property
    def other_id(self) -> str:
        """Return the service's own id where the caller sent another; empty where it is the same."""
        own = str(self.logged.server_request_id or "")
        return "" if own == self.logged.request_id else own

    @property
    def short_id(self) -> str:
        """Return the end of the id: those of the service begin alike, by their time."""
        return self.logged.request_id[-8:]

    @property
    def why(self) -> str:
        return next((one.why for one in self.told if one.why), "")

    @property
    def denied(self) -> bool:
        return not all(_is_allowed(one.event) for one in self.told)


def traces(
    project: Project,
    environment: str,
    logged: Sequence[LoggedRequest],
    *,
    base_url: str,
    most: int | None = None,
) -> list[Trace]:
    """Tell requests of one environment; whatever their number, by one question to each table.

    Of what each left in the record, tell `most` events: what was denied first.
    """
    events = _events_of(project, environment, logged)
    chosen = [some if most is None else sorted(some, key=_is_allowed)[:most] for some in events]
    told = iter(telling.tell(project, environment, [one for some in chosen for one in some]))
    keys = ApiKey.objects.filter(project=project, pk__in={one.key_id for one in logged})
    pointers = Pointers(project, environment)
    called = {key.pk: key for key in keys.with_secrets()} if logged else {}
    return [
        _trace(one, called.get(one.key_id), left, [next(told) for _ in some], pointers, base_url)
        for one, left, some in zip(logged, events, chosen, strict=True)
    ]


def is_decision(event: AuditEvent) -> bool:
    return bool(event.purpose_class or event.reason_code)


def _is_allowed(event: AuditEvent) -> bool:
    return event.event_type != EventType.POLICY_DENIED


def _trace(
    logged: LoggedRequest,
    key: ApiKey | None,
    events: list[AuditEvent],
    told: list[Told],
    pointers: Pointers,
    base_url: str,
) -> Trace:
    purposes = [said for one in events if (said := purpose_of(one))]
    return Trace(
        logged=logged,
        answer=f"{logged.status} {answer_in_words(logged.status, logged.code)}",
        tone=tone_of(logged.status),
        key_name=name_of(key) if key else "",
        masked=_masked(logged, key),
        purpose=purposes[0] if purposes else mark_safe(""),
        reads=len(purposes),
        events=len(events),
        decisions=sum(map(is_decision, events)),
        told=told,
        href=pointers.logged(logged.pk),
        key_href=pointers.key(logged.key_id),
        advice=advice_for(logged.code),
        curl=curl(endpoints.in_words(logged.endpoint), base_url),
    )


def advice_for(code: str) -> SafeString:
    """Return what a developer can do about an error; nothing for what was served."""
    return mark_safe(ADVICE.get(code, ""))  # noqa: S308 - a table of ours


def answer_in_words(status: int, code: str) -> str:
    if code in WORDS:
        return WORDS[code]
    if status < HTTPStatus.BAD_REQUEST:
        return "Served"
    return "Failed" if status >= HTTPStatus.INTERNAL_SERVER_ERROR else "Not valid"


def tone_of(status: int) -> str:
    if status < HTTPStatus.BAD_REQUEST:
        return "allow"
    is_bad = status == HTTPStatus.FORBIDDEN or status >= HTTPStatus.INTERNAL_SERVER_ERROR
    return "deny" if is_bad else "care"


def curl(endpoint: str, base_url: str) -> str:
    """Return the line that repeats a request, but for its key, its body and the ids in its path."""
    method, _, path = endpoint.partition(" ")
    lines = [f"curl -X {method} '{base_url}{path}'", '  -H "X-API-Key: $MEMORY_SCOPE_API_KEY"']
    if method in ("POST", "PUT", "PATCH"):
        lines += ["  -H 'Content-Type: application/json'", "  -d @body.json"]
    return " \\\n".join(lines)


def _masked(logged: LoggedRequest, key: ApiKey | None) -> str:
    """Return what may be seen of the secret that was used."""
    secrets = key.secrets.all() if key else ()
    return next((secret.masked for secret in secrets if secret.pk == logged.secret_id), "")


def _events_of(
    project: Project, environment: str, logged: Sequence[LoggedRequest]
) -> list[list[AuditEvent]]:
    """Return the events that each request left, in their order.

    They are looked for around the times of the requests, which an index of their ids tells.
    """
    times = _joined([_span(one) for one in logged])
    if not times:
        return [[] for _ in logged]
    when = Q(*(Q(id__range=span) for span in times), _connector=Q.OR)
    ids = [one.server_request_id for one in logged if one.server_request_id]
    events = AuditEvent.objects.of_project(project.pk).filter(
        when,
        environment=environment,
        api_key_id__in={one.key_id for one in logged},
    )
    if len(ids) == len(logged):
        events = events.filter(server_request_id__in=ids)
    left: dict[tuple[UUID, UUID | str], list[AuditEvent]] = {}
    for event in events.defer("memory_ids").order_by("id"):
        if event.api_key_id:
            left.setdefault((event.api_key_id, _id_of(event)), []).append(event)
    return [left.get((one.key_id, _id_of(one)), []) for one in logged]


def _id_of(row: LoggedRequest | AuditEvent) -> UUID | str:
    """Return the id that ties a request to its events: of old ones it is the caller's."""
    return row.server_request_id or row.request_id


def _span(logged: LoggedRequest) -> tuple[UUID, UUID]:
    began = logged.created_at - timedelta(microseconds=logged.microseconds)
    return first_id(began - AROUND), first_id(logged.created_at + AROUND)


def _joined(spans: Sequence[tuple[UUID, UUID]]) -> list[tuple[UUID, UUID]]:
    """Return spans that do not touch each other, and hold the same."""
    joined: list[tuple[UUID, UUID]] = []
    for low, high in sorted(spans):
        if joined and low <= joined[-1][1]:
            joined[-1] = (joined[-1][0], max(high, joined[-1][1]))
        else:
            joined.append((low, high))
    return joined
