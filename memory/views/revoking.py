"""The HTTP operation that takes an access back."""

from __future__ import annotations

from django.http import HttpResponse
from rest_framework.request import Request

from foundation.answers import json_response
from memory import schemas, services, withdrawing
from memory.views.base import MemoryApiView


class RevokeAccessView(MemoryApiView):
    permission = "memory:revoke"

    def post(self, request: Request) -> HttpResponse:
        body = schemas.revoke_access(self.body(request))
        if isinstance(body, schemas.RevokeUser):
            return json_response(withdrawing.withdraw(self.caller(request), body))
        return json_response(services.revoke(self.caller(request), body))
