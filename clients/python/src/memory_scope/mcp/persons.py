"""Who a session is for. Nothing that the model says has a part in it."""

from __future__ import annotations

from typing import Protocol

from mcp.server.auth.middleware.bearer_auth import AuthenticatedUser
from starlette.requests import Request

from memory_scope._mcp_settings import McpSettings


class NobodyError(Exception):
    """The request carries no authorization that names a person."""


class Persons(Protocol):
    """Says whose memories a request is about."""

    def of(self, request: object) -> str:
        """Return the end user's id. Raises NobodyError."""
        ...


class OnePerson:
    """The person that the configuration names, whoever asks."""

    def __init__(self, user_id: str) -> None:
        self._user_id = user_id

    def of(self, request: object) -> str:
        return self._user_id


class PersonOfToken:
    """The person of the token that came with this very request, not with an earlier one."""

    def of(self, request: object) -> str:
        user = request.scope.get("user") if isinstance(request, Request) else None
        if not isinstance(user, AuthenticatedUser) or not user.access_token.subject:
            raise NobodyError
        return user.access_token.subject


def persons_of(settings: McpSettings) -> Persons:
    """Return what says for whom the sessions of such a server are."""
    return PersonOfToken() if settings.user_id is None else OnePerson(settings.user_id)
