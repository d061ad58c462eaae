"""People, projects and the record, for the operators."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.contrib import admin
from django.contrib.auth.admin import UserAdmin as DjangoUserAdmin
from django.contrib.auth.forms import AdminUserCreationForm
from django.db import transaction
from django.http import HttpRequest
from django.utils import timezone

from accounts import (
    admin_beta,  # noqa: F401 - Django finds what is registered from here
    operators,
    services,
)
from accounts.models import AuditEvent, Project, User
from foundation.admin import ModelAdmin, ReadOnlyAdmin

if TYPE_CHECKING:  # at run time Django's admin classes take no parameters
    UserAdminBase = DjangoUserAdmin[User]
    UserCreationBase = AdminUserCreationForm[User]
else:
    UserAdminBase = DjangoUserAdmin
    UserCreationBase = AdminUserCreationForm


class UserCreationForm(UserCreationBase):
    class Meta:
        model = User
        fields = ("email",)

    def clean_email(self) -> str:
        return str(self.cleaned_data["email"]).lower()


@admin.register(User)
class UserAdmin(UserAdminBase):
    add_form = UserCreationForm
    ordering = ("-date_joined",)
    list_display = (
        "email",
        "name",
        "is_active",
        "is_staff",
        "date_joined",
        "last_login",
        "closed_at",
    )
    list_filter = ("is_active", "is_staff")
    search_fields = ("email", "name")
    readonly_fields = ("last_login", "date_joined", "closed_at")
    fieldsets = (
        (None, {"fields": ("email", "name", "password")}),
        ("Rights", {"fields": ("is_active", "is_staff", "is_superuser", "groups")}),
        ("Times", {"fields": ("last_login", "date_joined", "closed_at")}),
    )
    add_fieldsets = ((None, {"fields": ("email", "usable_password", "password1", "password2")}),)

    def save_model(self, request: HttpRequest, obj: User, form: Any, change: bool) -> None:
        with transaction.atomic():
            super().save_model(request, obj, form, change)
            if not change:
                User.objects.complete(obj, by=operators.changed_by(request))

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> tuple[str, ...]:
        """Show the address without a way to change it: that is for whoever can read its mail."""
        fields: tuple[str, ...] = self.readonly_fields
        return fields if obj is None else (*fields, "email")

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False  # An account is switched off; its record stays.


@admin.register(Project)
class ProjectAdmin(ModelAdmin):
    list_display = ("name", "owner", "created_at", "disabled_at", "deleted_at")
    list_filter = (("disabled_at", admin.EmptyFieldListFilter),)
    list_select_related = ("owner",)
    search_fields = ("name", "owner__email")
    fieldsets = (
        (None, {"fields": ("id", "name", "owner", "created_at", "disabled_at", "deleted_at")}),
        (
            "Limits of each key",
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
    )
    list_filter = ("event_type", "environment", "created_at")
    search_fields = ("=request_id", "=user_id", "=app_id")
    search_help_text = "A request id, an end user's id or a project's id, in full."
    show_full_result_count = False
