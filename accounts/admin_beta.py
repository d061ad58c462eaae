"""Invitations, for the operators: who was invited by whom and when, and who signed up."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from typing import Any

from django import forms
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.utils import timezone

from accounts import invitations
from accounts.admin_queue import StateFilter
from accounts.models import Invitation
from accounts.operators import operator
from accounts.pasted import addresses_in
from foundation.admin import ReadOnlyAdmin
from foundation.visible import shown

MOST_AT_ONCE = 200
MOST_NAMED = 50  # of what is no address
LONGEST_NAMED = 100  # characters


class InviteForm(forms.Form):
    addresses = forms.CharField(widget=forms.Textarea(attrs={"rows": 10, "cols": 60}))

    wrong: Sequence[str] = ()

    def clean_addresses(self) -> list[str]:
        """Return the addresses; what is none is kept in `wrong` and stops nobody's invitation."""
        found, self.wrong = addresses_in(self.cleaned_data["addresses"])
        if not found:
            raise ValidationError(_not_addresses(self.wrong) or "There is no address in it.")
        if len(found) > MOST_AT_ONCE:
            raise ValidationError(f"At most {MOST_AT_ONCE} addresses at once.")
        return found


def _not_addresses(wrong: Sequence[str]) -> str:
    """Name what is no address, or at least the first of it; empty if all are."""
    if not wrong:
        return ""
    named = ", ".join(shown(one)[:LONGEST_NAMED] for one in wrong[:MOST_NAMED])
    more = f" and {len(wrong) - MOST_NAMED} more" if len(wrong) > MOST_NAMED else ""
    return f"Not an e-mail address: {named}{more}."


def invite_all(request: HttpRequest, addresses: list[str]) -> None:
    """Invite each; one that fails does not stop the others, and the operator reads why."""
    by, at = operator(request), timezone.now()
    invited = sum(
        tried(request, address, partial(invitations.invite, email=address, by=by, at=at))
        for address in addresses
    )
    if invited:
        messages.success(request, f"Invited {invited}.")


def tried(request: HttpRequest, address: str, invite: Callable[[], object]) -> bool:
    """Invite, or tell the operator why not. Return whether somebody was invited."""
    try:
        return bool(invite())
    except invitations.InvitationFailure as failure:
        messages.error(request, str(failure))
    except ValidationError as failure:  # of a row from before addresses had one form
        messages.error(request, f"{shown(address)}: {' '.join(failure.messages)}")
    except OSError as error:  # the mail server; the invitation is there and can be sent again
        messages.error(
            request,
            f"{address}: the mail was not sent ({type(error).__name__}). The invitation is among "
            "the invitations, where it can be sent again.",
        )
    return False


class InvitationState(StateFilter):
    words = {
        "open": {"used_at": None, "withdrawn_at": None},
        "used": {"used_at__isnull": False},
        "withdrawn": {"withdrawn_at__isnull": False},
    }


@admin.register(Invitation)
class InvitationAdmin(ReadOnlyAdmin):
    list_display = ("email", "state", "invited_by", "sent_at", "expires_at", "used_at", "used_by")
    list_filter = (InvitationState, "sent_at")
    list_select_related = ("invited_by", "used_by")
    search_fields = ("email", "invited_by__email", "used_by__email")
    ordering = ("-sent_at",)
    actions = ("send_again", "withdraw")
    fields = (
        "email",
        "state",
        "invited_by",
        "created_at",
        "sent_at",
        "expires_at",
        "withdrawn_at",
        "used_at",
        "used_by",
    )
    readonly_fields = ("state",)

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return admin.ModelAdmin.has_add_permission(self, request)

    def state(self, invitation: Invitation) -> str:
        return invitation.state(at=timezone.now())

    def add_view(
        self, request: HttpRequest, form_url: str = "", extra_context: Any = None
    ) -> HttpResponse:
        """Invite one address or many."""
        if not self.has_add_permission(request):
            raise PermissionDenied
        form = InviteForm(request.POST or None)
        if form.is_valid():
            invite_all(request, form.cleaned_data["addresses"])
            if form.wrong:
                messages.error(request, f"{_not_addresses(form.wrong)} The others were invited.")
            return redirect("admin:accounts_invitation_changelist")
        context = {**self.admin_site.each_context(request), "title": "Invite", "form": form}
        return TemplateResponse(request, "admin/accounts/invitation/invite.html", context)

    @admin.action(description="Send again, with a new link", permissions=["add"])
    def send_again(self, request: HttpRequest, chosen: QuerySet[Invitation]) -> None:
        open_ones = chosen.filter(used_at=None, withdrawn_at=None)
        invite_all(request, [invitation.email for invitation in open_ones])

    @admin.action(description="Withdraw", permissions=["add"])
    def withdraw(self, request: HttpRequest, chosen: QuerySet[Invitation]) -> None:
        at = timezone.now()
        ended = sum(invitations.withdraw(invitation=one, at=at) for one in chosen)
        messages.info(request, f"Withdrawn {ended}: their links open nothing any more.")
