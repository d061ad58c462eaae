"""Requests for access, and the operators who answer them."""

from __future__ import annotations

from datetime import timedelta

from django.contrib.auth.models import Permission
from django.test import Client
from django.utils import timezone

from accounts.models import AccessRequest, User
from tests.accounts.invited import GUEST
from tests.doors import signed_in

QUEUE = "/admin/accounts/accessrequest/"
PLANS = "A kitchen that remembers who eats what. " * 20
DAY = timedelta(days=1)


def ask(email: str = GUEST, *, days_ago: float = 3, **fields: str) -> AccessRequest:
    at = timezone.now() - days_ago * DAY
    fields = {"name": "Gue St", "company": "Guests Ltd", "plans": PLANS, **fields}
    return AccessRequest.objects.create(email=email, created_at=at, told_at=at, **fields)


def page(access_request: AccessRequest, verb: str) -> str:
    return f"{QUEUE}{access_request.pk}/{verb}/"


def operator_who_may(*permissions: str) -> Client:
    operator = User.objects.create_user("staff@example.com", is_staff=True)
    operator.user_permissions.set(Permission.objects.filter(codename__in=permissions))
    return signed_in(operator, second_factor=True)
