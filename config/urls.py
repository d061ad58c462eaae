from __future__ import annotations

from django.contrib import admin
from django.urls import URLPattern, URLResolver, include, path

import apikeys.urls
import memory.urls
import portal.api_urls
from accounts import ways_in
from config import front_page, health, published_keys
from config.manual import views as manual
from config.openapi import views as openapi
from console import search

# What programs ask for, with a key or without. These pass the middleware for people by. They stand
# in one list: Django makes what it says of a match anew for each list around it.
api: list[URLPattern | URLResolver] = [
    *portal.api_urls.urlpatterns,  # before what takes every path below /users/
    *memory.urls.urlpatterns,
    *apikeys.urls.urlpatterns,
    path("healthz", health.healthz, name="healthz"),
    path("readyz", health.readyz, name="readyz"),
    path("metrics", health.metrics, name="metrics"),
    path(".well-known/memory-scope-keys.json", published_keys.signing_keys, name="signing_keys"),
    path("openapi.json", openapi.as_json, name="openapi-json"),
    path("openapi.yaml", openapi.as_yaml, name="openapi-yaml"),
]

# What people see. Each needs a sign-in, unless config/middleware.py lists it as public.
pages: list[URLPattern | URLResolver] = [
    path("", front_page.home, name="home"),
    path("docs/", manual.page, name="docs"),
    path("docs/search/", manual.search, name="docs_search"),
    path("docs/errors/", manual.page, {"name": "errors"}, name="docs_errors"),
    path("docs/<slug:name>/", manual.page, name="docs_page"),
    path(
        "docs/reference/<slug:name>/",
        manual.page,
        {"folder": "reference/"},
        name="docs_reference",
    ),
    path("llms.txt", manual.llms, name="llms"),
    path("llms-full.txt", manual.llms_full, name="llms_full"),
    path("", include("accounts.urls")),
    path("", include("console.urls")),
    path("", include("portal.urls")),
    path(
        "accounts/2fa/webauthn/login/", ways_in.PasskeySignIn.as_view(), name="mfa_login_webauthn"
    ),
    path(
        "accounts/password/reset/",
        ways_in.ForgottenPassword.as_view(),
        name="account_reset_password",
    ),
    path("accounts/", include("allauth.urls")),
    path("admin/", admin.site.urls),
]

urlpatterns = [*api, *pages]

search.topics[:] = [manual.topics]

handler400 = "config.error_pages.bad_request"
handler403 = "config.error_pages.permission_denied"
handler404 = "config.error_pages.page_not_found"
handler500 = "config.error_pages.server_error"
handler429 = "config.error_pages.too_many"  # allauth looks for it here
