"""Says in one sentence why an event is what it is."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from django import template
from django.utils.text import get_text_list

from accounts.models import AuditEvent
from memory.policy.hints import POLICY_DENIED, PROJECT_NARROWED
from memory.policy.vocabulary import PurposeClass

register = template.Library()

UNKNOWN_PURPOSE = "No known purpose, so the class is unrecognized. Unknown means no."
BY_WORDS = "It holds words for which free text is denied."
SENTENCES: Mapping[str, str] = {
    POLICY_DENIED: "The policy does not let {purpose_class} read {scope}.",
    "PURPOSE_UNRECOGNIZED": UNKNOWN_PURPOSE,
    "PURPOSE_UNREADABLE": "It is written so that nobody reads it as what it is.",
    "PURPOSE_VETOED": "It holds words for which a purpose is denied, whatever else it says.",
    "PURPOSE_DOUBTED": BY_WORDS,
    "PURPOSE_DISAGREES": "The class that it declares is not the one that its words tell.",
    "PURPOSE_RETIRED": "The purpose is retired: nothing is read for it any more.",
    "PURPOSE_NOT_HERE": "The purpose is registered, but not for {environment}.",
    "PURPOSE_NOT_DECLARED": "In {environment} the project takes only purposes that are registered"
    " or declared.",
    "PURPOSE_NOT_REGISTERED": "In {environment} the project takes only registered purposes.",
    PROJECT_NARROWED: "In {environment} the project does not let {purpose_class} read {scope}.",
    "PURPOSE_SCOPE": "The purpose is registered, but not for {scope}.",
    "KEY_SCOPE": "The key is narrowed to other scopes.",
    "KEY_PURPOSE": "The key is narrowed to other purposes.",
    "KEY_PURPOSE_CLASS": "The key is narrowed to other purpose classes.",
    "KEY_PERMISSION": "The key lacks the permission {permission}.",
    "GRANT_REVOKED": "The access had been taken back.",
    "GRANT_EXPIRED": "The token's day had passed.",
    "CONTINUE": "Read again by its token.",
    "LEAKED": "The secret had leaked.",
}


@register.filter
def reason(event: AuditEvent) -> str:
    """Return the sentence of the event's reason code; a code that is not known stands for itself.

    The plain case, which has no code, has no sentence.
    """
    code = event.reason_code or ""
    if code == POLICY_DENIED and event.purpose_class == PurposeClass.UNRECOGNIZED:
        return BY_WORDS if event.meta.get("refused_terms") else UNKNOWN_PURPOSE
    return sentence(
        code,
        purpose_class=event.purpose_class,
        scope=event.scope,
        environment=event.environment,
        permission=event.meta.get("permission", ""),
    )


@register.filter
def reason_in_shadow(event: AuditEvent) -> str:
    """Return the sentence of the reason for which a draft in shadow would have denied a read."""
    return sentence(
        event.meta["shadow"]["reason"],
        purpose_class=event.purpose_class,
        scope=event.scope,
        environment=event.environment,
    )


def sentence(code: str, **values: object) -> str:
    """Return the sentence of a reason code, which may speak of some of these values."""
    return SENTENCES.get(code, code).format(**values)


@register.filter
def words_that_decided(event: AuditEvent) -> str:
    """List the words of our tables for which a purpose was refused."""
    return quoted(event.meta.get("refused_terms", []))


def quoted(words: Iterable[str]) -> str:
    return get_text_list([f"“{word}”" for word in words], "and")
