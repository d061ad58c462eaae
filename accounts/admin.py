"""People, projects and the record, for the operators."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any
from uuid import UUID

from django import forms
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import URLPattern
from django.utils import timezone

from accounts import (
    admin_beta,  # noqa: F401 - Django finds what is registered from here
    admin_figures,  # noqa: F401 - as above
    admin_people,  # noqa: F401 - as above
    admin_requests,  # noqa: F401 - as above
    desk,
    operators,
    services,
)
from accounts.admin_notes import NotedAdmin
from accounts.forms import NameField
from accounts.models import AuditEvent, Project
from accounts.models.beta import LONGEST_NOTE
from accounts.models.people import LONGEST_NAME
from foundation import desk as desk_pages
from foundation.admin import ReadOnlyAdmin
from foundation.visible import shown

if TYPE_CHECKING:  # at run time Django's admin classes take no parameters
    ProjectFormBase = forms.ModelForm[Project]
else:
    ProjectFormBase = forms.ModelForm


LONGEST_REASON = LONGEST_NOTE - 20  # "Switched off: " stands before it
SWITCHED = {
    False: "All keys of the project stop with the next request, and nothing is removed.",
    True: "Its keys work again with the next request, but for those that are off themselves.",
}


class ProjectForm(ProjectFormBase):
    name = NameField(max_length=LONGEST_NAME)


class SwitchForm(forms.Form):
    reason = forms.CharField(
        max_length=LONGEST_REASON,
        widget=forms.Textarea(attrs={"rows": 4, "cols": 60}),
        help_text="A note for operators: the owner sees that it was switched, and not why.",
        error_messages={"required": "Say why: whoever looks at this later will ask."},
    )


@admin.register(Project)
class ProjectAdmin(NotedAdmin):
    form = ProjectForm
    change_form_template = "admin/accounts/project/change_form.html"
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
        (
            "Purposes that it takes",
            {"fields": ("takes_in_test", "takes_in_live", "closed_in_test", "closed_in_live")},
        ),
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
        "disabled_at",
        "deleted_at",
        "takes_in_test",
        "takes_in_live",
        "closed_in_test",
        "closed_in_live",
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

    def get_urls(self) -> list[URLPattern]:
        return [
            *self.own_urls(
                ("<uuid:pk>/switch-off/", "switch_off", partial(self.switch_view, on=False)),
                ("<uuid:pk>/switch-on/", "switch_on", partial(self.switch_view, on=True)),
            ),
            *super().get_urls(),
        ]

    def more_about(self, request: HttpRequest, obj: Project) -> dict[str, Any]:
        verb = "off" if obj.disabled_at is None else "on"
        may = self.has_change_permission(request, obj) and obj.deleted_at is None
        here = self.page_of(obj).removesuffix("change/")
        return {
            **super().more_about(request, obj),
            "panels": desk_pages.panels("project", obj, request.user, at=timezone.now()),
            "switch": verb,
            "switch_url": f"{here}switch-{verb}/" if may else "",
        }

    def switch_view(self, request: HttpRequest, pk: UUID, *, on: bool) -> HttpResponse:
        """Ask why, then stop all keys of the project, or let them work again."""
        project: Project = self.found(request, pk)
        if not self.has_change_permission(request, project):
            raise PermissionDenied
        word = "on" if on else "off"
        form = SwitchForm(request.POST if request.method == "POST" else None)
        if form.is_valid():
            try:
                switched = desk.switch_project(
                    project=project,
                    on=on,
                    reason=form.cleaned_data["reason"],
                    operator=operators.operator(request),
                    at=timezone.now(),
                    by=operators.changed_by(request),
                )
            except services.AlreadyGone as error:
                messages.error(request, str(error))
            else:
                if switched:
                    self.log_change(request, project, f"Switched {word}.")
                said = f"The project is {word} now." if switched else f"It was {word} already."
                messages.info(request, said)
            return redirect(self.page_of(project))
        context = {
            **self.admin_site.each_context(request),
            "title": f"Switch {word}: {shown(project.name)}",
            "explained": SWITCHED[on],
            "form": form,
            "button": f"Switch {word}",
            "back": self.page_of(project),
            "opts": self.opts,
        }
        return TemplateResponse(request, "admin/desk/ask.html", context)

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
