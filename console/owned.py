"""Who is signed in, and what belongs to them. What is another's is not found, as if it were not."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from functools import wraps
from typing import Any, TypeVar, cast
from uuid import UUID

from allauth.account.decorators import reauthentication_required
from allauth.core.exceptions import ReauthenticationRequired
from allauth.usersessions.models import UserSession
from django.contrib import messages
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect

from accounts.audit import ChangedBy
from accounts.models import Project, User
from apikeys.models import ApiKey
from foundation import request_ids
from foundation.addresses import client_address
from foundation.visible import shown
from memory.models import Memory, Purpose

PLACE = "place"  # in the session: the project and the environment of the page seen last
View = TypeVar("View", bound=Callable[..., HttpResponseBase])


def reauthenticated(view: View) -> View:
    """Ask for the password again of whoever signed in longer ago than a few minutes.

    What for, `templatetags/about_to.py` says by the page's name.
    """
    return cast(View, reauthentication_required(view))


def reauthenticated_before(view: View) -> View:
    """Ask for the password again before the page, and keep no form in the session meanwhile.

    For forms about end users: what was typed of them would stay there after their erasure. Whoever
    waited too long gets the page again.
    """
    asking = reauthenticated(view)

    @wraps(view)
    def asked(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        try:
            return asking(request, *args, **kwargs)
        except ReauthenticationRequired:
            request.method = "GET"  # of which allauth keeps nothing
            raise

    return cast(View, asked)


class KeyGone(Exception):
    """A key of theirs was deleted, and can no more be changed."""

    def __init__(self, key: ApiKey) -> None:
        super().__init__(f"Key “{shown(key.name)}” was deleted. It no longer works.")
        self.key = key


def of_live_key(view: View) -> View:
    """Lead from a page about a key that was deleted meanwhile to the key's own, which says so.

    So does a deletion that is sent twice.
    """

    @wraps(view)
    def led(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        try:
            return view(request, *args, **kwargs)
        except KeyGone as gone:
            messages.info(request, str(gone))
            return redirect("key", gone.key.pk)

    return cast(View, led)


class SignedIn(HttpRequest):
    """A request of somebody who is signed in, as every page gets it that is not public."""

    user: User


def project(request: SignedIn, project_id: UUID, environment: str) -> Project:
    """Find a project of theirs, for a page about one of its environments."""
    found = get_object_or_404(Project.objects.owned_by(request.user), pk=project_id)
    _remember(request, found, environment)
    return found


def _remember(request: SignedIn, project: Project, environment: str) -> None:
    """Keep where they are, for pages of no project."""
    here = [str(project.pk), environment]
    if request.session.get(PLACE) != here:
        request.session[PLACE] = here


def key(request: SignedIn, key_id: UUID) -> ApiKey:
    """Find a key of theirs, also a deleted one: its usage and history stay."""
    own = ApiKey.objects.owned_by(request.user).select_related("project").with_secrets()
    found = get_object_or_404(own, pk=key_id)
    _remember(request, found.project, found.environment)
    return found


def live_key(request: SignedIn, key_id: UUID) -> ApiKey:
    """Find a key of theirs that can be changed. Raises KeyGone, for `of_live_key`."""
    own = ApiKey.objects.owned_by(request.user).select_related("project").with_secrets()
    found = get_object_or_404(own, pk=key_id)
    if found.deleted_at is not None:
        raise KeyGone(found)
    return found


def session(request: SignedIn, session_id: int) -> UserSession:
    return get_object_or_404(UserSession, pk=session_id, user=request.user)


def purpose(project: Project, purpose_id: str) -> Purpose:
    """Find a purpose of a project that is theirs, also a retired one."""
    return get_object_or_404(Purpose.objects.of_project(project.pk).named(purpose_id))


def memory(project: Project, environment: str, memory_id: UUID, *, at: datetime) -> Memory:
    """Find a memory that has not expired, without its value."""
    kept = Memory.objects.of(project.pk, environment).unexpired(at=at).without_values()
    return get_object_or_404(kept, pk=memory_id)


def changed_by(request: SignedIn) -> ChangedBy:
    """Say who makes the change that this request asks for, as the record keeps it."""
    return ChangedBy(
        actor=str(request.user.pk),
        request_id=request_ids.of(request.META),
        address=client_address(request.META),
    )
