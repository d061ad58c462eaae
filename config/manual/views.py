"""The pages under /docs/. Their policy and errors come from the code."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from functools import cache
from http import HTTPStatus
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.cache import cache_control
from django.views.decorators.http import conditional_page, require_safe

from config.errors import STATUS
from config.manual import contents
from config.manual.entries import Entry
from config.manual.plain_text import in_full, listed
from config.manual.reference import GROUP, example_of, reference
from config.manual.search import MOST_LETTERS, MOST_RESULTS, Index
from config.manual.site import Page, Site, at_address, build, places
from config.openapi import document
from console.advice import ADVICE
from foundation.addresses import base_url
from memory.policy.description import gate
from memory.policy.version import POLICY_VERSION
from memory.policy.vocabulary import Source

PLAIN = "text/plain; charset=utf-8"
KEPT_SECONDS = 3600  # for which others may keep what is the same for everyone


@cache
def _reference() -> list[Page]:
    return reference(document(), ADVICE, places())


def _introduction() -> dict[str, Any]:
    groups: list[tuple[str, Iterable[Entry | Page]]] = [
        *((group.title, group.entries) for group in contents.BEFORE_REFERENCE),
        (GROUP, _reference()),
        *((group.title, group.entries) for group in contents.AFTER_REFERENCE),
    ]
    return {"groups": groups}


def _policy() -> dict[str, Any]:
    """Return every table that decides on a purpose."""
    sources = [str(source) for source in Source]
    return {"gate": gate(), "version": POLICY_VERSION, "sources": sources}


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
    return build(CONTEXTS, _reference(), places())


@cache
def index() -> Index:
    return Index(site())


def topics(question: str) -> list[tuple[str, str]]:
    """Return titles and paths of what answers a question; of all pages, where nothing is asked."""
    if not question:
        return [(one.title, one.path) for one in site().pages.values()]
    return [(found.title, found.path) for found in index().find(question)]


@cache
def _read_example() -> str:
    """Draw how a memory is read, in every language of the reference."""
    return example_of("read_memory", document(), places())


def read_example(address: str) -> str:
    """Return how a memory is read at that address, as HTML."""
    return at_address(_read_example(), address)


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
