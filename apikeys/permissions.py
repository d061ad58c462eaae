"""Lets a key do only what it was given."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from rest_framework.exceptions import MethodNotAllowed
from rest_framework.permissions import BasePermission
from rest_framework.request import Request

from apikeys.events import record_lacking
from apikeys.principal import Principal
from foundation import request_ids

ANY_KEY = "any"
NO_KEY = "none"  # open to everyone: the view asks for no key


class HasKeyPermission(BasePermission):
    """Grants a view to keys with the permission that the view names as `permission`.

    Shut by default: a view that names none is open to nobody. One that serves several methods names
    one for each.
    """

    def has_permission(self, request: Request, view: Any) -> bool:
        principal = request.auth
        if not isinstance(principal, Principal):
            return False
        needed = _needed(request, getattr(view, "permission", None))
        self.message = lacks(needed)
        granted = needed is not None and (needed == ANY_KEY or principal.may(needed))
        if not granted:
            record_lacking(principal, needed, request_id=request_ids.of(request.META))
        return granted


def lacks(permission: str | None) -> str:
    """Return the sentence for a key without a permission."""
    return f"API key lacks the permission '{permission}'"


def _needed(request: Request, permission: str | Mapping[str, str] | None) -> str | None:
    """Return what the request's method needs. Raises MethodNotAllowed where the view names none."""
    if permission is None or isinstance(permission, str):
        return permission
    method = str(request.method)
    if method not in permission:
        raise MethodNotAllowed(method)
    return permission[method]
