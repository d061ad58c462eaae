"""What every request passes, and what only the pages for people pass.

A request to the API needs no session, cookie, message or locale: it passes those middleware by, so
that a key's request never touches them (config/short_cut.py). The request id and the security
headers stay. Views are told to all middleware: the API's are exempt from the check of forms, as no
cookie opens them.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from http import HTTPStatus

from allauth.core.exceptions import ReauthenticationRequired
from allauth.usersessions.middleware import UserSessionsMiddleware as AllauthSessionsMiddleware
from csp import middleware as csp
from csp.constants import HEADER
from csp.utils import build_policy
from django.conf import settings
from django.contrib.auth import logout
from django.contrib.auth import middleware as auth
from django.core.exceptions import MiddlewareNotUsed
from django.db import connection
from django.http import HttpRequest, HttpResponse, HttpResponseNotAllowed
from django.http.response import HttpResponseBase
from django.middleware import common
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.cache import add_never_cache_headers
from django.utils.deprecation import MiddlewareMixin

from accounts import operators
from accounts import sessions as sessions_of_people
from apikeys import plain_http
from config import error_pages
from config.errors import FOREIGN_PAGE, PLAIN_HTTP, respond
from config.routes import is_api
from foundation import request_ids
from foundation.answers import set_plain
from foundation.deadlines import deadlines

# Every page needs a sign-in but for these; allauth says the same of its own.
PUBLIC = frozenset(
    {
        "home",
        "docs",
        "docs_errors",
        "docs_page",
        "docs_reference",
        "docs_search",
        "llms",
        "llms_full",
        "request_access",
        "request_access_thanks",
        "invite",
        "choose_theme",
        # Opened by a link of the person's own, and by the session that it begins.
        "me",
        "me_close",
        "me_dispute",
        "me_download",
        "me_end_read",
        "me_forget",
        "me_link",
        "me_remove",
        "me_take_back",
        "me_undispute",
    }
)
OPEN_TO_CLOSED = ("home", "account_closed", "account_reopen", "account_logout", "choose_theme")


class RequestIdMiddleware:
    """Gives every response, of every status, its `X-Request-ID`; and each request its deadline.

    Where that id is the caller's own, `X-Server-Request-ID` tells the service's beside it.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        request_id = request_ids.assign(request.META)
        server_id = request_ids.current()
        try:
            with deadlines.within(settings.DATABASE_DEADLINE):
                response = self.get_response(request)
        finally:
            request_ids.forget()
        set_plain(response, "X-Request-ID", request_id)
        if "HTTP_X_REQUEST_ID" in request.META and request_id != str(server_id):
            response.headers["X-Server-Request-ID"] = str(server_id)
        return response


class MetricsMiddleware:
    """Counts every request by its answer. Without METRICS_TOKEN it is left out, at no cost."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        if not settings.METRICS_TOKEN:
            raise MiddlewareNotUsed("METRICS_TOKEN is not set.")
        from config.metrics import count_request

        self.get_response = get_response
        self.count = count_request

    def __call__(self, request: HttpRequest) -> HttpResponse:
        began = time.perf_counter()
        response = self.get_response(request)
        self.count(request, response, time.perf_counter() - began)
        return response


class PlainHttpMiddleware:
    """Refuses a key that came over plain HTTP, which else would be redirected; tells its owner."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        if not settings.SECURE_SSL_REDIRECT:
            raise MiddlewareNotUsed("Plain HTTP is served.")
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        key = request.META.get("HTTP_X_API_KEY")
        redirected = response.status_code == HTTPStatus.MOVED_PERMANENTLY
        if not redirected or key is None or not is_api(request.path_info):
            return response
        plain_http.tell_owner(key, request.META)
        refusal = respond(request, PLAIN_HTTP)
        for name, value in response.headers.items():  # those of security, but not the redirect's
            if name not in ("Location", "Content-Length"):
                refusal.headers.setdefault(name, value)
        return refusal


class ContentSecurityPolicyMiddleware(csp.CSPMiddleware):
    """Writes the policy that all answers have, made once: django-csp makes it for each anew.

    Nothing here asks for a nonce, or for another policy for one page.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        super().__init__(get_response)
        self.policy = build_policy()

    def process_request(self, request: HttpRequest) -> None:
        """Make no nonce."""

    def process_response(
        self, request: HttpRequest, response: HttpResponseBase
    ) -> HttpResponseBase:
        if settings.DEBUG:  # Django's own pages about a bug go without
            return super().process_response(request, response)
        response.headers.setdefault(HEADER, self.policy)
        return response


class PreflightMiddleware:
    """Tells a browser, which asks whether a page from elsewhere may use the API, why it may not.

    The browser shows no page of that; whoever looks into its console or its network log finds it.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if request.method == "OPTIONS" and _is_preflight(request) and is_api(request.path_info):
            return respond(request, FOREIGN_PAGE)
        return self.get_response(request)


def _is_preflight(request: HttpRequest) -> bool:
    return "HTTP_ORIGIN" in request.META and "HTTP_ACCESS_CONTROL_REQUEST_METHOD" in request.META


class FreshConnectionMiddleware(MiddlewareMixin):
    """Drops a kept database connection that has died, so that no page fails for it.

    The API needs no such question before every request: see `sql.first_rows`.
    """

    def process_request(self, request: HttpRequest) -> None:
        if connection.connection is not None and not connection.is_usable():
            connection.close()


class CommonMiddleware(common.CommonMiddleware):
    """Lets no browser or proxy keep a page of an account, or of a person: secrets are on some."""

    PRIVATE = ("/accounts/", "/admin/", "/console/", "/me/")

    def process_response(
        self, request: HttpRequest, response: HttpResponseBase
    ) -> HttpResponseBase:
        if request.path_info.startswith(self.PRIVATE):
            add_never_cache_headers(response)
        return super().process_response(request, response)


class AuthenticationMiddleware(auth.AuthenticationMiddleware):
    """Signs out whoever was away for SESSION_IDLE_HOURS, or signed in SESSION_DAYS ago."""

    def process_request(self, request: HttpRequest) -> None:
        super().process_request(request)
        if request.user.is_authenticated and sessions_of_people.is_over(request.session):
            logout(request)


class LoginRequiredMiddleware(auth.LoginRequiredMiddleware):
    """Leads whoever is not signed in to the sign-in, unless the page is public.

    And keeps an operator's second factors from whoever has the password alone. A form is not led
    away, and what was typed into it is not lost.
    """

    def process_view(
        self,
        request: HttpRequest,
        view_func: Callable[..., HttpResponseBase],
        view_args: tuple[object, ...],
        view_kwargs: dict[str, object],
    ) -> HttpResponseBase | None:
        match = request.resolver_match
        if is_api(request.path_info) or (match is not None and match.view_name in PUBLIC):
            return None
        if match is not None and request.user.is_authenticated:
            return operators.guard_factors(request, match.view_name)
        answer = super().process_view(request, view_func, view_args, view_kwargs)
        if answer is not None and request.method == "POST" and error_pages.wants_page(request):
            return error_pages.signed_out(request)
        return answer


class NotAllowedMiddleware(MiddlewareMixin):
    """Shows a page to whoever opens an address that only forms are sent to, as by a bookmark."""

    def process_response(
        self, request: HttpRequest, response: HttpResponseBase
    ) -> HttpResponseBase:
        if isinstance(response, HttpResponseNotAllowed):
            return error_pages.not_allowed(request, response)
        return response


class UnconfirmedFormMiddleware:
    """Lets each question for the password forget the form that an earlier one kept."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        return self.get_response(request)

    def process_exception(self, request: HttpRequest, exception: Exception) -> None:
        """Hand on the exception: it is allauth's middleware that asks."""
        if isinstance(exception, ReauthenticationRequired):
            sessions_of_people.forget_unconfirmed(request)


class UserSessionsMiddleware(AllauthSessionsMiddleware):
    """Records where and when a person's sessions are used, once a minute while they are."""

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        known = request.session.session_key and request.user.is_authenticated
        if known and sessions_of_people.is_recorded(request):
            return self.get_response(request)
        return super().__call__(request)


class ClosedAccountMiddleware(MiddlewareMixin):
    """Shows one page to whoever closed their account: when it is erased, and how to reopen it."""

    def process_request(self, request: HttpRequest) -> HttpResponseBase | None:
        user = request.user
        if not user.is_authenticated or user.closed_at is None:
            return None
        open_to_them = {reverse(name) for name in OPEN_TO_CLOSED}
        return None if request.path_info in open_to_them else redirect("account_closed")
