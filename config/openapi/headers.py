"""The headers in the description: those of requests, and those of answers."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from foundation import request_ids

WHOLE = {"type": "integer", "minimum": 0}
TEXT = {"type": "string"}
REQUEST_ID = {"type": "string", "pattern": f"^{request_ids.VALID.pattern}$"}

ANSWERED: dict[str, tuple[str, dict[str, Any]]] = {
    "X-Request-ID": ("The caller's own id of the request, or the service's.", REQUEST_ID),
    "X-Server-Request-ID": (
        "The service's own id of the request, where `X-Request-ID` is the caller's.",
        {"type": "string", "format": "uuid"},
    ),
    "X-RateLimit-Limit": ("Requests that the key may make in this hour.", WHOLE),
    "X-RateLimit-Remaining": ("What is left of them.", WHOLE),
    "X-RateLimit-Reset": ("When the next hour begins, in Unix seconds.", WHOLE),
    "Retry-After": ("Whole seconds to wait before asking again.", WHOLE),
    "Idempotency-Replayed": (
        "`true`: this is the first answer again, and nothing was stored.",
        {"type": "string", "enum": ["true"]},
    ),
    "WWW-Authenticate": ("How a request authenticates.", TEXT),
    "Allow": ("The methods that this path answers to.", TEXT),
    "Accept-Encoding": ("Which encoding a body may have: `identity`, which is none.", TEXT),
    "Preference-Applied": ("`handling=strict`: unknown fields were refused.", TEXT),
    "ETag": ("Changes with the content.", TEXT),
}
RATE_LIMITS = ("X-RateLimit-Limit", "X-RateLimit-Remaining", "X-RateLimit-Reset")

SOMETIMES = "-Sometimes"

OWN_REQUEST_ID = "RequestId"
PARAMETERS = {
    OWN_REQUEST_ID: {
        "name": "X-Request-ID",
        "in": "header",
        "description": "An id of your own for this request: 1 to 64 characters of "
        "`[A-Za-z0-9_.-]`. Any other text is ignored.",
        "schema": TEXT,
    },
    "IfNoneMatch": {
        "name": "If-None-Match",
        "in": "header",
        "description": "An ETag: answered with 304 if nothing has changed since.",
        "schema": TEXT,
    },
    "Prefer": {
        "name": "Prefer",
        "in": "header",
        "description": "`handling=strict`: refuse a request that has an unknown field, "
        "instead of naming the field in `ignored_fields`.",
        "schema": TEXT,
    },
    "IdempotencyKey": {
        "name": "Idempotency-Key",
        "in": "header",
        "description": "Makes a retry safe: the first answer is kept for 24 hours, and given again "
        "to the same request.",
        "schema": {"type": "string", "minLength": 1, "maxLength": 255, "pattern": "^[ -~]*$"},
    },
}


def components() -> dict[str, Any]:
    """Return the headers of answers by their names: each as it is always there, and sometimes."""
    made = {}
    for name, (sentence, schema) in ANSWERED.items():
        made[name] = {"description": sentence, "required": True, "schema": schema}
        made[name + SOMETIMES] = {"description": sentence, "schema": schema}
    return made


def of_answer(own: Mapping[str, bool], *, keyed: bool | None) -> dict[str, Any]:
    """Return an answer's headers, its `own` ones by whether they are always there.

    `keyed` says whether the limits of a key are always there; None: never.
    """
    always = {"X-Request-ID": True, "X-Server-Request-ID": False, **own}
    always |= {"Preference-Applied": False}
    if keyed is not None:
        always |= dict.fromkeys(RATE_LIMITS, keyed)
    return {
        name: {"$ref": f"#/components/headers/{name}{'' if needed else SOMETIMES}"}
        for name, needed in always.items()
    }
