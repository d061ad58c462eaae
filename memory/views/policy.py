"""The HTTP operations that tell the policy."""

from __future__ import annotations

from typing import TypedDict

from django.http import HttpResponse
from rest_framework.request import Request

from apikeys.api import KeyedAPIView
from apikeys.permissions import ANY_KEY
from foundation.answers import json_response, kept_while_same
from memory import schemas
from memory.decisions import checked, decide
from memory.policy.access import MATRIX
from memory.policy.description import Gate, gate
from memory.policy.narrowing import OPEN_CELLS
from memory.policy.registry import RegisteredPurpose, Registry
from memory.policy.version import POLICY_VERSION, policy_version
from memory.policy.vocabulary import PURPOSE_CLASSES
from memory.registries import registry_for


class RegisteredHere(TypedDict):
    """A registered purpose, and the scopes that it may read."""

    id: str
    revision: int
    state: str
    purpose_class: str
    scopes: list[str]


class PolicyInForce(Gate):
    """The policy as it is enforced, and what a project registered and takes."""

    version: str
    product_version: str
    environment: str
    takes: str
    purposes: list[RegisteredHere]
    matrix: dict[str, tuple[str, ...]]
    closed: dict[str, list[str]]
    purpose_classes: tuple[str, ...]


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
        return json_response(checked(decision))


class PolicyView(KeyedAPIView):
    permission = ANY_KEY
    http_method_names = ["get", "head"]
    compressed = ("GET", "HEAD")

    def get(self, request: Request) -> HttpResponse:
        """Answer the policy as it is enforced, with the words that name each purpose class.

        With it come what this key's project registered for its environment, and what it takes.
        """
        self.take_no_query(request)
        principal = self.principal(request)
        registry = registry_for(principal)
        policy: PolicyInForce = {
            "version": policy_version(registry),
            "product_version": POLICY_VERSION,
            "environment": principal.environment,
            "takes": registry.takes,
            "purposes": [
                _described(purpose, registry)
                for _, purpose in sorted(registry.purposes.items())
                if principal.environment in purpose.environments
            ],
            "matrix": {scope: registry.allowed_purpose_classes(scope) for scope in MATRIX},
            "closed": _by_scope(registry),
            "purpose_classes": PURPOSE_CLASSES,
            **gate(),
        }
        answer = json_response(policy)
        return kept_while_same(answer, request.META)


def _by_scope(registry: Registry) -> dict[str, list[str]]:
    """Return what the project closed of the matrix, scopes of which it closed nothing left out."""
    closed: dict[str, list[str]] = {}
    for cell in OPEN_CELLS:
        if cell in registry.closed:
            closed.setdefault(cell.scope, []).append(cell.purpose_class)
    return closed


def _described(purpose: RegisteredPurpose, registry: Registry) -> RegisteredHere:
    scopes = registry.readable_scopes(purpose.purpose_class)
    return {
        "id": purpose.id,
        "revision": purpose.revision,
        "state": purpose.state,
        "purpose_class": purpose.purpose_class,
        "scopes": [scope for scope in scopes if purpose.may_read(scope)],
    }
