"""Finds where to go: pages, keys, requests, decisions, end users, and topics of the documentation.

Without script it is a page; with it, its list is what Ctrl-K filters. It shows names and ids of the
project and nothing that is secret.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from uuid import UUID

from django import forms
from django.db.models import Q
from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.http import urlencode
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from accounts.models import AuditEvent, Project
from accounts.models.audit import CLOCKS
from apikeys.models import ApiKey, LoggedRequest
from console import owned
from console.narrowing import LONGEST_REQUEST_ID, as_uuid, of_request, page_of_request
from console.owned import SignedIn
from console.walks import Asked, Cursor
from foundation.identifiers import moment_of

MOST_KEYS = 100  # that the list offers before anything was asked for
MOST_OF_A_KIND = 10
LONGEST = 255  # as long as a user_id


@dataclass(frozen=True)
class Hit:
    """One place to go: its name, what it is in a word or two, and an icon."""

    name: str
    kind: str
    icon: str
    href: str


# The documentation stands above the console; whoever wires the service gives a way to search it.
topics: list[Callable[[str], Iterable[tuple[str, str]]]] = []

# Of a project: the page's URL name, what it is called, words by which it is asked for, its icon.
OF_PROJECT = (
    ("project", "Overview", "home start dashboard kept", "layout-dashboard"),
    ("keys", "API keys", "secrets tokens credentials", "key-round"),
    ("key_new", "Create key", "new add api key", "plus"),
    ("purposes", "Purposes", "registry registered approve", "scale"),
    ("denied_purposes", "Denied purposes", "register refused", "ban"),
    ("why", "Why", "decision policy denied playground purpose", "message-circle-question-mark"),
    ("people", "People", "end user memory forget erase export revoke", "user-search"),
    ("usage_page", "Usage", "chart errors latency csv denials", "chart-column"),
    ("requests", "Request log", "errors latency status live", "list"),
    ("audit_log", "Audit log", "record events who read export", "scroll-text"),
    ("project_settings", "Project settings", "rename limits delete", "settings"),
    ("project_contact", "Contact for people", "privacy address mail end users page", "user"),
    ("project_limits", "Project limits", "rate requests an hour second", "gauge"),
)
OF_PERSON = (
    ("projects", "Projects", "switch all", "folder"),
    ("project_new", "New project", "create add", "plus"),
    ("account", "Account", "e-mail close sign-in security", "user"),
    ("mail_choices", "E-mails", "notices notifications preferences", "bell"),
    ("account_change_password", "Change password", "security sign-in", "lock"),
    (
        "mfa_index",
        "Two-factor sign-in",
        "passkey authenticator recovery codes 2fa mfa",
        "shield-check",
    ),
    ("usersessions_list", "Sessions", "sign out browsers devices", "monitor"),
)


class SearchForm(forms.Form):
    q = forms.CharField(required=False, max_length=LONGEST, label="Search")


@never_cache
@require_safe
def search(request: SignedIn, project_id: UUID, environment: str) -> HttpResponse:
    """Find what has every word; without a question, list the pages and the newest keys."""
    project = owned.project(request, project_id, environment)
    form = SearchForm(request.GET)
    asked = form.cleaned_data["q"] if form.is_valid() else ""
    context = {
        "project": project,
        "environment": environment,
        "section": "search",
        "form": form,
        "asked": asked,
        "hits": list(_hits(project, environment, asked)) if form.is_valid() else [],
    }
    return render(request, "console/search.html", context, status=400 if form.errors else 200)


def _hits(project: Project, environment: str, asked: str) -> Iterator[Hit]:
    yield from _pages(project, environment, asked)
    yield from _keys(project, environment, asked)
    if asked:
        yield from _requests(project, environment, asked)
        yield from _events(project, environment, asked)
        people = reverse("people", args=[project.pk, environment])
        yield Hit(asked, "End user", "user", f"{people}?{urlencode({'user_id': asked})}")
    for source in topics:
        for title, path in list(source(asked))[: MOST_OF_A_KIND if asked else None]:
            yield Hit(title, "Docs", "book-open", path)


def _pages(project: Project, environment: str, asked: str) -> Iterator[Hit]:
    words = asked.casefold().split()
    for pages, arguments in ((OF_PROJECT, (project.pk, environment)), (OF_PERSON, ())):
        for name, title, others, icon in pages:
            text = f"{title} {others}".casefold()
            if all(word in text for word in words):
                yield Hit(title, "Page", icon, reverse(name, args=arguments))


def _keys(project: Project, environment: str, asked: str) -> Iterator[Hit]:
    """Find keys by a part of the name, by the last four of a secret, or by their id."""
    keys = ApiKey.objects.filter(project=project, environment=environment)
    if asked:
        found = Q(name__icontains=asked) | Q(secrets__last_four=asked[-4:])
        if id_ := as_uuid(asked):
            found |= Q(pk=id_)
        keys = keys.filter(found).distinct()
    else:
        keys = keys.live()
    most = MOST_OF_A_KIND if asked else MOST_KEYS
    for key in keys.with_secrets().order_by("-id")[:most]:
        four = key.current_secret().last_four
        kind = "Key" if key.deleted_at is None else "Deleted key"
        path = reverse("key", args=[key.pk])
        yield Hit(key.name, f"{kind} ••••{four}", "key-round", path)


def _requests(project: Project, environment: str, asked: str) -> Iterator[Hit]:
    """Find requests by their ids, as far back as a page of the log looks; that leads on from there.

    What has an id of the service's own is found however old it is.
    """
    if len(asked) > LONGEST_REQUEST_ID:
        return
    found = of_request(asked)
    if id_ := as_uuid(asked):
        found |= Q(pk=id_)
    rows = LoggedRequest.objects.filter(project_id=project.pk)
    page = page_of_request(rows, [environment], asked, Asked(found), Cursor())
    for row in page.rows[:MOST_OF_A_KIND]:
        path = reverse("logged_request", args=[project.pk, environment, row.pk])
        yield Hit(row.request_id, f"Request, {row.status} {row.endpoint}", "list", path)
    if page.looked_to:
        log = reverse("requests", args=[project.pk, environment])
        kind = "Look further back in the request log"
        yield Hit(asked, kind, "list", f"{log}?{urlencode({'request_id': asked})}")


def _events(project: Project, environment: str, asked: str) -> Iterator[Hit]:
    """Find events by their id or by their decision's: both tell the moment to look at."""
    if not (id_ := as_uuid(asked)):
        return
    events = AuditEvent.objects.of_project(project.pk).in_environment(environment)
    at = moment_of(id_)
    found = events.between(at - CLOCKS, at + CLOCKS)
    found = found.filter(Q(pk=id_) | Q(decision_id=id_)).defer("memory_ids").order_by("id")
    for event in found[:MOST_OF_A_KIND]:
        path = reverse("audit_event", args=[project.pk, environment, event.pk])
        yield Hit(str(event.decision_id), f"Decision, {event.event_type}", "scroll-text", path)
