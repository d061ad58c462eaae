from __future__ import annotations

from django.urls import path

from memory.views import memories, policy, reading, revoking

urlpatterns = [
    path("memory", memories.CreateMemoryView.as_view(), name="memory-create"),
    path("memory/read", reading.ReadMemoryView.as_view(), name="memory-read"),
    path("memory/read/continue", reading.ContinueReadingView.as_view(), name="memory-continue"),
    path("memory/revoke", revoking.RevokeAccessView.as_view(), name="memory-revoke"),
    path("policy/check", policy.CheckPolicyView.as_view(), name="policy-check"),
    path("policy", policy.PolicyView.as_view(), name="policy"),
]
