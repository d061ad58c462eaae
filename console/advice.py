"""What a developer can do about each error of the API: for the manual, and for the request log."""

from __future__ import annotations

# What a developer can do about each code. A code without a sentence fails a test.
ADVICE = {
    "malformed_json": "The body is not one whole JSON object in UTF-8; <code>hint</code> says "
    "where. Nothing was stored.",
    "missing_field": "A required field is missing; <code>errors</code> lists them all.",
    "invalid_type": "A field has the wrong JSON type; <code>errors</code> lists them all.",
    "bad_request": "The request itself cannot be read.",
    "invalid_api_key": "The key is missing, mistyped, deleted, rotated out, expired or switched "
    "off. The answer does not tell which.",
    "invalid_token": "On <code>/metrics</code> only: the operators' token is missing or wrong.",
    "policy_denied": "The purpose does not allow this scope. The answer says which would; state "
    "another purpose only if it is true.",
    "permission_denied": "The key lacks the permission, or was narrowed to other scopes.",
    "https_required": "Change the program to https://, then rotate the key: it was readable.",
    "cors_not_allowed": "A page in a browser asked. A key in a page is everybody's: let your own "
    "server ask, and your page ask that.",
    "grant_revoked": "The access was taken back, or its day has passed. Read again.",
    "not_found": "There is no such path, or no such token or memory in this project and "
    "environment.",
    "method_not_allowed": "The path answers to another method: see <code>Allow</code>.",
    "not_acceptable": "Answers are JSON: send <code>Accept: application/json</code> or no "
    "<code>Accept</code>.",
    "idempotency_conflict": "The Idempotency-Key was used with another body, or its first request "
    "is still in progress.",
    "request_timeout": "The request did not come whole in the time that it may take.",
    "uri_too_long": "The address is longer than 4094 characters.",
    "expectation_failed": "Leave <code>Expect</code> out, or send <code>100-continue</code>.",
    "headers_too_large": "There are more than 100 headers, or more than 64 KiB of them.",
    "too_many_at_once": "More requests of one project than are answered at once, and for more "
    "than 2 seconds. Wait for answers before you ask more.",
    "ceiling_reached": "As much is kept as may be: <code>ceiling</code> says of what, "
    "<code>most</code> how much. Nothing was stored, and asking again does not help: let memories "
    "expire or be revoked, or write to us.",
    "content_too_large": "The body is larger than 64 KiB, or, of a batch of memories, 1 MiB.",
    "unsupported_media_type": "Send <code>Content-Type: application/json</code>.",
    "invalid_scope": "No scope has this name.",
    "invalid_source": "No source has this name.",
    "invalid_value": "The value has no known shape, or a text cannot be stored.",
    "out_of_range": "A number or a length is outside its bounds.",
    "unknown_field": "You asked for strictness (<code>Prefer: handling=strict</code>), and the "
    "request has a field that the service does not know; <code>errors</code> names each, with the "
    "nearest known one.",
    "rate_limited": "Too many requests. Wait as many seconds as <code>Retry-After</code> says.",
    "internal_error": "Our mistake. Tell us the <code>X-Request-ID</code>.",
    "unavailable": "Try again after <code>Retry-After</code> seconds; with an Idempotency-Key, "
    "nothing is stored twice.",
}
