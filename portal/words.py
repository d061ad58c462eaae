"""The product's own words, as people read them who never heard of it.

A word that stands nowhere here is shown as it is.
"""

from __future__ import annotations

from collections.abc import Mapping

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from memory.policy.vocabulary import PurposeClass, Scope, Source

SCOPES: Mapping[str, Promise] = {
    Scope.PREFERENCES: _("What you like and dislike"),
    Scope.CONSTRAINTS: _("Your limits and rules"),
    Scope.COMMUNICATION: _("How you want to be addressed"),
    Scope.ACCESSIBILITY: _("What makes things easier for you to use"),
    Scope.SCHEDULE: _("Your times"),
    Scope.ATTENTION: _("When you want to be left in peace"),
}
SOURCES: Mapping[str, Promise] = {
    Source.EXPLICIT_USER_INPUT: _("You said so"),
    Source.USER_SETTING: _("You set it"),
    Source.INFERRED: _("The application concluded it"),
    Source.SYSTEM: _("The application set it"),
}
CLASSES: Mapping[str, Promise] = {
    PurposeClass.CONTENT_GENERATION: _("to write something"),
    PurposeClass.RECOMMENDATION: _("to recommend something"),
    PurposeClass.SCHEDULING: _("to plan appointments"),
    PurposeClass.TASK_EXECUTION: _("to do a task for you"),
    PurposeClass.NOTIFICATION_DELIVERY: _("to send you a notification"),
    PurposeClass.UI_RENDERING: _("to set up what you see"),
    PurposeClass.UNRECOGNIZED: _("none that is known"),
}
# Why a read was refused, by the beginning of its reason code.
REASONS: tuple[tuple[str, Promise], ...] = (
    ("POLICY_DENIED", _("This may not be used for that purpose.")),
    ("PROJECT_", _("The application itself has ruled that purpose out.")),
    ("PURPOSE_", _("This purpose was not approved for it.")),
    ("KEY_", _("The part of the application that asked may not do that.")),
    ("GRANT_REVOKED", _("The access had been taken back.")),
    ("GRANT_EXPIRED", _("The access had ended.")),
)
# Names within statements that applications often use; the others are shown as they are.
NAMES: Mapping[str, Promise] = {
    "likes": _("Likes"),
    "dislikes": _("Dislikes"),
    "rules": _("Rules"),
    "settings": _("Settings"),
    "windows": _("Times"),
    "time_slots": _("Times"),
    "start": _("From"),
    "end": _("To"),
    "day": _("Day"),
    "timezone": _("Time zone"),
    "do_not_disturb": _("Do not disturb"),
    "focus_mode": _("Focus mode"),
    "max_price": _("Highest price"),
    "language": _("Language"),
    "tone": _("Tone"),
}
YES, NO, NOTHING = _("yes"), _("no"), _("nothing")


def scope(name: str) -> str:
    return str(SCOPES.get(name, name))


def reason(code: str | None) -> str:
    """Return why a read was refused, in a sentence; empty for what has no code."""
    return next((str(words) for start, words in REASONS if (code or "").startswith(start)), "")
