"""Who acts in the admin."""

from __future__ import annotations

from typing import cast

from django.http import HttpRequest

from accounts.audit import ChangedBy
from accounts.models import User
from foundation import request_ids


def operator(request: HttpRequest) -> User:
    """Return the operator who sent this request: nobody else gets as far as the admin's pages."""
    return cast(User, request.user)


def changed_by(request: HttpRequest) -> ChangedBy:
    """Say which operator makes a change, as the record keeps it.

    Without an address: owners read the record of their projects, and it is none of theirs.
    """
    return ChangedBy(actor=str(operator(request).pk), request_id=request_ids.of(request.META))
