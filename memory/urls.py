from __future__ import annotations

from django.urls import path

from memory.views import memories, policy, reading, record, revoking, users

urlpatterns = [
    path("memory", memories.MemoriesView.as_view(), name="memories"),
    path("memory/batch", memories.MemoryBatchView.as_view(), name="memory-batch"),
    path("memory/read", reading.ReadMemoryView.as_view(), name="memory-read"),
    path("memory/read/batch", reading.ReadBatchView.as_view(), name="memory-read-batch"),
    path("memory/read/continue", reading.ContinueReadingView.as_view(), name="memory-continue"),
    path("memory/revoke", revoking.RevokeAccessView.as_view(), name="memory-revoke"),
    path("memory/<uuid:memory_id>", memories.MemoryView.as_view(), name="memory"),
    path("audit/seal", record.LatestSealView.as_view(), name="audit-seal"),
    path("audit/export", record.SealedRecordView.as_view(), name="audit-export"),
    path("audit", record.RecordView.as_view(), name="audit"),
    path("users/<path:user_id>/export", users.ExportUserView.as_view(), name="user-export"),
    path("users/<path:user_id>", users.UserView.as_view(), name="user"),
    path("policy/check", policy.CheckPolicyView.as_view(), name="policy-check"),
    path("policy", policy.PolicyView.as_view(), name="policy"),
]
