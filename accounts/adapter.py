"""Adapts allauth: who may sign up, and when a password is asked for again."""

from __future__ import annotations

import time
from typing import Any
from urllib.parse import urlsplit

from allauth.account import app_settings
from allauth.account.adapter import DefaultAccountAdapter
from allauth.core import context as allauth_context
from django.conf import settings
from django.core.mail import EmailMessage, EmailMultiAlternatives
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.views.decorators.debug import sensitive_variables

from accounts import security, wanted
from accounts.allauth_internals import get_authentication_records, record_authentication
from accounts.models import User
from accounts.sentences import ACCOUNT_ERRORS, WAYS
from accounts.signup import invitation_of
from foundation import mail
from foundation.addresses import client_address, network_of
from foundation.browsers import UNKNOWN, called
from foundation.visible import inert

NAME = "Memory Scope"


def at_site_url(url: str) -> str:
    """Return the address at SITE_URL of what an absolute address of this service leads to."""
    parts = urlsplit(url)
    return settings.SITE_URL + parts._replace(scheme="", netloc="").geturl()


class AccountAdapter(DefaultAccountAdapter):
    error_messages = DefaultAccountAdapter.error_messages | ACCOUNT_ERRORS

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        return invitation_of(request) is not None

    def is_safe_url(self, url: str) -> bool:
        """Lead nobody to another name, also where ALLOWED_HOSTS has it: it may be another's."""
        return wanted.is_own(allauth_context.request, url)

    def pre_login(
        self, request: HttpRequest, user: Any, *, redirect_url: str | None, **options: Any
    ) -> HttpResponse | None:
        """Keep the page that they want, should what they are asked for next be broken off."""
        if redirect_url:
            wanted.keep(request, redirect_url)
        return super().pre_login(request, user, redirect_url=redirect_url, **options)

    def post_login(
        self,
        request: HttpRequest,
        user: Any,
        *,
        signup: bool,
        redirect_url: str | None,
        **options: Any,
    ) -> HttpResponse:
        """Lead to the page that they wanted, now or before they were sent a mail.

        The opening of an account counts as a sign-in: the password has just been chosen.
        """
        if signup:
            record_authentication(request, user, method="password", email=user.email)
        kept = wanted.take(request)
        page = redirect_url or wanted.asked_for(request) or kept or None
        return super().post_login(request, user, signup=signup, redirect_url=page, **options)

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

    def get_reauthentication_methods(self, user: Any) -> list[dict[str, Any]]:
        """Call the ways by our names."""
        ways = super().get_reauthentication_methods(user)
        return [{**way, "description": WAYS[way["id"]]} for way in ways]

    def send_mail(self, template_prefix: str, email: str, context: dict[str, Any]) -> None:
        """Lead to SITE_URL whatever was asked: a mail's reader chose no host, the asker did.

        allauth takes every `…_url` and the site's own name from the request's Host.
        """
        ours = {
            name: at_site_url(value) if name.endswith("_url") else value
            for name, value in context.items()
        }
        if (browser := called(str(context.get("user_agent", "")))) != UNKNOWN:
            ours["user_agent"] = browser
        ours |= {
            "request": allauth_context.request,
            "email": email,
            "current_site": {"name": NAME, "domain": urlsplit(settings.SITE_URL).netloc},
            "contact": settings.CONTACT_ADDRESS,
            "reset_url": settings.SITE_URL + reverse("account_reset_password"),
        }
        self.render_mail(template_prefix, email, ours).send()

    def render_mail(
        self,
        template_prefix: str,
        email: str | list[str],
        context: dict[str, Any],
        headers: dict[str, str] | None = None,
    ) -> EmailMessage:
        """Show what others typed or sent as inert text, and add the page of the same words.

        Inert is all that is not known to be ours: the name of a browser, addresses of people.
        """
        safe = {name: value if _is_ours(name) else _inert(value) for name, value in context.items()}
        message = super().render_mail(template_prefix, email, safe, headers)
        if isinstance(message, EmailMultiAlternatives) and not message.alternatives:
            page = mail.render(str(message.body), {**safe, "subject": message.subject})
            message.attach_alternative(page, "text/html")
        return message

    def get_client_ip(self, request: HttpRequest) -> str:
        return network_of(client_address(request.META))


def _is_ours(name: str) -> bool:
    return name.endswith("_url") or name in ("ip", "code", "key", "contact")


def _inert(value: Any) -> Any:
    """Return a text, or how a person is called, as inert text; other things as they are."""
    return inert(str(value)) if isinstance(value, str | User) else value
