from __future__ import annotations

from contextlib import suppress
from typing import Any

from django.contrib.auth.management.commands import changepassword
from django.core.exceptions import ValidationError
from django.db import transaction

from accounts import security
from accounts.models import User
from foundation.mail_addresses import one_form


class Command(changepassword.Command):
    """Django's own, which also records it."""

    @transaction.atomic
    def handle(self, *args: Any, **options: Any) -> Any:
        with suppress(ValidationError):
            options["username"] = one_form(options["username"] or "")
        done = super().handle(*args, **options)
        security.record_password(User.objects.get_by_natural_key(options["username"]), None)
        return done
