from __future__ import annotations

from django.urls import path

from apikeys import pages, record_pages, settings_pages, usage_pages, views

urlpatterns = [
    path("leaks", views.ReportLeaksView.as_view(), name="leaks"),
    path("usage", views.UsageView.as_view(), name="usage"),
    path("console/", pages.console, name="console"),
    path("console/projects/<uuid:project_id>/", pages.project, name="project"),
    path("console/projects/<uuid:project_id>/keys/", pages.keys, name="keys"),
    path("console/projects/<uuid:project_id>/keys/new/", pages.key_new, name="key_new"),
    path("console/projects/<uuid:project_id>/usage/", usage_pages.project_usage, name="usage_page"),
    path("console/projects/<uuid:project_id>/requests/", record_pages.requests, name="requests"),
    path(
        "console/projects/<uuid:project_id>/requests/<uuid:logged_id>/",
        record_pages.logged_request,
        name="logged_request",
    ),
    path("console/projects/<uuid:project_id>/audit/", record_pages.audit_log, name="audit_log"),
    path("console/keys/<uuid:key_id>/", pages.key, name="key"),
    path("console/keys/<uuid:key_id>/usage/", usage_pages.key_usage, name="key_usage"),
    path(
        "console/projects/<uuid:project_id>/limits/",
        settings_pages.project_limits,
        name="project_limits",
    ),
    path("console/account/mail/", settings_pages.mail_choices, name="mail_choices"),
    path("console/keys/<uuid:key_id>/limits/", settings_pages.key_limits, name="key_limits"),
    path("console/keys/<uuid:key_id>/rename/", pages.key_rename, name="key_rename"),
    path("console/keys/<uuid:key_id>/rotate/", pages.key_rotate, name="key_rotate"),
    path("console/keys/<uuid:key_id>/end-grace/", pages.key_end_grace, name="key_end_grace"),
    path("console/keys/<uuid:key_id>/delete/", pages.key_delete, name="key_delete"),
]
