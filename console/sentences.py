"""Tells each event of the record in one sentence, with links to what it speaks of.

A sentence never holds a memory's value: the record has none.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any
from uuid import UUID

from django.template.defaultfilters import truncatechars
from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe

from accounts import audit
from accounts.models import AuditEvent, EventType
from apikeys.events import KEY_PERMISSION
from console import history
from console.pointers import Pointers
from console.templatetags.isolated import isolated

LONGEST = 160  # characters of a purpose in a list
ERASED = mark_safe('<span class="quiet">a person who was erased</span>')
ERASED_PURPOSE = mark_safe('<span class="quiet">a purpose that was erased</span>')
FORMER = mark_safe("<b>A former key</b>")
# Who acts without having an account, at the beginning of a sentence.
SUBJECTS = {
    audit.COMMAND: "An operator, by a command,",
    audit.PERSON: "The person",
    "report": "A report of a leak",
    "silence": "An hour of silence",
    "upkeep": "The service",
    "watch": "The watch over keys",
}


class Names:
    """What the events of a project speak of, by its name and with a link, for its owner."""

    def __init__(self, pointers: Pointers, keys: Mapping[UUID, str], owner_id: UUID) -> None:
        self.pointers = pointers
        self.keys = keys
        self.owner_id = owner_id

    def who(self, event: AuditEvent) -> SafeString:
        """Name whoever did it: a key, the owner, an operator, the service."""
        actor = str(event.meta.get("actor", ""))
        if not actor and event.api_key_id:
            return self.key(event) if event.api_key_id in self.keys else FORMER
        if actor == str(self.owner_id):
            return mark_safe("<b>You</b>")
        return format_html("<b>{}</b>", SUBJECTS.get(actor, "An operator"))

    def key(self, event: AuditEvent) -> SafeString:
        """Name the key as it was called then, or as it is called now."""
        key_id = event.api_key_id
        if key_id is None:
            return mark_safe("a key")
        name = event.meta.get("name") or self.keys.get(key_id)
        if key_id not in self.keys:
            return format_html("<b>{}</b>", isolated(name)) if name else mark_safe("a former key")
        return format_html('<a href="{}">{}</a>', self.pointers.key(key_id), isolated(name))

    def person(self, event: AuditEvent) -> SafeString:
        if event.user_id is None:
            return ERASED
        name = format_html("<code>{}</code>", isolated(event.user_id))
        href = self.pointers.person(event.user_id)
        return format_html('<a href="{}">{}</a>', href, name) if href else name


def purpose_of(event: AuditEvent, *, longest: int | None = LONGEST) -> SafeString:
    """Say what a read was for: in the caller's words, by a registered id, or that it is erased."""
    if event.purpose:
        said = truncatechars(event.purpose, longest) if longest else event.purpose
        return format_html('<q class="said">{}</q>', isolated(said))
    if event.meta.get("purpose_id"):
        return format_html("the purpose <code>{}</code>", event.meta["purpose_id"])
    return ERASED_PURPOSE if event.purpose_class else mark_safe("")


def registered(meta: Mapping[str, Any]) -> SafeString:
    revision = meta.get("purpose_revision")
    told = f", revision {revision}" if revision else ""
    return format_html("<code>{}</code>{}", meta["purpose_id"], told)


def _where(event: AuditEvent) -> SafeString:
    """Name the scope, and the domain under it; without a scope it is everything."""
    if not event.scope:
        return mark_safe("everything")
    if event.domain:
        return format_html("<b>{}</b> ({})", event.scope, isolated(event.domain))
    every = " (every domain)" if event.meta.get("every_domain") else ""
    return format_html("<b>{}</b>{}", event.scope, every)


def _for(event: AuditEvent) -> SafeString:
    purpose = purpose_of(event)
    return format_html(" for {}", purpose) if purpose else purpose


def _read(names: Names, event: AuditEvent) -> SafeString:
    again = " again" if event.reason_code == "CONTINUE" else ""
    return format_html(
        "{} read {} of {}{}{}",
        names.who(event), _where(event), names.person(event), again, _for(event),
    )  # fmt: skip


def _denied(names: Names, event: AuditEvent) -> SafeString:
    if event.reason_code == KEY_PERMISSION:
        permission = event.meta.get("permission", "")
        words = "{} was refused: it may not <code>{}</code>"
        return format_html(words, names.who(event), permission)
    if event.subject_id == event.app_id:
        return format_html("{} was refused", names.who(event))
    words = "{} was denied {} of {}{}" if event.purpose_class else "{} was refused {} of {}{}"
    return format_html(words, names.who(event), _where(event), names.person(event), _for(event))


def _stored(names: Names, event: AuditEvent) -> SafeString:
    instead = ", in place of earlier ones" if event.meta.get("replace") else ""
    words = "{} stored a memory of {} under {}{}"
    return format_html(words, names.who(event), names.person(event), _where(event), instead)


def _revoked(names: Names, event: AuditEvent) -> SafeString:
    words = "{} took back the access to {} of {}"
    if event.revocation_grant_id is None:
        words = "{} took back every access to {} of {}"
    return format_html(words, names.who(event), _where(event), names.person(event))


def _viewed(names: Names, event: AuditEvent) -> SafeString:
    if event.meta.get("dry_run"):
        return format_html("{} counted what erasing a person would remove", names.who(event))
    if event.user_id is None:  # the record names nobody of whom nothing is held
        words = "{} looked up a person about whom nothing was held, or who was erased since"
        return format_html(words, names.who(event))
    return format_html("{} looked up what is held about {}", names.who(event), names.person(event))


def _linked(did: str) -> Callable[[Names, AuditEvent], SafeString]:
    """Return what tells of a person's own page; the record names nobody of whom nothing is held."""

    def told(names: Names, event: AuditEvent) -> SafeString:
        whom = names.person(event) if event.user_id else "a person, of whom nothing was held"
        return format_html("{} {} {}", names.who(event), did, whom)

    return told


def _of_person(words: str) -> Callable[[Names, AuditEvent], SafeString]:
    """Return what tells who did something with what is held of a person under a scope."""

    def told(names: Names, event: AuditEvent) -> SafeString:
        return format_html(words, names.who(event), _where(event), names.person(event))

    return told


def _key(names: Names, event: AuditEvent) -> SafeString:
    before, key, after = history.act(event).did.partition("{key}")
    named = names.key(event) if key else ""
    return format_html("{} {}{}{}", names.who(event), before, named, _with_names(after))


def _with_names(words: str) -> SafeString:
    """Let no name that stands in the words change the direction of the others."""
    return isolated(words) if words else mark_safe("")


def _purpose(did: str) -> Callable[[Names, AuditEvent], SafeString]:
    def told(names: Names, event: AuditEvent) -> SafeString:
        meta = event.meta
        named = registered(meta) if meta.get("purpose_id") else "that was erased"
        return format_html("{} {} the purpose {}", names.who(event), did, named)

    return told


def _did(words: str) -> Callable[[Names, AuditEvent], SafeString]:
    """Return what tells who did this, in words that need nothing else of the event."""
    return lambda names, event: format_html("{} {}", names.who(event), words)


def _project_changed(names: Names, event: AuditEvent) -> SafeString:
    meta = event.meta
    if "disabled_at" in meta:
        switched = "switched the project off" if meta["disabled_at"] else "switched the project on"
        return format_html("{} {}", names.who(event), switched)
    if any(name.startswith("takes_in_") for name in meta):
        return format_html("{} changed which purposes the project takes", names.who(event))
    if any(name.startswith("shadow_in_") for name in meta):
        return format_html("{} put a draft in shadow, or ended that", names.who(event))
    if any(name.startswith("closed_in_") for name in meta):
        return format_html(
            "{} changed what the project closes of the policy's matrix", names.who(event)
        )
    if "name" in meta:
        return format_html("{} renamed the project", names.who(event))
    if "contact" in meta:
        return format_html("{} changed where people write to", names.who(event))
    if "lowered_rate_limit" in meta:
        return format_html("{} changed the lowered limits of the project", names.who(event))
    if any("limit" in name for name in meta):
        return format_html("{} changed the limits granted to the project", names.who(event))
    return format_html("{} changed the project", names.who(event))


def _factor(did: str) -> Callable[[Names, AuditEvent], SafeString]:
    kinds = {"totp": "an authenticator app", "webauthn": "a passkey"}

    def told(names: Names, event: AuditEvent) -> SafeString:
        kind = kinds.get(str(event.meta.get("kind")), "recovery codes")
        return format_html("{} {} {}", names.who(event), did, kind)

    return told


SENTENCES: Mapping[EventType, Callable[[Names, AuditEvent], SafeString]] = {
    EventType.MEMORY_CREATE: _stored,
    EventType.MEMORY_READ: _read,
    EventType.POLICY_DENIED: _denied,
    EventType.MEMORY_REVOKE: _revoked,
    EventType.MEMORY_DELETE: _of_person("{} deleted a memory under {} of {}"),
    EventType.MEMORY_DISPUTE: _of_person("{} disputed a memory under {} of {}"),
    EventType.MEMORY_DISPUTE_END: _of_person("{} no longer disputes a memory under {} of {}"),
    EventType.MEMORY_LIST: _of_person("{} listed {} of {}"),
    EventType.USER_VIEW: _viewed,
    EventType.USER_EXPORT: _of_person("{} exported {} that is held about {}"),
    EventType.USER_ERASE: _did("erased a person"),
    EventType.USER_LINK: _linked("made a link to the page of"),
    EventType.USER_LINK_OPEN: _linked("opened the page of"),
    EventType.KEY_CREATE: _key,
    EventType.KEY_ROTATE: _key,
    EventType.KEY_UPDATE: _key,
    EventType.KEY_DELETE: _key,
    EventType.PROJECT_CREATE: _did("created the project"),
    EventType.PROJECT_UPDATE: _project_changed,
    EventType.PROJECT_DELETE: _did("deleted the project"),
    EventType.PROJECT_ERASE: _did("erased what the project held"),
    EventType.PURPOSE_PROPOSE: _purpose("proposed"),
    EventType.PURPOSE_APPROVE: _purpose("approved"),
    EventType.PURPOSE_UPDATE: _purpose("changed"),
    EventType.PURPOSE_RETIRE: _purpose("retired"),
    EventType.ACCOUNT_CREATE: _did("opened the account"),
    EventType.ACCOUNT_CLOSE: _did("closed the account"),
    EventType.ACCOUNT_REOPEN: _did("reopened the account"),
    EventType.ACCOUNT_UPDATE: _did("changed the account"),
    EventType.ACCOUNT_DISABLE: _did("switched the account off"),
    EventType.ACCOUNT_ENABLE: _did("switched the account on again"),
    EventType.ACCOUNT_ERASE: _did("erased the account"),
    EventType.RIGHTS_UPDATE: _did("changed what operators may do"),
    EventType.PASSWORD_CHANGE: _did("changed the password"),
    EventType.PASSWORD_RESET: _did("set a new password by the link of a mail"),
    EventType.RESET_MAIL: _did("had a mail sent to set a new password"),
    EventType.SECOND_FACTOR_ADD: _factor("added"),
    EventType.SECOND_FACTOR_REMOVE: _factor("removed"),
    EventType.RECOVERY_CODES_CREATE: _did("created recovery codes"),
    EventType.RECORD_PRUNE: _did("removed events that were too old"),
}
