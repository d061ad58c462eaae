"""Switches with an end: what is switched off has no `until` any more."""

from collections.abc import Mapping
from typing import Any

from memory.policy.limits import read_flag
from memory.policy.spelling import words

_ENDINGS = ("until", "ends_at", "expires_at")
SWITCHES = words(
    "enabled on active do_not_disturb dnd focus focus_mode quiet quiet_mode sleep_mode mute muted"
    " snooze snoozed pause paused silent away busy"
)


def ended(target: Mapping[str, Any], new: Mapping[str, Any], *, over: bool) -> list[str]:
    """Return the keys of ends that no longer hold once `new` is merged into `target`.

    An end stands with the switch that was said with it. With `over`, saying the switch at all ends
    the weaker statement's end: a guess does not end what the user switched on.
    """
    ends: list[str] = []
    for key in new.keys() & SWITCHES:
        if over or read_flag(new[key]) is False:
            ends.append(f"{key}_until")
            if (over or read_flag(target.get(key))) and not _others_are_on(target, new):
                ends += _ENDINGS
    return [end for end in dict.fromkeys(ends) if end in target and end not in new]


def _others_are_on(target: Mapping[str, Any], new: Mapping[str, Any]) -> bool:
    return any(read_flag(target[key]) for key in target.keys() & SWITCHES if key not in new)
