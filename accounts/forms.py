"""Forms of signing up and asking for access. They check and clean; the services save."""

from __future__ import annotations

from typing import Any

from allauth.account import forms as allauth_forms
from allauth.core import context
from django import forms
from django.http import HttpRequest, HttpResponse
from django.utils import timezone

from accounts import invitations, pages, sql
from accounts.adapter import INVITATION, invitation_of
from accounts.background import background
from accounts.models import Project, User


class RequestAccessForm(forms.Form):
    email = forms.EmailField(
        label="E-mail address",
        max_length=254,
        widget=forms.EmailInput(attrs={"autocomplete": "email"}),
    )
    name = forms.CharField(
        label="Your name", max_length=150, widget=forms.TextInput(attrs={"autocomplete": "name"})
    )
    company = forms.CharField(
        label="Company",
        max_length=150,
        required=False,
        widget=forms.TextInput(attrs={"autocomplete": "organization"}),
    )
    plans = forms.CharField(
        label="What will you build?",
        max_length=2000,
        widget=forms.Textarea(attrs={"rows": 4}),
        help_text="A few sentences: what your application does and what it would remember.",
    )
    # People do not see it; who fills it in is a program.
    website = forms.CharField(
        required=False,
        widget=forms.TextInput(attrs={"autocomplete": "off", "tabindex": "-1"}),
    )

    def is_from_a_program(self) -> bool:
        return bool(self.cleaned_data["website"])


class SignupForm(allauth_forms.SignupForm):
    """Opens the account that an invitation is for, and uses the invitation up."""

    def clean_email(self) -> str:
        """The invited address alone: checked here, since allauth asks its adapter twice."""
        email = str(super().clean_email())
        invitation = invitation_of(context.request)
        if invitation is None or invitation.email != email.lower():
            raise forms.ValidationError("Use the address that the invitation was sent to.")
        return email.lower()

    def try_save(self, request: HttpRequest) -> tuple[User | None, HttpResponse | None]:
        try:
            user, response = super().try_save(request)
        except invitations.NotUsable:
            return None, pages.invitation_gone(request)
        return user, response

    def save(self, request: HttpRequest) -> User:
        """The account, its verified address, its project and the used invitation, or none of it."""
        followed = request.session.get(INVITATION, "")
        with sql.writing():
            invitation = invitations.claim(
                invitation_id=followed, email=self.cleaned_data["email"], at=timezone.now()
            )
            user: User = super().save(request)
            Project.objects.create_default(user)
            invitation.used_by = user
            invitation.save(update_fields=["used_by"])
        del request.session[INVITATION]
        return user


class ResetPasswordForm(allauth_forms.ResetPasswordForm):
    """Looks up, writes and sends after the response: its time tells nothing of the address."""

    def clean_email(self) -> str:
        return str(self.cleaned_data["email"]).lower()

    def save(self, request: HttpRequest, **kwargs: Any) -> str:
        def look_up_and_send() -> None:
            with context.request_context(request):
                super(ResetPasswordForm, self).clean_email()
                super(ResetPasswordForm, self).save(request, **kwargs)

        background.do(look_up_and_send)
        return str(self.cleaned_data["email"])


class ProjectForm(forms.Form):
    name = forms.CharField(
        label="Name", max_length=100, widget=forms.TextInput(attrs={"autocomplete": "off"})
    )

    def clean_name(self) -> str:
        return printable(str(self.cleaned_data["name"]))


class ConfirmForm(forms.Form):
    """Asks for a name to be typed before something is lost."""

    typed = forms.CharField(widget=forms.TextInput(attrs={"autocomplete": "off"}))

    def __init__(self, *args: Any, wanted: str, **options: Any) -> None:
        super().__init__(*args, **options)
        self.wanted = wanted
        self.fields["typed"].label = f"Type “{wanted}” to confirm"

    def clean_typed(self) -> str:
        typed = str(self.cleaned_data["typed"])
        if typed != self.wanted.strip():
            raise forms.ValidationError(f"That is not “{self.wanted}”.")
        return typed


def printable(name: str) -> str:
    """A name as people can tell it apart: without control characters."""
    if not name.isprintable():
        raise forms.ValidationError("A name has printable characters only.")
    return name
