"""The operators' site: Django's admin, with a second factor in front of it.

A password alone opens nothing here outside DEBUG: the session must have been opened, or confirmed,
with a second factor of the operator's own account, ADMIN_FACTOR_HOURS ago at most, and for a change
ADMIN_CHANGE_MINUTES ago.
"""

from __future__ import annotations

from functools import wraps
from typing import Any, cast

from allauth.mfa.utils import is_mfa_enabled
from django.conf import settings
from django.contrib import messages
from django.contrib.admin import AdminSite
from django.contrib.auth import REDIRECT_FIELD_NAME
from django.contrib.auth.decorators import login_not_required
from django.core.exceptions import BadRequest, PermissionDenied
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.decorators import method_decorator
from django.utils.http import urlencode

from accounts import desk as accounts_desk
from accounts import operators, sessions
from foundation import desk
from foundation.admin import AskedOnlyWhatItShows, ModelAdmin

NEEDED = "Operators need a second factor: in Operations a password alone opens nothing."


def _checked(view: Any) -> Any:
    """Refuse what no database takes: Django hands the admin's look-ups on unchecked."""

    @wraps(view)
    def checked(request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
        if "\0" in request.path_info or _has_nul(request.GET) or _has_nul(request.POST):
            raise BadRequest("A NUL is no part of any text.")
        try:
            return view(request, *args, **kwargs)
        except OverflowError:  # SQLite's, of numbers; Python's, of times at its ends
            raise BadRequest("A number or a time is out of range.") from None

    return checked


def _has_nul(given: QueryDict) -> bool:
    return any("\0" in text for name, texts in given.lists() for text in (name, *texts))


def _with_shares(steps: list[desk.Step]) -> list[tuple[desk.Step, int | None]]:
    """Return each step with its percentage of the step before; None where there is none."""
    before = [None, *(step.value for step in steps)]
    return [
        (step, round(100 * step.value / than) if than else None)
        for step, than in zip(steps, before, strict=False)
    ]


class OperationsSite(AdminSite):
    site_header = site_title = "Memory Scope operators"
    index_title = "Operations"
    index_template = "admin/desk/index.html"
    # A line of links in the header does, and leaves a list the width it needs.
    enable_nav_sidebar = False

    def index(self, request: HttpRequest, extra_context: Any = None) -> Any:
        """Show how many wait, are here and ask today, and how far people get."""
        at = timezone.now()
        cohorts = accounts_desk.cohorts()
        asked = request.GET.get("cohort", "")
        cohort = asked if asked in cohorts else ""
        context = {
            "figures": desk.figures(request.user, at=at),
            "steps": _with_shares(desk.steps(request.user, cohort=cohort)),
            "cohorts": cohorts,
            "cohort": cohort,
        }
        return super().index(request, {**context, **(extra_context or {})})

    def get_app_list(self, request: HttpRequest, app_label: str | None = None) -> list[Any]:
        """Let people and projects come first: they are what an operator looks for."""
        found: list[Any] = super().get_app_list(request, app_label)
        return sorted(found, key=lambda app: bool(app["app_label"] != "accounts"))

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
        within = settings.ADMIN_FACTOR_HOURS * 3600
        return allowed and (settings.DEBUG or operators.used_second_factor(request, within=within))

    def admin_view(self, view: Any, cacheable: bool = False) -> Any:
        """Ask for a fresh factor before what is sent is done; it is done right afterwards."""
        inner = _checked(super().admin_view(view, cacheable))

        @wraps(inner)
        def fresh(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
            within = settings.ADMIN_CHANGE_MINUTES * 60
            harmless = (
                request.method in ("GET", "HEAD", "OPTIONS")
                or settings.DEBUG
                or request.path == reverse("admin:logout")
                or not self.has_permission(request)  # which `inner` says
            )
            if harmless or operators.used_second_factor(request, within=within):
                return cast(HttpResponse, inner(request, *args, **kwargs))
            return operators.ask_for_factor(request)

        return fresh

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
            messages.warning(request, NEEDED)
            return redirect("mfa_index")
        sessions.forget_unconfirmed(request)
        return redirect(f"{operators.factor_page(operators.operator(request))}?{query}")
