from __future__ import annotations

from django.urls import path

from accounts import views

urlpatterns = [
    path("request-access/", views.request_access, name="request_access"),
    path("request-access/thanks/", views.request_access_thanks, name="request_access_thanks"),
    path("invite/<str:token>/", views.invite, name="invite"),
]
