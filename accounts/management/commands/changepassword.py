from __future__ import annotations

from typing import Any

from django.contrib.auth.management.commands import changepassword
from django.db import transaction

from accounts import security
from accounts.models import User


class Command(changepassword.Command):
    """Django's own, which also records it."""

    @transaction.atomic
    def handle(self, *args: Any, **options: Any) -> Any:
        done = super().handle(*args, **options)
        security.record_password(User.objects.get_by_natural_key(options["username"]), None)
        return done
