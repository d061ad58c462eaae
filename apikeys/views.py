"""The HTTP operations on keys."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from django.http import HttpResponse
from django.utils import timezone
from django.views.decorators.debug import sensitive_variables
from rest_framework.request import Request

from accounts.addresses import client_address, home_of
from apikeys import leaks, throttling, totals
from apikeys.api import ApiView, RequestRefused, json_response
from apikeys.permissions import ANY_KEY, NO_KEY

MOST_TOKENS = 100
USAGE_SHOWN = 30  # days
LONGEST_PLACE = 500  # characters


class ReportLeaksView(ApiView):
    """`POST /leaks`: for whoever finds keys where they must not be, such as a secret scanner."""

    permission = NO_KEY
    authentication_classes = ()
    permission_classes = ()
    http_method_names = ["post"]

    @sensitive_variables("reported")
    def post(self, request: Request) -> HttpResponse:
        """Delete the live keys among those reported. The answer says how many there were."""
        at = timezone.now()
        address = home_of(client_address(request.META))
        throttling.refuse_guessing(address, at=at.timestamp())
        body = self.body(request)
        reported = {found for text in _tokens(body) for found in leaks.keys_in(text)}
        ended = leaks.end_leaked(
            plaintexts=reported,
            place=_place(body),
            at=at,
            actor="report",
            request_id=self.request_id(request),
        )
        if not ended:  # or guessing would be cheaper here than anywhere else
            throttling.note_failure(address, at=at.timestamp())
        return json_response({"deleted": len(ended)})


class UsageView(ApiView):
    """`GET /usage`: what is left of the key's limit, and how much it was used."""

    permission = ANY_KEY
    http_method_names = ["get"]

    def get(self, request: Request) -> HttpResponse:
        """Days in UTC, the newest first, today's up to about a second ago."""
        if self.allowance is None:
            raise TypeError("A request without an allowance reached a handler.")
        principal = self.principal(request)
        days = totals.of_days(principal.key_id, until=timezone.now(), days=USAGE_SHOWN)
        return json_response(
            {
                "limit": self.allowance.limit,
                "remaining": self.allowance.remaining,
                "reset_at": datetime.fromtimestamp(self.allowance.reset, UTC).strftime(
                    "%Y-%m-%dT%H:%M:%SZ"
                ),
                "burst_limit": principal.burst_limit,
                "days": [
                    {"day": str(day.day), "requests": day.requests, "errors": day.errors}
                    for day in days
                ],
            }
        )


def _tokens(body: dict[str, Any]) -> list[str]:
    tokens = body.get("tokens")
    if tokens is None:
        raise RequestRefused("missing_field", "Field 'tokens' is required")
    if not isinstance(tokens, list) or not all(isinstance(token, str) for token in tokens):
        raise RequestRefused("invalid_type", "Field 'tokens' must be an array of strings")
    if not 1 <= len(tokens) <= MOST_TOKENS:
        raise RequestRefused(
            "out_of_range", f"Field 'tokens' must have between 1 and {MOST_TOKENS} entries"
        )
    return tokens


def _place(body: dict[str, Any]) -> str:
    """Where they were found, as far as it fits on a line of a mail."""
    place = body.get("url")
    if place is None:
        return ""
    if not isinstance(place, str):
        raise RequestRefused("invalid_type", "Field 'url' must be a string")
    if len(place) > LONGEST_PLACE or not place.isprintable() or leaks.keys_in(place):
        raise RequestRefused(
            "out_of_range",
            f"Field 'url' must be at most {LONGEST_PLACE} printable characters, without a key",
        )
    return place
