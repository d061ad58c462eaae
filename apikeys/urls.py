from __future__ import annotations

from django.urls import path

from apikeys import views

urlpatterns = [
    path("leaks", views.ReportLeaksView.as_view(), name="leaks"),
    path("usage", views.UsageView.as_view(), name="usage"),
]
