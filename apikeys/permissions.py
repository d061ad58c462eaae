"""Lets a key do only what it was given."""

from __future__ import annotations

from typing import Any

from rest_framework.permissions import BasePermission
from rest_framework.request import Request

from apikeys.events import record_lacking
from apikeys.principal import Principal
from foundation import request_ids

ANY_KEY = "any"
NO_KEY = "none"  # open to everyone: the view asks for no key


class HasKeyPermission(BasePermission):
    """Grants a view to keys with the permission that the view names as `permission`.

    Shut by default: a view that names none is open to nobody.
    """

    def has_permission(self, request: Request, view: Any) -> bool:
        principal = request.auth
        if not isinstance(principal, Principal):
            return False
        needed: str | None = getattr(view, "permission", None)
        self.message = f"API key lacks the permission '{needed}'"
        granted = needed is not None and (needed == ANY_KEY or principal.may(needed))
        if not granted:
            record_lacking(principal, needed, request_id=request_ids.of(request.META))
        return granted
