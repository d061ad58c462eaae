"""Opening an account: by an invitation whose link this browser followed, and no other way."""

from __future__ import annotations

from typing import Any

from allauth.account import forms as allauth_forms
from allauth.core import context
from django import forms
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone

from accounts import audit, desk, invitations
from accounts.audit import ChangedBy
from accounts.forms import AddressField
from accounts.models import DEFAULT_PROJECT_NAME, EventType, Invitation, Project, User
from accounts.sentences import RULES, label
from foundation import request_ids, sql
from foundation.addresses import client_address

INVITATION = "invitation"  # in the session: the id of the invitation that was followed


def invitation_of(request: HttpRequest) -> Invitation | None:
    """Return the usable invitation whose link this browser followed."""
    followed = request.session.get(INVITATION)
    if not followed:
        return None
    return Invitation.objects.usable(at=timezone.now()).filter(pk=followed).first()


def invitation_gone(request: HttpRequest) -> HttpResponse:
    """Answer for one that was used, withdrawn, has expired or never was, without telling which."""
    return render(request, "accounts/invitation_gone.html", status=410)


class SignupForm(allauth_forms.SignupForm):
    """Opens the account that an invitation is for, and uses the invitation up."""

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self.fields["email"] = AddressField.instead_of(self.fields["email"])
        label(self, password1="Password")
        self.fields["password1"].help_text = RULES

    def clean_email(self) -> str:
        """Take the invited address alone; checked here, since allauth asks its adapter twice."""
        email = str(super().clean_email())
        invitation = invitation_of(context.request)
        if invitation is None or invitation.email != email:
            raise forms.ValidationError("Use the address that the invitation was sent to.")
        return email

    def try_save(self, request: HttpRequest) -> tuple[User | None, HttpResponse | None]:
        try:
            user, response = super().try_save(request)
        except invitations.NotUsable:
            return None, invitation_gone(request)
        return user, response

    def save(self, request: HttpRequest) -> User:
        """Save account, verified address, project and the used invitation, or none of it."""
        followed = request.session.get(INVITATION, "")
        with sql.writing():
            invitation = invitations.claim(
                invitation_id=followed, email=self.cleaned_data["email"], at=timezone.now()
            )
            user: User = super().save(request)
            user.cohort = desk.cohort_of(invitation)
            by = ChangedBy(
                actor=str(user.pk),
                request_id=request_ids.of(request.META),
                address=client_address(request.META),
            )
            audit.record_project(EventType.ACCOUNT_CREATE, user.pk, at=user.date_joined, by=by)
            Project.objects.create_recorded(
                owner=user, name=DEFAULT_PROJECT_NAME, at=user.date_joined, by=by
            )
            invitation.used_by = user
            invitation.save(update_fields=["used_by"])
            user.save(update_fields=["cohort"])
        del request.session[INVITATION]
        return user
