from __future__ import annotations

from django.contrib import admin
from django.urls import include, path

from config import documentation, health, pages

urlpatterns = [
    path("", pages.home, name="home"),
    path("", include("memory.urls")),
    path("", include("apikeys.urls")),
    path("", include("accounts.urls")),
    path("docs/", documentation.index, name="docs"),
    path("docs/quickstart/", documentation.quickstart, name="docs_quickstart"),
    path("docs/authentication/", documentation.authentication, name="docs_authentication"),
    path("docs/policy/", documentation.policy, name="docs_policy"),
    path("docs/errors/", documentation.errors, name="docs_errors"),
    path("accounts/", include("allauth.urls")),
    path("healthz", health.healthz, name="healthz"),
    path("readyz", health.readyz, name="readyz"),
    path("metrics", health.metrics, name="metrics"),
    path("admin/", admin.site.urls),
]

handler400 = "config.errors.bad_request"
handler403 = "config.errors.permission_denied"
handler404 = "config.errors.page_not_found"
handler500 = "config.errors.server_error"
