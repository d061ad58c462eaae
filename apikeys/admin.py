"""Keys, for the operators: to see them and to stop them. Never a secret, nor its digest."""

from __future__ import annotations

from typing import Any

from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils import timezone

from accounts import operators
from accounts.limits import LimitRefused
from apikeys import (
    admin_figures,  # noqa: F401 - the operators' pages find what it adds
    services,
)
from apikeys.models import ApiKey
from foundation.admin import ReadOnlyAdmin


@admin.register(ApiKey)
class ApiKeyAdmin(ReadOnlyAdmin):
    list_display = ("name", "masked", "project", "owner", "state", "created_at", "expires_at")
    list_filter = (
        "environment",
        ("disabled_at", admin.EmptyFieldListFilter),
        ("deleted_at", admin.EmptyFieldListFilter),
    )
    list_select_related = ("project__owner",)
    search_fields = ("name", "project__name", "project__owner__email")
    ordering = ("-id",)
    actions = ("switch_off", "switch_on")
    fields = (
        "id",
        "name",
        "masked",
        "state",
        "project",
        "owner",
        "permissions",
        "scopes",
        "purpose_classes",
        "purposes",
        "rate_limit",
        "burst_limit",
        "lowered_rate_limit",
        "lowered_burst_limit",
        "created_at",
        "expires_at",
        "disabled_at",
        "paused",
        "watched",
        "pauses",
        "deleted_at",
    )

    def get_queryset(self, request: HttpRequest) -> QuerySet[ApiKey]:
        return ApiKey.objects.with_secrets()

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Let operators set a key's limits, and nothing else of it."""
        return admin.ModelAdmin.has_change_permission(self, request, obj)

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> list[str]:
        if obj is not None and obj.deleted_at:
            return list(self.fields)
        return [name for name in self.fields if name not in ("rate_limit", "burst_limit")]

    def save_model(self, request: HttpRequest, obj: ApiKey, form: Any, change: bool) -> None:
        try:
            services.set_limits(
                key=obj,
                rate_limit=obj.rate_limit,
                burst_limit=obj.burst_limit,
                at=timezone.now(),
                by=operators.changed_by(request),
            )
        except (services.KeyFailure, LimitRefused) as error:
            self.message_user(request, str(error), messages.ERROR)

    @admin.display(description="key")
    def masked(self, key: ApiKey) -> str:
        return key.current_secret().masked

    @admin.display(ordering="project__owner__email")
    def owner(self, key: ApiKey) -> str:
        return key.project.owner.email

    @admin.display
    def state(self, key: ApiKey) -> str:
        return key.state(at=timezone.now())

    @admin.action(description="Switch off: the keys stop with the next request")
    def switch_off(self, request: HttpRequest, keys: QuerySet[ApiKey]) -> None:
        self._switch(request, keys, on=False)

    @admin.action(description="Switch on again")
    def switch_on(self, request: HttpRequest, keys: QuerySet[ApiKey]) -> None:
        self._switch(request, keys, on=True)

    def _switch(self, request: HttpRequest, keys: QuerySet[ApiKey], *, on: bool) -> None:
        switched = 0
        for key in keys:
            try:
                switched += services.switch_key(
                    key=key,
                    on=on,
                    at=timezone.now(),
                    by=operators.changed_by(request),
                )
            except services.KeyEnded as error:
                self.message_user(request, str(error), messages.WARNING)
        self.message_user(request, f"Switched {'on' if on else 'off'}: {switched}.")
