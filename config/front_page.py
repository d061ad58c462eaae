"""The front page: the product deciding, for whom it is, the policy, code, and what is promised."""

from __future__ import annotations

from dataclasses import dataclass

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from config.manual.views import read_example
from foundation.addresses import base_url
from memory.policy.access import allowed_purpose_classes, is_allowed
from memory.policy.purposes import understand
from memory.policy.vocabulary import Scope

# What the page's one memory is asked for. What is decided is the policy's word, not the page's.
ASKED = ("recommend restaurants", "order lunch for tomorrow", "sell the profile to a data broker")
SCOPE = Scope.PREFERENCES


@dataclass(frozen=True)
class Asked:
    """A purpose, and how a read for it is decided: its class, and the words that told it."""

    purpose: str
    allowed: bool
    purpose_class: str
    words: tuple[str, ...]

    @property
    def in_words(self) -> str:
        return self.purpose_class.replace("_", " ")


def _asked(purpose: str) -> Asked:
    understood = understand(purpose)
    return Asked(
        purpose,
        is_allowed(SCOPE, understood.purpose_class),
        understood.purpose_class,
        understood.matched or understood.refused,
    )


@require_safe
def home(request: HttpRequest) -> HttpResponse:
    """Say what the product is, with this service's own address and the policy as enforced."""
    address = base_url(request)
    context = {
        "base_url": address,
        "asked": [_asked(purpose) for purpose in ASKED],
        "scope": SCOPE,
        "scopes": list(Scope),
        "allowed_for": allowed_purpose_classes(SCOPE),
        "example": read_example(address),
    }
    return render(request, "home.html", context)
