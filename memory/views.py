"""The HTTP operations on memory: each translates in, makes one call, translates out."""

from __future__ import annotations

from http import HTTPStatus
from typing import Any

from django.http import HttpResponse
from django.utils import timezone
from rest_framework.request import Request

from apikeys.api import KeyedAPIView
from apikeys.permissions import ANY_KEY
from foundation.answers import RequestRefused, json_response
from memory import schemas, services
from memory.decisions import decide
from memory.events import Caller
from memory.policy import access
from memory.policy.description import gate
from memory.policy.registry import RegisteredPurpose
from memory.policy.version import POLICY_VERSION, policy_version
from memory.policy.vocabulary import PURPOSE_CLASSES
from memory.registries import registry_for


class MemoryApiView(KeyedAPIView):
    http_method_names = ["post"]

    def caller(self, request: Request) -> Caller:
        principal = self.principal(request)
        registry = registry_for(principal)
        return Caller(principal, self.request_id(request), timezone.now(), registry)


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


class CheckPolicyView(KeyedAPIView):
    permission = ANY_KEY
    http_method_names = ["post"]

    def post(self, request: Request) -> HttpResponse:
        """Answer how a read would be decided, without reading, granting or recording anything."""
        query = schemas.check_policy(self.body(request))
        principal = self.principal(request)
        decision = decide(
            principal=principal,
            registry=registry_for(principal),
            scope=query.scope,
            purpose=query.purpose,
        )
        return json_response(
            {
                "allowed": decision.reason is None,
                "purpose_class": decision.purpose_class,
                "purpose_id": decision.purpose_id,
                "matched_terms": decision.matched_terms,
                "refused_terms": decision.refused_terms,
                "proposed_class": decision.proposed_class,
                "allowed_purpose_classes": decision.allowed_purpose_classes,
                "policy_version": decision.policy_version,
                "reason": decision.reason,
                "hint": decision.hint,
            }
        )


class PolicyView(KeyedAPIView):
    permission = ANY_KEY
    http_method_names = ["get", "head"]

    def get(self, request: Request) -> HttpResponse:
        """Answer the policy as it is enforced, with the words that name each purpose class.

        With it come what this key's project registered for its environment, and what it takes.
        """
        principal = self.principal(request)
        registry = registry_for(principal)
        return json_response(
            {
                "version": policy_version(registry),
                "product_version": POLICY_VERSION,
                "environment": principal.environment,
                "takes": registry.takes,
                "purposes": [
                    _described(purpose)
                    for _, purpose in sorted(registry.purposes.items())
                    if principal.environment in purpose.environments
                ],
                "matrix": {scope: access.allowed_purpose_classes(scope) for scope in access.MATRIX},
                "purpose_classes": PURPOSE_CLASSES,
                **gate(),
            }
        )


def _described(purpose: RegisteredPurpose) -> dict[str, Any]:
    scopes = access.readable_scopes(purpose.purpose_class)
    return {
        "id": purpose.id,
        "revision": purpose.revision,
        "state": purpose.state,
        "purpose_class": purpose.purpose_class,
        "scopes": [scope for scope in scopes if purpose.may_read(scope)],
    }


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
