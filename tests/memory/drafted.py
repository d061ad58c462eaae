"""Drafts changes for tests, and asks the API what they come to."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django.utils import timezone

from accounts.models import Project
from memory import drafts, replaying
from memory.models import Draft
from memory.replaying import Replayed
from tests.makers import BY
from tests.memory.registered import GIFTS

EVERYWHERE = {"scopes": None, "environments": ["test", "live"]}


def revision(project: Project, environment: str = "test") -> int:
    draft = Draft.objects.of(project.pk, environment).first()
    return draft.revision if draft else 0


def whose(project: Project, **fields: Any) -> dict[str, Any]:
    """Return what every service about drafts takes, of the draft as it stands."""
    environment = fields.get("environment", "test")
    at = timezone.now()
    known = {"environment": environment, "seen": revision(project, environment), "at": at}
    return {"project": project, "by": BY, **known, **fields}


def settings(project: Project, takes: str = "", closes: Any = (), **fields: Any) -> Draft:
    return drafts.draft_settings(takes=takes, closes=closes, **whose(project, **fields))


def purpose(project: Project, **fields: Any) -> Draft:
    return drafts.draft_purpose(**whose(project, **{**GIFTS, **EVERYWHERE, **fields}))


def retirement(project: Project, purpose_id: str) -> Draft:
    return drafts.draft_retirement(**whose(project, purpose_id=purpose_id))


def shadow(project: Project, *, on: bool = True) -> None:
    drafts.shadow(**whose(project, on=on))


def switch_on(project: Project, **fields: Any) -> None:
    confirmed = {"confirmed": True, "veto_confirmed": True, **fields}
    drafts.switch_on(**whose(project, **confirmed))


def replayed(project: Project, environment: str = "test") -> Replayed:
    """Replay the last days under the draft as it stands."""
    draft = Draft.objects.of(project.pk, environment).get()
    at = timezone.now()
    return replaying.replay(
        project=project,
        environment=environment,
        changes=draft.changes(),
        since=at - timedelta(days=30),
        at=at,
    )


def shadowed(project: Project, environment: str = "test") -> Replayed:
    draft = Draft.objects.of(project.pk, environment).get()
    assert draft.shadow_since is not None
    return replaying.seen_by_shadow(
        project=project, environment=environment, since=draft.shadow_since, at=timezone.now()
    )
