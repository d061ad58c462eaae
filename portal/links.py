"""Links to people's own pages: made by a key, opened once, and then a session without an account.

A link is for one end user of one project in one environment, those of the key that made it: there
is nothing in it, and nothing in its session's cookie, by which it could become another's.
"""

from __future__ import annotations

import re
import secrets
import time
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import msgspec
from django.conf import settings
from django.urls import reverse
from django.views.decorators.debug import sensitive_variables

from accounts import audit
from accounts.models import EventType, Project
from apikeys import throttling
from apikeys.models import ApiKey, Secret
from foundation import sql
from foundation.addresses import counted_networks
from memory import events, locks, owners
from memory.events import Caller
from memory.models import Memory, RevocationGrant
from memory.refusals import check_every_scope
from portal.models import Link, digest

LINK_LIFE = timedelta(hours=1)
SESSION_LIFE = timedelta(minutes=30)
MOST_VISITS = 120  # requests a minute by one session: each look is in the record, which keeps it
PREFIX = "psn_"  # foundation/masking.py keeps what begins so out of logs
WELL_FORMED = re.compile(rf"{PREFIX}[A-Za-z0-9_-]{{43}}")
UNKNOWN, USED, EXPIRED = "unknown", "used", "expired"


class LinkGone(Exception):
    """The link opens nothing; `how` is one of UNKNOWN, USED and EXPIRED."""

    def __init__(self, how: str) -> None:
        super().__init__(how)
        self.how = how


class MadeLink(msgspec.Struct, frozen=True):
    """The answer to a request for a link: where it leads, and until when it can be opened."""

    url: str
    expires_at: datetime


@dataclass(frozen=True)
class Visitor:
    """Somebody on the page about themselves, and what stands in the place of a sign-in."""

    link: Link
    project: Project
    at: datetime

    @property
    def user_id(self) -> str:
        return self.link.user_id

    @property
    def subject_id(self) -> UUID:
        return self.link.subject_id

    def caller(self, request_id: str) -> Caller:
        """Return the person as the services of memory know who asks; the record says so."""
        by = audit.by_person(request_id)
        return owners.caller(self.project, self.link.environment, by=by, at=self.at)


@sensitive_variables("token")
def make(caller: Caller, user_id: str) -> MadeLink:
    """Make a link to the page of an end user, of whom nothing need be held.

    The page shows every scope, so the key must not be narrowed to some. Raises EveryScopeNeeded.
    """
    check_every_scope(caller, user_id)
    principal, token = caller.principal, PREFIX + secrets.token_urlsafe(32)
    subject_id = principal.subject_id(user_id)
    made = MadeLink(settings.SITE_URL + reverse("me_link", args=[token]), caller.at + LINK_LIFE)
    with sql.writing():
        locks.share_user(subject_id)  # before an erasure, which takes the link along, or after it
        Link.objects.create(
            token_digest=digest(token),
            subject_id=subject_id,
            project_id=principal.project_id,
            environment=principal.environment,
            user_id=user_id,
            key_id=principal.key_id,
            secret_id=principal.secret_id,
            created_at=caller.at,
            expires_at=made.expires_at,
        )
        _record(EventType.USER_LINK, caller, user_id)
    return made


@sensitive_variables("token")
def look(token: str, meta: Mapping[str, Any], *, at: datetime) -> tuple[Link, Project]:
    """Return the link that can be opened, and its project. Looking does not use it up.

    Raises LinkGone, or RateLimited for an address that guesses.
    """
    link = _find(token, "token_digest", meta)
    if link is None:
        raise LinkGone(UNKNOWN)
    if link.opened_at is not None:
        raise LinkGone(USED)
    project = _standing(link, at=at)
    if link.expires_at <= at or project is None:
        raise LinkGone(EXPIRED)
    return link, project


@sensitive_variables("token", "session")
def open_page(token: str, meta: Mapping[str, Any], *, request_id: str, at: datetime) -> str:
    """Use the link up, and return the token of the session that it opens.

    One conditional UPDATE: of many at once, one finds it unused. Raises LinkGone or RateLimited.
    """
    link, project = look(token, meta, at=at)
    session = PREFIX + secrets.token_urlsafe(32)
    opened = {
        "opened_at": at,
        "session_digest": digest(session),
        "session_ends_at": at + SESSION_LIFE,
    }
    caller = Visitor(link, project, at).caller(request_id)
    with sql.writing():
        locks.share_user(link.subject_id)
        if not Link.objects.usable(at=at).filter(pk=link.pk).update(**opened):
            raise LinkGone(USED)
        _record(EventType.USER_LINK_OPEN, caller, link.user_id)
    return session


@sensitive_variables("session")
def visitor(session: str, meta: Mapping[str, Any], *, at: datetime) -> Visitor | None:
    """Return whose page is open by this session, if one is.

    Raises RateLimited, also for a session that asks for more than MOST_VISITS.
    """
    link = _find(session, "session_digest", meta) if session else None
    if link is None or link.session_ends_at is None or link.session_ends_at <= at:
        return None
    throttling.count_visit(link.pk, most=MOST_VISITS, at=time.time())
    project = _standing(link, at=at)
    return None if project is None else Visitor(link, project, at)


def close(visiting: Visitor) -> None:
    """End the session: nothing is open by it any more, also in another window."""
    Link.objects.filter(pk=visiting.link.pk).update(session_ends_at=visiting.at)


@sensitive_variables("token")
def _find(token: str, column: str, meta: Mapping[str, Any]) -> Link | None:
    """Find by a token's digest; what is none is a guess of the address that it came from."""
    at, networks = time.time(), counted_networks(meta)
    throttling.refuse_guessing(*networks, at=at, what=throttling.TOKENS)
    found = None
    if WELL_FORMED.fullmatch(token):
        found = Link.objects.filter(**{column: digest(token)}).first()
    if found is None:
        throttling.count_failure(*networks, at=at, what=throttling.TOKENS)
    return found


def _standing(link: Link, *, at: datetime) -> Project | None:
    """Return the link's project while it is there, and the key and the secret that made the link.

    Whoever stole these made links too: who deletes a key or ends a secret ends its links, and those
    of a disabled key open nothing meanwhile. A project that operators switched off stays: what is
    owed to people goes on.
    """
    key = ApiKey.objects.live().unexpired(at=at).filter(pk=link.key_id, disabled_at=None)
    if link.secret_id is not None:
        key = key.filter(secrets__in=Secret.objects.standing(at=at).filter(pk=link.secret_id))
    if not key.exists():
        return None
    live = Project.objects.live().filter(owner__closed_at=None)
    return live.filter(pk=link.project_id).first()


def _record(event_type: EventType, caller: Caller, user_id: str) -> None:
    """Record it; of whom nothing is held, the record keeps the pseudonym alone, as of a look."""
    subject_id = caller.principal.subject_id(user_id)
    is_held = (
        Memory.objects.held(subject_id).exists()
        or RevocationGrant.objects.open(at=caller.at).filter(subject_id=subject_id).exists()
    )
    named = user_id if is_held else None
    audit.record(events.of_user(event_type, caller, named, subject_id))
