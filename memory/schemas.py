"""Checks the bodies of requests, and turns each into what its operation takes.

Each request has a table of its fields, in the order of docs/api.md.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

import msgspec

from accounts.models import EventType
from foundation import fields
from foundation.answers import RequestRefused
from memory.policy import shapes
from memory.policy.vocabulary import Scope, Source

MAX_VALUE_BYTES = 32 * 1024
MOST_MEMORIES = 100  # of a batch
MOST_PLACES = 12  # that a batch of reads names
EVERY_DOMAIN = "*"  # in a batch of reads
PLAIN = "invalid_value"


class CreateMemory(msgspec.Struct, frozen=True, omit_defaults=True):
    """`domain` is empty for none; `value_json` is compact JSON text.

    Defaults are left out of the digest by which an Idempotency-Key knows its request: it stays what
    it was before there was the field.
    """

    user_id: str
    scope: str
    domain: str
    source: str
    ttl_days: int | None
    value_json: str
    replace: bool = False


class ListMemories(msgspec.Struct, frozen=True):
    """`scope` and `domain` are None for every one; the empty `domain` is none."""

    user_id: str
    scope: str | None
    domain: str | None
    limit: int
    cursor: str | None


class ListEvents(msgspec.Struct, frozen=True):
    """What is None is not asked about; `decision` is "allowed" or "denied"."""

    user_id: str | None
    scope: str | None
    event_type: str | None
    api_key_id: UUID | None
    decision: str | None
    since: datetime | None
    until: datetime | None
    limit: int
    cursor: str | None


class ReadMemory(msgspec.Struct, frozen=True):
    """`domain` is empty for none."""

    user_id: str
    scope: str
    domain: str
    purpose: str
    max_age_days: int | None
    detail: bool
    receipt: bool


class ReadPlace(msgspec.Struct, frozen=True):
    """`domain` is empty for none, and EVERY_DOMAIN for every one."""

    scope: str
    domain: str


class ReadSeveral(msgspec.Struct, frozen=True):
    user_id: str
    purpose: str
    reads: list[ReadPlace]
    max_age_days: int | None
    detail: bool
    receipt: bool


class ContinueReading(msgspec.Struct, frozen=True):
    revocation_token: str
    max_age_days: int | None
    detail: bool
    receipt: bool


class RevokeAccess(msgspec.Struct, frozen=True):
    revocation_token: str


class RevokeUser(msgspec.Struct, frozen=True):
    """`scope` and `domain` are None for every one; the empty `domain` is none."""

    user_id: str
    scope: str | None
    domain: str | None


class CheckPolicy(msgspec.Struct, frozen=True):
    scope: str
    purpose: str


def create_memory(body: dict[str, Any]) -> CreateMemory:
    """Check the body of `POST /memory`. Raises RequestRefused."""
    return CreateMemory(*fields.check(body, _CREATE))


def create_memories(body: dict[str, Any]) -> list[CreateMemory]:
    """Check the body of `POST /memory/batch`. Raises RequestRefused."""
    (memories,) = fields.check(body, _CREATE_BATCH)
    return [CreateMemory(*values) for values in memories]


def list_memories(query: dict[str, str]) -> ListMemories:
    """Check the query of `GET /memory`. Raises RequestRefused."""
    return ListMemories(*fields.check(query, _LIST))


def list_events(query: dict[str, str]) -> ListEvents:
    """Check the query of `GET /audit`. Raises RequestRefused."""
    return ListEvents(*fields.check(query, _EVENTS))


def read_memory(body: dict[str, Any]) -> ReadMemory:
    """Check the body of `POST /memory/read`. Raises RequestRefused."""
    return ReadMemory(*fields.check(body, _READ))


def read_several(body: dict[str, Any]) -> ReadSeveral:
    """Check the body of `POST /memory/read/batch`. Raises RequestRefused."""
    user_id, purpose, reads, *how = fields.check(body, _READ_BATCH)
    places = [ReadPlace(*values) for values in reads]
    return ReadSeveral(user_id, purpose, places, *how)


def continue_reading(body: dict[str, Any]) -> ContinueReading:
    """Check the body of `POST /memory/read/continue`. Raises RequestRefused."""
    return ContinueReading(*fields.check(body, _CONTINUE))


def revoke_access(body: dict[str, Any]) -> RevokeAccess | RevokeUser:
    """Check the body of `POST /memory/revoke`: by token, or by user. Raises RequestRefused."""
    if body.get("user_id") is None:
        return RevokeAccess(*fields.check(body, _REVOKE, others=_REVOKE_USER))
    if body.get("revocation_token") is not None:
        sentence = "Send either 'revocation_token' or 'user_id', not both"
        raise RequestRefused("invalid_value", sentence)
    user_id, scope, domain = fields.check(body, _REVOKE_USER, others=_REVOKE)
    if "domain" in body and domain is None:  # said to be none, and not left out
        domain = ""
    return RevokeUser(user_id, scope, domain)


def user_id(written: str) -> str:
    """Check a user's id that a path names. Raises RequestRefused."""
    checked: str
    (checked,) = fields.check({"user_id": written}, (_USER_ID,))
    return checked


def place(scope: str, domain: str) -> ReadPlace:
    """Return a place that was named in parts; the empty `domain` is none. Raises RequestRefused."""
    said = {"scope": scope, "domain": domain} if domain else {"scope": scope}
    return ReadPlace(*fields.check(said, (_SCOPE, _DOMAIN)))


def erase_user(query: dict[str, str]) -> bool:
    """Check the query of `DELETE /users/{user_id}`; return `dry_run`. Raises RequestRefused.

    It takes no other parameter: one that was misspelled must not erase.
    """
    for name in query:
        if name != "dry_run":
            sentence = "This request takes no parameter but 'dry_run'"
            raise RequestRefused("invalid_value", sentence)
    dry_run: bool
    (dry_run,) = fields.check(query, _ERASE)
    return dry_run


def check_policy(body: dict[str, Any]) -> CheckPolicy:
    """Check the body of `POST /policy/check`. Raises RequestRefused."""
    return CheckPolicy(*fields.check(body, _CHECK))


def _value(name: str, value: Any) -> str:
    """Return the value as compact JSON: its spelling and the order of its keys stay."""
    try:
        shapes.check(value)
    except shapes.InvalidValue as error:
        raise fields.BrokenRule("invalid_value", str(error)) from None
    compact = msgspec.json.encode(value)
    if len(compact) > MAX_VALUE_BYTES:
        sentence = f"Field '{name}' must be at most {MAX_VALUE_BYTES} bytes of compact JSON"
        raise fields.BrokenRule("out_of_range", sentence)
    return compact.decode()


# Its shapes are described where they are told (config/openapi): here is only what it is checked by.
_VALUE = fields.Rule(_value, {}, ("invalid_value", "out_of_range"))
_USER_ID = fields.string("user_id", fields.text(1, 255))
_one_of_the_scopes = fields.one_of(scope.value for scope in Scope)
_SCOPE = fields.string("scope", _one_of_the_scopes)
_DOMAIN = fields.string("domain", fields.text(1, 255), required=False, absent="")
_PURPOSE = fields.string("purpose", fields.text(1, 1000))
_MAX_AGE = fields.integer("max_age_days", fields.between(1, 3650), required=False)
_DETAIL = fields.boolean("detail")
_RECEIPT = fields.boolean("receipt")
# A text that is no token is not found, like any other unknown token.
_TOKEN = fields.string("revocation_token", fields.as_it_is)

_CREATE = (
    _USER_ID,
    _SCOPE,
    _DOMAIN,
    fields.string("source", fields.one_of(source.value for source in Source)),
    fields.integer("ttl_days", fields.between(1, 365), required=False),
    fields.object_or_array("value_json", _VALUE),
    fields.boolean("replace"),
)
_CREATE_BATCH = (fields.array_of("memories", _CREATE, least=1, most=MOST_MEMORIES),)
_LIST = (
    _USER_ID,
    fields.string("scope", _one_of_the_scopes, required=False),
    fields.string("domain", fields.text(0, 255), required=False),
    *fields.page(),
)
_EVENTS = (
    fields.string("user_id", fields.text(1, 255), required=False),
    fields.string("scope", _one_of_the_scopes, required=False),
    fields.string("event_type", fields.one_of(EventType.values, code=PLAIN), required=False),
    fields.identifier("api_key_id"),
    fields.string("decision", fields.one_of(("allowed", "denied"), code=PLAIN), required=False),
    fields.moment("since"),
    fields.moment("until"),
    *fields.page(),
)
_READ = (
    _USER_ID,
    _SCOPE,
    _DOMAIN,
    _PURPOSE,
    _MAX_AGE,
    _DETAIL,
    _RECEIPT,
)
_READ_BATCH = (
    _USER_ID,
    _PURPOSE,
    fields.array_of("reads", (_SCOPE, _DOMAIN), least=1, most=MOST_PLACES),
    _MAX_AGE,
    _DETAIL,
    _RECEIPT,
)
_CONTINUE = (_TOKEN, _MAX_AGE, _DETAIL, _RECEIPT)
_REVOKE = (_TOKEN,)
_REVOKE_USER = (
    _USER_ID,
    fields.string("scope", _one_of_the_scopes, required=False),
    fields.string("domain", fields.text(0, 255), required=False),
)
_CHECK = (_SCOPE, _PURPOSE)
_ERASE = (fields.flag("dry_run"),)

# What each request takes, by the name of its operation, for whoever describes them.
BODIES = {
    "create_memory": (_CREATE,),
    "create_memories": (_CREATE_BATCH,),
    "read_memory": (_READ,),
    "read_memories": (_READ_BATCH,),
    "continue_reading": (_CONTINUE,),
    "revoke_access": (_REVOKE, _REVOKE_USER),
    "check_policy": (_CHECK,),
}
QUERIES = {"list_memories": _LIST, "list_events": _EVENTS, "erase_user": _ERASE}
PATHS = {"user_id": _USER_ID}
