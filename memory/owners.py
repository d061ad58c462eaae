"""Lets a project's owner do in the console what a key does in the API, by the same services.

So does the end user, on the page about themselves (portal/). No key is asked, so none is named: the
record says which account did it, from where and, where a value of a live memory may be seen, why;
or that it was the person, who need not say why.
"""

from __future__ import annotations

from datetime import datetime

from accounts.audit import ChangedBy
from accounts.environments import LIVE
from accounts.models import Project
from apikeys.stand_ins import every_right
from memory.events import Caller
from memory.registries import registry_for


class ReasonNeeded(Exception):
    """An owner asked for values of live memories and did not say why."""


def caller(
    project: Project, environment: str, *, by: ChangedBy, at: datetime, reason: str = ""
) -> Caller:
    """Return the owner, or whoever acts for them, as the services of memory know who asks.

    They may do in one environment what a key with every permission may.
    """
    principal = every_right(project, environment)
    return Caller(principal, by.request_id, at, registry_for(principal), by, reason)


def check_reason(caller: Caller) -> None:
    """Refuse to show an owner values of live memories without a reason. Raises ReasonNeeded."""
    is_owner = caller.by is not None and not caller.by.is_person
    if is_owner and caller.principal.environment == LIVE and not caller.reason:
        raise ReasonNeeded
