"""Finds who asks by the `X-API-Key` header: one indexed query, and no cache.

The next request after a key was rotated, deleted or switched off must see it, in every process.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import datetime
from functools import lru_cache

from django.conf import settings
from django.utils import timezone
from django.utils.functional import SimpleLazyObject
from django.views.decorators.debug import sensitive_variables
from rest_framework.authentication import BaseAuthentication
from rest_framework.exceptions import AuthenticationFailed, NotAuthenticated
from rest_framework.request import Request

from accounts.limits import ceilings, lowest, together
from accounts.models import User
from apikeys import throttling, tokens
from apikeys.models import SILENCE
from apikeys.principal import Principal
from apikeys.worth_asking import worth_asking
from foundation import sql
from foundation.addresses import counted_networks
from foundation.turns import share_turns

FIND_PRINCIPAL = """
    SELECT k.id, s.id, p.id, p.owner_id, k.environment, k.permissions, k.scopes,
           k.purpose_classes, p.subject_key, k.purposes, p.purposes_revision,
           COALESCE(k.rate_limit, p.rate_limit), k.lowered_rate_limit, p.lowered_rate_limit,
           COALESCE(k.burst_limit, p.burst_limit), k.lowered_burst_limit, p.lowered_burst_limit,
           p.rate_limit, k.rate_limit,
           p.most_partition_memories, p.most_partition_bytes,
           p.most_memories, p.most_grants, p.most_idempotency_keys,
           s.replaced_at, s.ends_when_silent
    FROM apikeys_secret s
    JOIN apikeys_apikey k ON k.id = s.key_id
    JOIN accounts_project p ON p.id = k.project_id
    JOIN accounts_user u ON u.id = p.owner_id
    WHERE s.digest = %s
      AND (s.ends_at IS NULL OR s.ends_at > %s)
      AND (NOT s.ends_when_silent OR s.replaced_at > %s OR s.last_used_at > %s)
      AND (k.expires_at IS NULL OR k.expires_at > %s)
      AND k.deleted_at IS NULL AND k.disabled_at IS NULL
      AND p.disabled_at IS NULL AND p.deleted_at IS NULL
      AND u.is_active AND u.closed_at IS NULL
"""


class InvalidApiKey(AuthenticationFailed):
    """The one answer to every key that opens nothing, so that a probe learns nothing."""


class MissingApiKey(NotAuthenticated):
    """The request has no `X-API-Key`; the hint says what it has instead."""

    def __init__(self, hint: str) -> None:
        super().__init__()
        self.hint = hint


class ApiKeyAuthentication(BaseAuthentication):
    @sensitive_variables("text")
    def authenticate(self, request: Request) -> tuple[User, Principal] | None:
        """Return the project's owner and the Principal; None without the header.

        Raises InvalidApiKey, or RateLimited for it when too many wrong keys came from the address.
        """
        text = request.META.get("HTTP_X_API_KEY")
        if text is None:
            return None
        at = timezone.now()
        principal = found(text, counted_networks(request.META), at=at)
        share_turns(request.META, f"project {principal.project_id}")
        # A handler that asks for the owner pays for the query; the API's own never do.
        owner: User = SimpleLazyObject(  # type: ignore[assignment] # behaves as the User
            lambda: User.objects.get(pk=principal.owner_id)
        )
        return owner, principal

    def authenticate_header(self, request: Request) -> str:
        """Name the header: without it Django REST Framework would answer 403 instead of 401."""
        return "ApiKey"


@sensitive_variables("text")
def found(text: str, networks: Sequence[str], *, at: datetime) -> Principal:
    """Return who holds this key, whatever else its address guessed.

    Raises InvalidApiKey, or RateLimited for a wrong key of an address that tried too many.
    """
    too_many: throttling.RateLimited | None = None
    try:
        throttling.refuse_guessing(*networks, at=at.timestamp())
    except throttling.RateLimited as error:
        too_many = error
    if too_many and not worth_asking.may(text, networks[0], at=at):
        raise too_many
    principal = find_principal(text, at=at)
    if principal is None:
        throttling.count_failure(*networks, at=at.timestamp())
        raise too_many or InvalidApiKey
    worth_asking.remember(text)
    return principal


@sensitive_variables("text")
def find_principal(text: str, *, at: datetime) -> Principal | None:
    """Return who holds this key at that time; None when it opens nothing.

    A text that is no key, or a key of an environment that is not served here, is refused before
    the database is asked.
    """
    if tokens.environment_of(text) not in settings.ALLOWED_KEY_ENVIRONMENTS:
        return None
    quiet = at - SILENCE
    found = sql.first_rows(FIND_PRINCIPAL, (tokens.digest(text), at, quiet, quiet, at))
    if not found:
        return None
    key, secret, project, owner, environment, permissions, scopes, classes, subject = found[0][:9]
    purposes, purposes_revision = found[0][9:11]
    hour, *hours = found[0][11:14]
    second, *seconds = found[0][14:17]
    of_project, of_key = found[0][17:19]
    replaced_at, ends_when_silent = found[0][24:]
    return Principal(
        key_id=sql.as_uuid(key),
        secret_id=sql.as_uuid(secret),
        project_id=sql.as_uuid(project),
        owner_id=sql.as_uuid(owner),
        environment=environment,
        permissions=_names(permissions) or frozenset(),
        scopes=_names(scopes),
        purpose_classes=_names(classes),
        purposes=_names(purposes),
        purposes_revision=purposes_revision,
        rate_limit=lowest(hour or settings.RATE_LIMIT_HOUR, *hours),
        burst_limit=lowest(second or settings.RATE_LIMIT_SECOND, *seconds),
        project_rate_limit=together(of_project, of_key, lowered=hours[-1]),
        subject_key=bytes(subject),
        ceilings=ceilings(*found[0][19:24]),
        replaced_at=None if replaced_at is None else sql.as_moment(replaced_at),
        ends_when_silent=bool(ends_when_silent),
    )


@lru_cache(maxsize=1024)
def _names(stored: str | None) -> frozenset[str] | None:
    """Parse a stored list of names; the few lists that keys have in common are parsed once."""
    names = None if stored is None else json.loads(stored)
    return None if names is None else frozenset(names)
