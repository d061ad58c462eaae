"""Who is told by mail: what people can choose, and whether somebody wants a notice now."""

from __future__ import annotations

from datetime import datetime

from accounts.models import User
from apikeys.models import ApiKey, Kind, Notice

UNASKED = (Kind.LEAK, Kind.PLAIN_HTTP, Kind.ACCOUNT_CLOSED)  # told whatever is chosen
CHOICES = tuple(kind for kind in Kind if kind not in UNASKED)


def choose(*, user: User, choices: dict[str, bool]) -> None:
    """Set which kinds of notices the person is mailed, by `mail_<kind>`."""
    known = {f"mail_{kind}": choices[f"mail_{kind}"] for kind in CHOICES}
    User.objects.filter(pk=user.pk).update(**known)


def wants(kind: Kind, key: ApiKey, *, at: datetime) -> bool:
    """Say whether there is somebody to be told, and whether they chose to be.

    Nobody is told of a deleted project or a closed account. A leaked key is told in any case.
    """
    owner = key.project.owner
    if key.project.deleted_at or owner.closed_at or owner.erased_at or not owner.is_active:
        return False
    if kind == Kind.EXPIRY and key.state(at=at) != "active":
        return False
    return kind in UNASKED or bool(getattr(owner, f"mail_{kind}"))


def hears_of_closing(user: User, notice: Notice) -> bool:
    """Say whether the account is closed since then, and not since another closing, nor erased."""
    closed_at = user.closed_at
    return closed_at is not None and closed_at.isoformat() == notice.about and not user.erased_at
