"""The operations that are about the service itself, and for which no key is needed."""

from __future__ import annotations

from config.openapi.operations import NOBODY, OPERATOR, Answer, Operation
from config.openapi.tags import SERVICE

UNCHANGED = Answer(304, "It is what the ETag stands for.", headers={"ETag": True})

OF_THE_SERVICE = (
    Operation(
        id="get_metrics",
        method="get",
        path="/metrics",
        tag=SERVICE,
        summary="Get figures in Prometheus' format",
        description="For operators, who set METRICS_TOKEN; without that it is not found.",
        answer=Answer(200, "The figures.", "string", media_types=("text/plain",)),
        codes=("invalid_token", "rate_limited", "not_found"),
        security=OPERATOR,
    ),
    Operation(
        id="check_liveness",
        method="get",
        path="/healthz",
        tag=SERVICE,
        summary="Ask whether the service lives",
        answer=Answer(200, "It lives.", "Alive"),
        security=NOBODY,
    ),
    Operation(
        id="check_readiness",
        method="get",
        path="/readyz",
        tag=SERVICE,
        summary="Ask whether the service can serve",
        description="Whether the database takes writes; 503 says what is wrong with it.",
        answer=Answer(200, "It can serve.", "Ready"),
        security=NOBODY,
    ),
    Operation(
        id="get_signing_keys",
        method="get",
        path="/.well-known/memory-scope-keys.json",
        tag=SERVICE,
        summary="Get the public keys of what the service signs",
        description="A JSON Web Key Set (RFC 7517).",
        answer=Answer(200, "The keys.", "SigningKeys", headers={"ETag": True}),
        also=(UNCHANGED,),
        headers=("IfNoneMatch",),
        security=NOBODY,
    ),
    Operation(
        id="get_openapi_json",
        method="get",
        path="/openapi.json",
        tag=SERVICE,
        summary="Get this description as JSON",
        answer=Answer(200, "OpenAPI 3.1.", "Description", headers={"ETag": True}),
        also=(UNCHANGED,),
        headers=("IfNoneMatch",),
        security=NOBODY,
    ),
    Operation(
        id="get_openapi_yaml",
        method="get",
        path="/openapi.yaml",
        tag=SERVICE,
        summary="Get this description as YAML",
        answer=Answer(
            200,
            "OpenAPI 3.1.",
            "Description",
            headers={"ETag": True},
            media_types=("application/yaml",),
        ),
        also=(UNCHANGED,),
        headers=("IfNoneMatch",),
        security=NOBODY,
    ),
)
