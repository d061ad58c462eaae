"""Who is told by mail: what people can choose, and whether somebody wants a notice now."""

from __future__ import annotations

from datetime import datetime

from accounts.models import User
from apikeys.models import ApiKey, Kind, Notice

# What each kind that a person can switch off is about; all others are told whatever is chosen.
CHOICES = {
    Kind.EXPIRY: "a key expires",
    Kind.ROTATION: "a key was rotated",
    Kind.DELETION: "a key was deleted",
    Kind.NARROWING: "a key may do less, or expires sooner",
    Kind.NEW_ADDRESS: "a key is used from a new address",
    Kind.DRIFT: "a key is used in a new way",
}


def wants(kind: Kind, key: ApiKey, *, at: datetime) -> bool:
    """Say whether there is somebody to be told, and whether they chose to be.

    Nobody is told of a deleted project or a closed account.
    """
    owner = key.project.owner
    if key.project.deleted_at or owner.closed_at or owner.erased_at or not owner.is_active:
        return False
    if kind == Kind.EXPIRY and key.state(at=at) != "active":
        return False
    return kind not in CHOICES or bool(getattr(owner, f"mail_{kind}"))


def is_there(user: User) -> bool:
    """Say whether there is somebody to be told of a change to the account: it is not over."""
    return user.is_active and user.erased_at is None


def hears_of_closing(user: User, notice: Notice) -> bool:
    """Say whether the account is closed since then, and not since another closing, nor erased."""
    closed_at = user.closed_at
    return closed_at is not None and closed_at.isoformat() == notice.about and not user.erased_at
