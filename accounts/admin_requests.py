"""The operators' queue: who asks for access, and the answer they get."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any
from uuid import UUID

from django.contrib import admin, messages
from django.contrib.admin.templatetags.admin_urls import add_preserved_filters
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.loader import render_to_string
from django.template.response import TemplateResponse
from django.urls import URLPattern, reverse
from django.utils import timezone
from django.utils.decorators import method_decorator
from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe
from django.utils.text import Truncator
from django.views.decorators.http import require_POST

from accounts import desk, erasing, invitations
from accounts.admin_beta import tried
from accounts.admin_notes import NotedAdmin
from accounts.admin_queue import (
    CohortFilter,
    CohortForm,
    DeclineForm,
    QueueActionForm,
    RequestState,
)
from accounts.models import AccessRequest
from accounts.models.beta import INVITABLE
from accounts.operators import operator
from foundation.admin import ReadOnlyAdmin
from foundation.desk import age, when
from foundation.visible import shown

LONGEST_PLANS = 160  # characters of them in the list


@admin.register(AccessRequest)
class AccessRequestAdmin(NotedAdmin, ReadOnlyAdmin):
    list_display = ("who", "company", "short_plans", "waited", "how_far", "cohort")
    list_filter = (RequestState, CohortFilter, "created_at")
    list_select_related = ("invitation", "decided_by")
    search_fields = ("email", "name", "company", "plans")
    search_help_text = "An address, a name, a company, or a word of the plans; in every state."
    ordering = ("created_at", "id")
    actions = ("invite", "decline", "put_into_cohort")
    action_form = QueueActionForm
    change_form_template = "admin/accounts/accessrequest/change_form.html"
    fields = (
        "email",
        "name",
        "company",
        "whole_plans",
        "created_at",
        "how_far",
        "decided_by",
        "declined_at",
        "mail_when_declined",
        "invitation",
    )
    readonly_fields = ("how_far", "whole_plans", "mail_when_declined")

    def has_decide_permission(self, request: HttpRequest) -> bool:
        return bool(request.user.has_perm("accounts.change_accessrequest"))

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Let operators delete a request: whoever made it can ask to be forgotten."""
        return admin.ModelAdmin.has_delete_permission(self, request, obj)

    def may_note(self, request: HttpRequest, obj: Any) -> bool:
        return self.has_decide_permission(request)

    def delete_model(self, request: HttpRequest, obj: AccessRequest) -> None:
        """Forget it in the admin's own history, too."""
        erasing.forget_history([obj.pk])
        super().delete_model(request, obj)

    def delete_queryset(self, request: HttpRequest, queryset: QuerySet[AccessRequest]) -> None:
        erasing.forget_history(queryset.values_list("pk", flat=True))
        super().delete_queryset(request, queryset)

    # The list.

    def get_list_display(self, request: HttpRequest) -> Any:
        """Add the buttons, for who may press them."""
        if not self.has_decide_permission(request):
            return self.list_display
        kept = self.get_preserved_filters(request)

        @admin.display(description="answer")
        def answer(access_request: AccessRequest) -> SafeString:
            context = self._answers(access_request, kept)
            return mark_safe(  # noqa: S308 - the template escapes
                render_to_string("admin/accounts/accessrequest/_answer.html", context)
            )

        return (*self.list_display, answer)

    @admin.display(ordering="email")
    def who(self, access_request: AccessRequest) -> SafeString:
        return format_html(
            '<bdi>{}</bdi><br><span class="mini quiet">{}</span>',
            access_request.name,
            access_request.email,
        )

    @admin.display(description="plans")
    def short_plans(self, access_request: AccessRequest) -> SafeString:
        words = " ".join(access_request.plans.split())
        return format_html("<bdi>{}</bdi>", Truncator(words).chars(LONGEST_PLANS))

    @admin.display(description="age", ordering="created_at")
    def waited(self, access_request: AccessRequest) -> SafeString:
        asked = access_request.created_at
        return format_html(
            '<time datetime="{}" title="{}">{}</time>',
            asked.isoformat(),
            when(asked),
            age(asked, at=timezone.now()),
        )

    @admin.display(description="state")
    def how_far(self, access_request: AccessRequest) -> SafeString:
        state = access_request.state(at=timezone.now())
        if access_request.decided_by is None:
            return format_html("{}", state)
        by = access_request.decided_by.email
        return format_html('{}<br><span class="mini quiet">by {}</span>', state, by)

    @admin.action(description="Invite", permissions=["decide"])
    def invite(self, request: HttpRequest, chosen: QuerySet[AccessRequest]) -> None:
        at = timezone.now()
        invited = sum(self._invite(request, one, one.state(at=at)) for one in chosen)
        messages.info(request, f"Invited {invited}.")

    @admin.action(description="Decline, without a mail", permissions=["decide"])
    def decline(self, request: HttpRequest, chosen: QuerySet[AccessRequest]) -> None:
        at = timezone.now()
        declined = 0
        for one in chosen:
            if invitations.decline(access_request=one, by=operator(request), at=at):
                self.log_change(request, one, "Declined.")
                declined += 1
        messages.info(request, f"Declined {declined}; those decided before stay as they are.")

    @admin.action(description="Put into the cohort named here:", permissions=["decide"])
    def put_into_cohort(self, request: HttpRequest, chosen: QuerySet[AccessRequest]) -> None:
        form = CohortForm(request.POST)
        if not form.is_valid():
            messages.error(request, " ".join(map(str, form.errors["cohort"])))
            return
        for one in chosen:
            self.log_change(request, one, "Changed the cohort.")
        cohort = form.cleaned_data["cohort"]
        changed = desk.put_into_cohort([one.pk for one in chosen], cohort)
        where = f"into “{shown(cohort)}”" if cohort else "into no cohort"
        messages.info(request, f"Put {changed} {where}.")

    # A request's own page, and its answers.

    def get_urls(self) -> list[URLPattern]:
        return [
            *self.own_urls(
                ("<uuid:pk>/invite/", "invite", self.invite_view),
                ("<uuid:pk>/decline/", "decline", self.decline_view),
                ("<uuid:pk>/cohort/", "cohort", self.cohort_view),
            ),
            *super().get_urls(),
        ]

    def more_about(self, request: HttpRequest, obj: AccessRequest) -> dict[str, Any]:
        return {
            **super().more_about(request, obj),
            **self._answers(obj, self.get_preserved_filters(request)),
            "may_decide": self.has_decide_permission(request),
            "cohort_form": CohortForm(initial={"cohort": obj.cohort}),
            "cohorts": desk.cohorts(),
            "cohort_url": f"{self.page_of(obj).removesuffix('change/')}cohort/",
        }

    @admin.display(description="plans")
    def whole_plans(self, access_request: AccessRequest) -> str:
        return shown(access_request.plans)

    @admin.display(description="mail when declined")
    def mail_when_declined(self, access_request: AccessRequest) -> str:
        return shown(access_request.decline_mail or "None was written.")

    @method_decorator(require_POST)
    def invite_view(self, request: HttpRequest, pk: UUID) -> HttpResponse:
        """Invite whoever asked, and lead back to the queue; sent twice, it invites once."""
        access_request = self._to_decide(request, pk)
        if self._invite(request, access_request, request.POST.get("seen", "")):
            messages.success(request, f"Invited {access_request.email}.")
        return self._queue(request)

    def decline_view(self, request: HttpRequest, pk: UUID) -> HttpResponse:
        """Ask what to write to whoever asked, if anything; then decline."""
        access_request = self._to_decide(request, pk)
        state = access_request.state(at=timezone.now())
        form = DeclineForm(request.POST if request.method == "POST" else None)
        if request.method == "POST" and form.is_valid():
            words = form.cleaned_data["words"]
            if invitations.decline(
                access_request=access_request, by=operator(request), at=timezone.now(), words=words
            ):
                mailed = "and mailed to them" if words else "without a mail"
                self.log_change(request, access_request, f"Declined, {mailed}.")
                messages.success(request, f"Declined {access_request.email}, {mailed}.")
            else:
                self._decided(request, access_request)
            return self._queue(request)
        if state != "waiting":
            self._decided(request, access_request)
            return self._queue(request)
        context = {
            **self.admin_site.each_context(request),
            "title": f"Decline {shown(access_request.email)}",
            "form": form,
            "button": "Decline",
            "back": self._queue_url(request),
            "opts": self.opts,
        }
        return TemplateResponse(request, "admin/desk/ask.html", context)

    @method_decorator(require_POST)
    def cohort_view(self, request: HttpRequest, pk: UUID) -> HttpResponse:
        """Put the request, and the account that came of it, into a cohort or out of it."""
        access_request = self._to_decide(request, pk)
        form = CohortForm(request.POST)
        if not form.is_valid():
            messages.error(request, " ".join(map(str, form.errors["cohort"])))
        elif desk.put_into_cohort([access_request.pk], form.cleaned_data["cohort"]):
            self.log_change(request, access_request, "Changed the cohort.")
            messages.success(request, "The cohort was saved.")
        return redirect(self.page_of(access_request))

    def _to_decide(self, request: HttpRequest, pk: UUID) -> AccessRequest:
        if not self.has_decide_permission(request):
            raise PermissionDenied
        found: AccessRequest = self.found(request, pk)
        return found

    def _invite(self, request: HttpRequest, access_request: AccessRequest, seen: str) -> bool:
        """Invite, if it still is as the operator saw it; or say why not."""
        invite: Callable[[], object] = partial(
            invitations.invite_from_queue,
            access_request=access_request,
            seen=seen,
            by=operator(request),
            at=timezone.now(),
        )
        if tried(request, access_request.email, invite):
            self.log_change(request, access_request, "Invited.")
            return True
        return False

    def _decided(self, request: HttpRequest, access_request: AccessRequest) -> None:
        now = AccessRequest.objects.select_related("invitation").filter(pk=access_request.pk)
        state = next((one.state(at=timezone.now()) for one in now), "deleted")
        messages.warning(request, str(invitations.NotAsSeen(access_request.email, state)))

    def _answers(self, access_request: AccessRequest, kept: str) -> dict[str, Any]:
        """Return which answers there are for it now, and where they are sent."""
        state = access_request.state(at=timezone.now())
        here = self.page_of(access_request).removesuffix("change/")
        query = f"?{kept}" if kept else ""
        return {
            "seen": state,
            "invite_url": f"{here}invite/{query}" if state in INVITABLE else "",
            "decline_url": f"{here}decline/{query}" if state == "waiting" else "",
        }

    def _queue_url(self, request: HttpRequest) -> str:
        filters: dict[str, Any] = {
            "preserved_filters": self.get_preserved_filters(request),
            "opts": self.opts,
        }
        queue = reverse("admin:accounts_accessrequest_changelist")
        return str(add_preserved_filters(filters, queue))

    def _queue(self, request: HttpRequest) -> HttpResponse:
        return redirect(self._queue_url(request))
