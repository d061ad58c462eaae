"""The operators' site: Django's admin, with a second factor in front of it.

A password alone opens nothing here outside DEBUG: the session must have been opened, or confirmed,
with a second factor of the operator's own account.
"""

from __future__ import annotations

from typing import Any

from allauth.mfa.utils import is_mfa_enabled
from django.conf import settings
from django.contrib.admin import AdminSite
from django.contrib.auth import REDIRECT_FIELD_NAME
from django.contrib.auth.decorators import login_not_required
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.decorators import method_decorator
from django.utils.http import urlencode

from accounts.allauth_internals import get_authentication_records
from foundation.admin import AskedOnlyWhatItShows, ModelAdmin


def used_second_factor(request: HttpRequest) -> bool:
    """Say whether this session was opened, or confirmed, with a second factor."""
    records = get_authentication_records(request, request.user)
    return any(record.get("method") == "mfa" for record in records)


class OperationsSite(AdminSite):
    site_header = site_title = "Memory Scope"
    index_title = "Operations"

    def register(self, model_or_iterable: Any, admin_class: Any = None, **options: Any) -> None:
        """Leave allauth's own tables out: nobody looks at other people's sessions and seeds.

        Every other is asked only about what it shows, whoever wrote its class.
        """
        models = (
            model_or_iterable
            if isinstance(model_or_iterable, list | tuple)
            else [model_or_iterable]
        )
        ours = [model for model in models if not model.__module__.startswith("allauth.")]
        asked = admin_class or ModelAdmin
        if not issubclass(asked, AskedOnlyWhatItShows):
            asked = type(asked.__name__, (AskedOnlyWhatItShows, asked), {})
        super().register(ours, asked, **options)

    def has_permission(self, request: HttpRequest) -> bool:
        allowed = super().has_permission(request)
        return allowed and (settings.DEBUG or used_second_factor(request))

    def password_change(self, request: HttpRequest, extra_context: Any = None) -> Any:
        """Leave it to the account's own page, which records and mails it."""
        return redirect("account_change_password")

    @method_decorator(login_not_required)
    def login(self, request: HttpRequest, extra_context: Any = None) -> HttpResponse:
        """Lead to what is missing: a sign-in, a second factor, or using it."""
        page = request.GET.get(REDIRECT_FIELD_NAME) or reverse("admin:index")
        query = urlencode({REDIRECT_FIELD_NAME: page})
        user = request.user
        if not user.is_authenticated:
            return redirect(f"{reverse('account_login')}?{query}")
        if not (user.is_active and user.is_staff):
            raise PermissionDenied
        if self.has_permission(request):
            return redirect("admin:index")
        if not is_mfa_enabled(user):
            return redirect("mfa_index")
        return redirect(f"{reverse('mfa_reauthenticate')}?{query}")
