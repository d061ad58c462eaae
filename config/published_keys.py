"""Publishes the keys by which others verify what the service signed, to everyone."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse

from config.keyless import only_looked_at
from foundation.answers import json_response, kept_while_same
from proof import signing

FRESH = "public, max-age=300"  # seconds; then its ETag says whether it changed


@only_looked_at
def signing_keys(request: HttpRequest) -> HttpResponse:
    """Answer the public keys as a JWK set. A key that signs no more stays in it."""
    response = kept_while_same(json_response(signing.public_keys()), request.META)
    response.headers["Cache-Control"] = FRESH
    return response
