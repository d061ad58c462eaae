"""Where a log's rows lead: to the request, the key, the person and the decision."""

from __future__ import annotations

import functools
from dataclasses import dataclass
from uuid import UUID

from django.urls import reverse
from django.utils.http import urlencode

from accounts.models import AuditEvent, EventType, Project
from memory.policy.hints import POLICY_DENIED, PROJECT_NARROWED

# What makes a denial that the bench of decisions can tell about: one of a purpose.
OF_PURPOSES = ("PURPOSE_", "KEY_SCOPE", "KEY_PURPOSE", POLICY_DENIED, PROJECT_NARROWED)


@dataclass(frozen=True)
class Pointers:
    """The addresses of pages of one project in one environment; empty where there is no page."""

    project: Project
    environment: str

    def key(self, key_id: UUID, page: str = "key") -> str:
        """Return the page of a key, or that other `page` of it, by its URL's name."""
        return _path(page, ID).replace(str(ID), str(key_id))

    def requests_of(self, key_id: UUID, **narrowed: str) -> str:
        return self.requests_with(key=str(key_id), **narrowed)

    def requests_with(self, **filters: str) -> str:
        """Return the log of requests, narrowed by its filters."""
        return self._page("requests", None, **filters)

    def bench(self, **asked: str) -> str:
        """Return the bench of decisions, filled in with a scope, a purpose, a key."""
        return self._page("why", None, **asked)

    def events_of_key(self, key_id: UUID, **narrowed: str) -> str:
        return self._page("audit_log", None, key=str(key_id), **narrowed)

    def event(self, event: AuditEvent) -> str:
        return self._page("audit_event", event.pk)

    def request(self, event: AuditEvent) -> str:
        """Return where the request of an event stands in the log, for as long as it does."""
        if event.server_request_id is None or event.event_type in KEY_EVENTS:
            return ""
        if event.api_key_id is None:
            return ""
        return self._page("requests", request_id=str(event.server_request_id))

    def events_of(self, request_id: str) -> str:
        return self._page("audit_log", request_id=request_id)

    def person(self, user_id: str) -> str:
        return self._page("people", user_id=user_id)

    def why(self, event: AuditEvent) -> str:
        """Return the bench of decisions, filled in with what was denied."""
        denied = event.event_type == EventType.POLICY_DENIED
        purpose = event.purpose or event.meta.get("purpose_id")
        if not denied or not event.scope or not purpose:
            return ""
        if not str(event.reason_code).startswith(OF_PURPOSES):
            return ""
        return self._page(
            "why", scope=event.scope, purpose=purpose, key=str(event.api_key_id or "")
        )

    def logged(self, logged_id: UUID) -> str:
        return self._page("logged_request", logged_id)

    def _page(self, name: str, id_: UUID | None = None, **query: str) -> str:
        here = (self.project.pk, self.environment)
        path = _path(name, *here, ID) if id_ else _path(name, *here)
        if id_:
            path = path.replace(str(ID), str(id_))
        return f"{path}?{urlencode(query)}" if query else path


@functools.lru_cache(maxsize=1000)  # a page of a log leads to hundreds
def _path(name: str, *arguments: object) -> str:
    return reverse(name, args=arguments)


ID = UUID(int=0)  # stands for any
KEY_EVENTS = (
    EventType.KEY_CREATE,
    EventType.KEY_ROTATE,
    EventType.KEY_UPDATE,
    EventType.KEY_DELETE,
)
