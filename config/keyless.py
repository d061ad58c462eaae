"""Views of the API that need no key: they answer GET and HEAD, and refuse the rest as it does."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import TypeAlias

from django.http import HttpRequest, HttpResponse
from django.views.decorators.csrf import csrf_exempt

from config.errors import respond
from foundation.answers import ErrorAnswer

View: TypeAlias = Callable[[HttpRequest], HttpResponse]

SAFE = ("GET", "HEAD")
NOT_ALLOWED = ErrorAnswer(
    "method_not_allowed",
    "This path does not support this method",
    headers={"Allow": ", ".join(SAFE)},
)


def only_looked_at(view: View) -> View:
    """Let the view answer GET and HEAD, and refuse every other method as the API does.

    No cookie opens such a view: a POST is a 405, not a forged form.
    """

    @csrf_exempt
    @wraps(view)
    def guarded(request: HttpRequest) -> HttpResponse:
        return view(request) if request.method in SAFE else respond(request, NOT_ALLOWED)

    return guarded
