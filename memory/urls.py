from __future__ import annotations

from django.urls import path

from memory import views

urlpatterns = [
    path("memory", views.CreateMemoryView.as_view(), name="memory-create"),
    path("memory/read", views.ReadMemoryView.as_view(), name="memory-read"),
    path("memory/read/continue", views.ContinueReadingView.as_view(), name="memory-continue"),
    path("memory/revoke", views.RevokeAccessView.as_view(), name="memory-revoke"),
    path("policy/check", views.CheckPolicyView.as_view(), name="policy-check"),
    path("policy", views.PolicyView.as_view(), name="policy"),
]
