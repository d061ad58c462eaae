"""What the operators see of memories and purposes.

Of memories that they are there, and never what they say. Purposes are changed in the console and by
`manage.py purpose`, which record it.
"""

from __future__ import annotations

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest

from foundation.admin import ReadOnlyAdmin
from memory import admin_figures  # noqa: F401 - the operators' pages find what it adds
from memory.models import Memory, Purpose


@admin.register(Memory)
class MemoryAdmin(ReadOnlyAdmin):
    # Ids rise with time, and the primary key is there to sort by.
    ordering = ("-id",)
    list_display = (
        "id",
        "project_id",
        "environment",
        "scope",
        "source",
        "replace",
        "created_at",
        "expires_at",
        "hidden_at",
        "disputed_at",
    )
    list_filter = ("environment", "scope", "source", "replace")
    search_fields = ("=id", "=subject_id")
    search_help_text = "The id of a memory, or an end user's pseudonym, in full."
    show_full_result_count = False
    fields = (
        "id",
        "project_id",
        "environment",
        "subject_id",
        "scope",
        "domain",
        "source",
        "replace",
        "created_at",
        "expires_at",
        "hidden_at",
        "disputed_at",
    )

    def get_queryset(self, request: HttpRequest) -> QuerySet[Memory]:
        """Leave the values out: they do not even leave the database."""
        found: QuerySet[Memory] = super().get_queryset(request)
        return found.defer("value_json", "normal_form", "user_id")


@admin.register(Purpose)
class PurposeAdmin(ReadOnlyAdmin):
    ordering = ("-id",)
    list_display = (
        "purpose_id",
        "project_id",
        "state",
        "revision",
        "purpose_class",
        "proposed_at",
        "approved_at",
        "retired_at",
    )
    list_filter = ("state", "purpose_class")
    search_fields = ("=project_id", "=purpose_id")
    search_help_text = "A project's id or a purpose's, in full."
    show_full_result_count = False
