"""People, projects and the record, for the operators."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django import forms
from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils import timezone

from accounts import (
    admin_beta,  # noqa: F401 - Django finds what is registered from here
    admin_people,  # noqa: F401 - as above
    operators,
    services,
)
from accounts.forms import NameField
from accounts.models import AuditEvent, Project
from accounts.models.people import LONGEST_NAME
from foundation.admin import ModelAdmin, ReadOnlyAdmin

if TYPE_CHECKING:  # at run time Django's admin classes take no parameters
    ProjectFormBase = forms.ModelForm[Project]
else:
    ProjectFormBase = forms.ModelForm


class ProjectForm(ProjectFormBase):
    name = NameField(max_length=LONGEST_NAME)


@admin.register(Project)
class ProjectAdmin(ModelAdmin):
    form = ProjectForm
    list_display = ("name", "owner", "created_at", "disabled_at", "deleted_at")
    list_filter = (("disabled_at", admin.EmptyFieldListFilter),)
    list_select_related = ("owner",)
    search_fields = ("name", "owner__email")
    fieldsets = (
        (None, {"fields": ("id", "name", "owner", "created_at", "disabled_at", "deleted_at")}),
        (
            "Keys",
            {"fields": ("most_keys",)},
        ),
        (
            "The most that it keeps, in each environment",
            {
                "fields": (
                    "most_partition_memories",
                    "most_partition_bytes",
                    "most_memories",
                    "most_grants",
                    "most_idempotency_keys",
                )
            },
        ),
        ("Purposes that it takes", {"fields": ("takes_in_test", "takes_in_live")}),
        (
            "Limits of each key, and of all of them together",
            {
                "fields": (
                    "rate_limit",
                    "burst_limit",
                    "lowered_rate_limit",
                    "lowered_burst_limit",
                )
            },
        ),
    )
    readonly_fields = (
        "id",
        "owner",
        "created_at",
        "deleted_at",
        "takes_in_test",
        "takes_in_live",
        "lowered_rate_limit",
        "lowered_burst_limit",
    )

    def save_model(self, request: HttpRequest, obj: Project, form: Any, change: bool) -> None:
        services.change_project(
            project=obj,
            changed=form.changed_data,
            at=timezone.now(),
            by=operators.changed_by(request),
        )

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


@admin.register(AuditEvent)
class AuditEventAdmin(ReadOnlyAdmin):
    # Ids rise with time, and the primary key is there to sort by.
    ordering = ("-id",)
    list_display = (
        "created_at",
        "event_type",
        "app_id",
        "environment",
        "user_id",
        "scope",
        "purpose_class",
        "reason_code",
        "request_id",
        "server_request_id",
    )
    list_filter = ("event_type", "environment", "created_at")
    readonly_fields = ("all_memories",)
    search_fields = ("=request_id", "=server_request_id", "=user_id", "=app_id")
    search_help_text = "A request id, an end user's id or a project's id, in full."
    show_full_result_count = False

    def get_queryset(self, request: HttpRequest) -> QuerySet[AuditEvent]:
        """Leave the ids of memories to an event's own page: a list of them can be very long."""
        found: QuerySet[AuditEvent] = super().get_queryset(request)
        return found.defer("memory_ids")

    @admin.display(description="all memory ids")
    def all_memories(self, event: AuditEvent) -> str:
        return ", ".join(event.all_memory_ids())
