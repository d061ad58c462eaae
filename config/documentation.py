"""The front page and the pages under /docs/. Their policy and errors come from the code."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from http import HTTPStatus
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.cache import cache_control
from django.views.decorators.http import conditional_page, require_safe

from config.errors import STATUS
from config.manual import contents
from config.manual.plain_text import in_full, listed
from config.manual.search import MOST_LETTERS, MOST_RESULTS, Index
from config.manual.site import Site, build
from foundation.addresses import base_url
from memory.policy.access import MATRIX, allowed_purpose_classes, is_allowed
from memory.policy.description import gate
from memory.policy.version import POLICY_VERSION
from memory.policy.vocabulary import PURPOSE_CLASSES, Source

PLAIN = "text/plain; charset=utf-8"
KEPT_SECONDS = 3600  # for which others may keep what is the same for everyone

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
    "not_found": "There is no such path, or no such token in this project and environment.",
    "method_not_allowed": "The path answers to another method: see <code>Allow</code>.",
    "not_acceptable": "Answers are JSON: send <code>Accept: application/json</code> or no "
    "<code>Accept</code>.",
    "idempotency_conflict": "The Idempotency-Key was used with another body, or its first request "
    "still runs.",
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
    "request has a field that nobody knows; <code>errors</code> names each, with the nearest known "
    "one.",
    "rate_limited": "Too many requests. Wait as many seconds as <code>Retry-After</code> says.",
    "internal_error": "Our mistake. Tell us the <code>X-Request-ID</code>.",
    "unavailable": "Try again after <code>Retry-After</code> seconds; with an Idempotency-Key, "
    "nothing is stored twice.",
}


@require_safe
def home(request: HttpRequest) -> HttpResponse:
    """Say what the product is, with this service's own address and the policy as enforced."""
    context = {
        "base_url": base_url(request),
        "matrix": {scope.value: allowed_purpose_classes(scope) for scope in MATRIX},
    }
    return render(request, "home.html", context)


def _introduction() -> dict[str, Any]:
    groups = [
        (group.title, group.entries)
        for group in (*contents.BEFORE_REFERENCE, *contents.AFTER_REFERENCE)
    ]
    return {"groups": groups, **_matrix()}


def _matrix() -> dict[str, Any]:
    """Return the matrix as `is_allowed` answers it."""
    return {
        "class_words": [one.split("_") for one in PURPOSE_CLASSES],  # may break between them
        "rows": [
            (str(scope), [is_allowed(scope, one) for one in PURPOSE_CLASSES]) for scope in MATRIX
        ],
    }


def _policy() -> dict[str, Any]:
    """Return every table that decides on a purpose."""
    sources = [str(source) for source in Source]
    return {**_matrix(), "gate": gate(), "version": POLICY_VERSION, "sources": sources}


def _errors() -> dict[str, Any]:
    """Return every code that the API can answer, from the table that answers it."""
    rows = [
        (code, int(status), HTTPStatus(status).phrase, ADVICE.get(code, ""))
        for code, status in sorted(STATUS.items(), key=lambda entry: entry[1])
    ]
    return {"rows": rows}


# What the pages with a template of their own are drawn from.
CONTEXTS: dict[str, Callable[[], dict[str, Any]]] = {
    "docs/articles/introduction.html": _introduction,
    "docs/articles/policy.html": _policy,
    "docs/articles/purposes.html": lambda: {"gate": gate(), "version": POLICY_VERSION},
    "docs/articles/errors.html": _errors,
}


@cache
def site() -> Site:
    """Return the pages under /docs/, drawn at the first call."""
    return build(CONTEXTS)


@cache
def index() -> Index:
    return Index(site())


@require_safe
@cache_control(private=True, no_cache=True)
def page(request: HttpRequest, name: str = "", folder: str = "") -> HttpResponse:
    """Show a page of the documentation, with the address that it was asked under in its code."""
    found = site().pages.get(f"{folder}{name}")
    if found is None:
        raise Http404
    before, after = site().neighbours(found)
    context = {
        "page": found,
        "title": found.title,
        "html": found.html_at(base_url(request)),
        "headings": found.headings,
        "groups": site().groups,
        "before": before,
        "after": after,
    }
    return render(request, "docs/page.html", context)


@require_safe
@cache_control(private=True, no_cache=True)
def search(request: HttpRequest) -> HttpResponse:
    """Show the sections of the documentation that have every word of `q`."""
    question = request.GET.get("q", "")[:MOST_LETTERS].strip()
    context = {
        "title": "Search",
        "question": question,
        "results": index().find(question),
        "most": MOST_RESULTS,
        "groups": site().groups,
    }
    return render(request, "docs/search.html", context)


@require_safe
@cache_control(public=True, max_age=KEPT_SECONDS)
@conditional_page
def llms(request: HttpRequest) -> HttpResponse:
    """List the pages for language models, as llmstxt.org has it."""
    return HttpResponse(listed(site(), base_url(request)), content_type=PLAIN)


@require_safe
@cache_control(public=True, max_age=KEPT_SECONDS)
@conditional_page
def llms_full(request: HttpRequest) -> HttpResponse:
    """Answer all pages in one plain text."""
    return HttpResponse(in_full(site(), base_url(request)), content_type=PLAIN)
