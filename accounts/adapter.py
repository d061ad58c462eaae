"""Adapts allauth: who may sign up, and when a password is asked for again."""

from __future__ import annotations

import time
from typing import Any

from allauth.account import app_settings
from allauth.account.adapter import DefaultAccountAdapter
from django.core.mail import EmailMessage, EmailMultiAlternatives
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.template.loader import render_to_string
from django.views.decorators.debug import sensitive_variables

from accounts import security
from accounts.allauth_internals import get_authentication_records, record_authentication
from accounts.signup import invitation_of
from foundation.addresses import client_address, network_of


class AccountAdapter(DefaultAccountAdapter):
    def is_open_for_signup(self, request: HttpRequest) -> bool:
        return invitation_of(request) is not None

    def post_login(
        self, request: HttpRequest, user: Any, *, signup: bool, **options: Any
    ) -> HttpResponse:
        """Count the opening of an account as a sign-in: the password has just been chosen."""
        if signup:
            record_authentication(request, user, method="password", email=user.email)
        return super().post_login(request, user, signup=signup, **options)

    @sensitive_variables("password")
    def set_password(self, user: Any, password: str) -> None:
        """Change the password and record it, in one transaction."""
        with transaction.atomic():
            super().set_password(user, password)
            security.record_password(user, self.request)

    def is_reauthentication_required(self, *, app: str, **kwargs: Any) -> bool:
        """Take a recent sign-in for as good: nobody types a password twice in a row."""
        if not super().is_reauthentication_required(app=app, **kwargs):
            return False
        records = get_authentication_records(self.request, self.request.user)
        latest = max((record["at"] for record in records), default=0)
        return bool(time.time() - latest >= app_settings.REAUTHENTICATION_TIMEOUT)

    def render_mail(
        self,
        template_prefix: str,
        email: str | list[str],
        context: dict[str, Any],
        headers: dict[str, str] | None = None,
    ) -> EmailMessage:
        """Add simple HTML, made from allauth's text."""
        message = super().render_mail(template_prefix, email, context, headers)
        if isinstance(message, EmailMultiAlternatives) and not message.alternatives:
            page = render_to_string("mail/plain.html", {"text": message.body})
            message.attach_alternative(page, "text/html")
        return message

    def get_client_ip(self, request: HttpRequest) -> str:
        return network_of(client_address(request.META))
