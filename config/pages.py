"""The public front page."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from memory.policy.access import MATRIX, allowed_purpose_classes


@require_safe
def home(request: HttpRequest) -> HttpResponse:
    """What the product is, with this service's own address and the policy as it is enforced."""
    context = {
        "base_url": request.build_absolute_uri("/").rstrip("/"),
        "matrix": {scope.value: allowed_purpose_classes(scope) for scope in MATRIX},
    }
    return render(request, "home.html", context)
