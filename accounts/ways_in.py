"""Two of allauth's ways in, which would forget the page that somebody wanted."""

from __future__ import annotations

from allauth.account.views import PasswordResetView
from allauth.mfa.webauthn.views import LoginWebAuthnView
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse

from accounts import wanted


class PasskeySignIn(LoginWebAuthnView):
    """Signs in by passkey; one that is refused leads back to the same sign-in page."""

    def get(self, request: HttpRequest, *args: object, **options: object) -> HttpResponse:
        return self._or_to_sign_in(super().get(request, *args, **options))

    def form_invalid(self, form: object) -> HttpResponse:
        return self._or_to_sign_in(super().form_invalid(form))

    def _or_to_sign_in(self, answer: HttpResponse) -> HttpResponse:
        """Return the answer, or where it leads to the sign-in page, that page with its `next`."""
        sign_in = reverse("account_login")
        if answer.headers.get("Location") != sign_in:
            return answer
        return redirect(wanted.with_next(self.request, sign_in))


class ForgottenPassword(PasswordResetView):
    """Sends the link by which a password is replaced; the sign-in with the new one is another."""

    def form_valid(self, form: object) -> HttpResponse:
        answer: HttpResponse = super().form_valid(form)
        if page := wanted.asked_for(self.request):
            wanted.keep(self.request, page)
        return answer

    def get_success_url(self) -> str:
        return wanted.with_next(self.request, reverse("account_reset_password_done"))
