"""The HTTP operations on memory: each translates in, makes one call, translates out."""

from __future__ import annotations

from http import HTTPStatus

from django.http import HttpResponse
from django.utils import timezone
from rest_framework.request import Request

from apikeys.api import KeyedAPIView
from apikeys.permissions import ANY_KEY
from foundation.answers import RequestRefused, json_response
from memory import schemas, services
from memory.events import Caller
from memory.policy import access, classes
from memory.policy.version import POLICY_VERSION
from memory.policy.vocabulary import PURPOSE_CLASSES


class MemoryApiView(KeyedAPIView):
    http_method_names = ["post"]

    def caller(self, request: Request) -> Caller:
        return Caller(self.principal(request), self.request_id(request), timezone.now())


class CreateMemoryView(MemoryApiView):
    permission = "memory:write"

    def post(self, request: Request) -> HttpResponse:
        key = _idempotency_key(request)
        memory = schemas.create_memory(self.body(request))
        if key is None:
            stored = services.remember(self.caller(request), memory)
            return json_response(stored, status=HTTPStatus.CREATED)
        stored, replayed = services.remember_once(self.caller(request), memory, idempotency_key=key)
        headers = {"Idempotency-Replayed": "true"} if replayed else None
        return json_response(stored, status=HTTPStatus.CREATED, headers=headers)


class ReadMemoryView(MemoryApiView):
    permission = "memory:read"

    def post(self, request: Request) -> HttpResponse:
        query = schemas.read_memory(self.body(request))
        return json_response(services.read(self.caller(request), query))


class ContinueReadingView(MemoryApiView):
    permission = "memory:read"

    def post(self, request: Request) -> HttpResponse:
        query = schemas.continue_reading(self.body(request))
        return json_response(services.continue_reading(self.caller(request), query))


class RevokeAccessView(MemoryApiView):
    permission = "memory:revoke"

    def post(self, request: Request) -> HttpResponse:
        body = schemas.revoke_access(self.body(request))
        return json_response(services.revoke(self.caller(request), body))


class PolicyView(KeyedAPIView):
    permission = ANY_KEY
    http_method_names = ["get", "head"]

    def get(self, request: Request) -> HttpResponse:
        """Answer the policy as it is enforced, with the words that name each purpose class."""
        return json_response(
            {
                "version": POLICY_VERSION,
                "matrix": {scope: access.allowed_purpose_classes(scope) for scope in access.MATRIX},
                "purpose_classes": PURPOSE_CLASSES,
                "words": {
                    name: {
                        "telling": sorted(classes.TELLING.get(name, ())),
                        "weak": sorted(classes.WEAK.get(name, ())),
                    }
                    for name in PURPOSE_CLASSES
                },
            }
        )


def _idempotency_key(request: Request) -> str | None:
    key: str | None = request.META.get("HTTP_IDEMPOTENCY_KEY")
    if key is None:
        return None
    if not 1 <= len(key) <= 255:
        raise RequestRefused(
            "out_of_range", "Header 'Idempotency-Key' must be between 1 and 255 characters"
        )
    if not (key.isascii() and key.isprintable()):
        raise RequestRefused(
            "invalid_value", "Header 'Idempotency-Key' must be printable ASCII characters"
        )
    return key
