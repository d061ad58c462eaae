from __future__ import annotations

from django.urls import path

from accounts import console, views

urlpatterns = [
    path("request-access/", views.request_access, name="request_access"),
    path("request-access/thanks/", views.request_access_thanks, name="request_access_thanks"),
    path("invite/<str:token>/", views.invite, name="invite"),
    path("theme/", views.choose_theme, name="choose_theme"),
    path("console/projects/", console.projects, name="projects"),
    path("console/projects/new/", console.project_new, name="project_new"),
    path(
        "console/projects/<uuid:project_id>/settings/",
        console.project_settings,
        name="project_settings",
    ),
    path(
        "console/projects/<uuid:project_id>/delete/", console.project_delete, name="project_delete"
    ),
    path("console/account/", console.account, name="account"),
    path("console/account/close/", console.account_close, name="account_close"),
    path("console/account/closed/", console.account_closed, name="account_closed"),
    path("console/account/reopen/", console.account_reopen, name="account_reopen"),
]
