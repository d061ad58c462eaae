"""The HTTP operations on keys."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from typing import TypedDict
from urllib.parse import urlsplit

from django.http import HttpResponse
from django.utils import timezone
from django.utils.encoding import iri_to_uri
from django.views.decorators.debug import sensitive_variables
from rest_framework.request import Request

from accounts.audit import ChangedBy
from apikeys import leaks, throttling
from apikeys.api import KeyedAPIView
from apikeys.permissions import ANY_KEY, NO_KEY
from apikeys.usage import reports
from foundation import fields
from foundation.addresses import counted_networks
from foundation.answers import json_response

MOST_TOKENS = 100
USAGE_SHOWN = 30  # days
LONGEST_URL = 500  # characters
HOST = re.compile(r"[\w.-]+|[0-9A-Fa-f:.]+")  # a name, or an address of IPv6


class LeakReport(TypedDict):
    """How many live keys were among those reported."""

    deleted: int


class DayOfUse(TypedDict):
    """A day in UTC: its requests, and how many of them were answered with 400 or more."""

    day: str
    requests: int
    errors: int


class UsageOfKey(TypedDict):
    """A key's limits of an hour and of a second, what is left, and its days, the newest first."""

    limit: int
    remaining: int
    reset_at: datetime
    burst_limit: int
    days: list[DayOfUse]


class ReportLeaksView(KeyedAPIView):
    """`POST /leaks`: for whoever finds keys where they must not be, such as a secret scanner."""

    permission = NO_KEY
    authentication_classes = ()
    permission_classes = ()
    http_method_names = ["post"]
    needs_media_type = True  # no foreign page sends it without asking first

    @sensitive_variables("reported")
    def post(self, request: Request) -> HttpResponse:
        """Delete the live keys among those reported. The answer says how many there were."""
        at = timezone.now()
        networks = counted_networks(request.META)
        throttling.refuse_guessing(*networks, at=at.timestamp(), what=throttling.REPORTS)
        tokens, url = fields.check(self.body(request), LEAKS)
        reported = {found for text in tokens for found in leaks.keys_in(text)}
        by = ChangedBy(actor="report", request_id=self.request_id(request))
        ended = leaks.end_leaked(plaintexts=reported, url=url, at=at, by=by)
        if not ended:  # or guessing would be cheaper here than anywhere else
            throttling.count_failure(*networks, at=at.timestamp(), what=throttling.REPORTS)
        report: LeakReport = {"deleted": len(ended)}
        return json_response(report)


class UsageView(KeyedAPIView):
    """`GET /usage`: what is left of the key's limit, and how much it was used."""

    permission = ANY_KEY
    http_method_names = ["get"]
    compressed = ("GET",)

    def get(self, request: Request) -> HttpResponse:
        """Answer with days in UTC, the newest first, today's up to about a second ago."""
        if self.allowance is None:
            raise TypeError("A request without an allowance reached a handler.")
        self.take_no_query(request)
        principal = self.principal(request)
        days = reports.of_days(principal.key_id, until=timezone.now(), days=USAGE_SHOWN)
        usage: UsageOfKey = {
            "limit": self.allowance.limit,
            "remaining": self.allowance.remaining,
            "reset_at": datetime.fromtimestamp(self.allowance.reset, UTC),
            "burst_limit": principal.burst_limit,
            "days": [
                {"day": str(day.day), "requests": day.requests, "errors": day.errors}
                for day in days
            ],
        }
        return json_response(usage)


def _at_most(name: str, tokens: list[str]) -> list[str]:
    if not 1 <= len(tokens) <= MOST_TOKENS:
        raise fields.BrokenRule(
            "out_of_range", f"Field '{name}' must have between 1 and {MOST_TOKENS} entries"
        )
    return tokens


def _place(name: str, text: str) -> str:
    """Take the address of a page where they were found, in ASCII; the empty text is none."""
    text = text.strip()
    url = iri_to_uri(text) if text.isprintable() else ""
    if len(url) > LONGEST_URL or (text and not url) or leaks.keys_in(text):
        raise fields.BrokenRule(
            "out_of_range",
            f"Field '{name}' must be at most {LONGEST_URL} printable characters, without a key",
        )
    if text and not _is_of_a_page(text):
        raise fields.BrokenRule(
            "invalid_value", f"Field '{name}' must be an http or https address, without a password"
        )
    return url


def _is_of_a_page(text: str) -> bool:
    try:
        parts = urlsplit(text)
        port = parts.port  # raises if it is none
    except ValueError:
        return False
    named = parts.scheme in ("http", "https") and HOST.fullmatch(parts.hostname or "")
    return bool(named) and port != 0 and "@" not in parts.netloc and "\\" not in text


_TOKENS = fields.Rule(_at_most, {"minItems": 1, "maxItems": MOST_TOKENS}, ("out_of_range",))
# The pattern says less than is taken: a plain name of a host, and what follows in ASCII.
_PLACE = fields.Rule(
    _place,
    {"maxLength": LONGEST_URL, "pattern": r"^(https?://[A-Za-z0-9.-]+(/[!-?A-~]*)?)?$"},
    ("out_of_range", "invalid_value"),
)
LEAKS = (
    fields.strings("tokens", _TOKENS),
    fields.string("url", _PLACE, required=False, absent=""),
)
