from __future__ import annotations

from django.contrib import admin
from django.urls import include, path

from config import health, pages

admin.site.site_header = "Memory Scope"
admin.site.site_title = "Memory Scope"
admin.site.index_title = "Operations"

urlpatterns = [
    path("", pages.home, name="home"),
    path("", include("memory.urls")),
    path("", include("apikeys.urls")),
    path("healthz", health.healthz, name="healthz"),
    path("readyz", health.readyz, name="readyz"),
    path("admin/", admin.site.urls),
]

handler400 = "config.errors.bad_request"
handler403 = "config.errors.permission_denied"
handler404 = "config.errors.page_not_found"
handler500 = "config.errors.server_error"
