"""The pages about one end user: what is held of them, who read it and why, and what an owner sees.

The user's id stands in the query of an address, never in its path: it may hold any character, and
paths are what logs write down. The address leaves the site with no link: the Referrer-Policy of
every page is same-origin. Values of live memories are drawn in the answer of the POST that gave a
reason, and nowhere else.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from accounts.environments import LIVE, TEST
from accounts.models import AuditEvent, Project
from console import owned, person_file
from console.owned import SignedIn, reauthenticated_before
from console.people_forms import PersonForm, ReasonForm
from foundation.answers import RequestRefused
from foundation.cursors import NotACursor
from memory import listing, overview, owners, schemas
from memory.events import Caller
from memory.schemas import ListMemories

MEMORIES = 25  # of a page
PLACES = 50
SEEN = 5  # end users of test that are offered
LOOKED_AT = 50  # events of which their end users are offered
LOOKS = 50  # answered forms that a session knows
LOOKED = "looks"


@dataclass(frozen=True)
class Person:
    """An end user of somebody's own project, in one environment; nothing may be held of them."""

    project: Project
    environment: str
    user_id: str
    at: datetime

    @property
    def query(self) -> str:
        return urlencode({"user_id": self.user_id})

    def place(self, scope: str, domain: str | None) -> str:
        """Return the query of the pages about one place."""
        return urlencode({"user_id": self.user_id, "scope": scope, "domain": domain or ""})

    def address(self, page: str = "person", **more: str) -> str:
        path = reverse(page, args=(self.project.pk, self.environment))
        return f"{path}?{urlencode({'user_id': self.user_id, **more})}"

    def caller(self, request: SignedIn, *, reason: str = "") -> Caller:
        by = owned.changed_by(request)
        return owners.caller(self.project, self.environment, by=by, at=self.at, reason=reason)

    def context(self) -> dict[str, Any]:
        """Return what every page about them needs."""
        return {
            "project": self.project,
            "environment": self.environment,
            "section": "people",
            "user_id": self.user_id,
            "query": self.query,
            "is_live": self.environment == LIVE,
        }


def asked_for(request: SignedIn, project_id: UUID, environment: str) -> Person:
    """Find whom the address names, in a project of theirs. Raises Http404."""
    project = owned.project(request, project_id, environment)
    form = PersonForm(request.GET)
    if not form.is_valid():
        raise Http404
    return Person(project, environment, form.cleaned_data["user_id"], timezone.now())


@never_cache
@require_safe
def people(request: SignedIn, project_id: UUID, environment: str) -> HttpResponse:
    """Ask for an end user's id, and lead to their file."""
    project = owned.project(request, project_id, environment)
    form = PersonForm(request.GET if "user_id" in request.GET else None)
    if form.is_valid():
        person = Person(project, environment, form.cleaned_data["user_id"], timezone.now())
        return redirect(person.address())
    context = {
        "project": project,
        "environment": environment,
        "section": "people",
        "form": form,
        "is_live": environment == LIVE,
        "seen": [] if environment == LIVE else _seen_lately(project),
    }
    status = 400 if form.errors else 200
    return render(request, "console/people.html", context, status=status)


def _seen_lately(project: Project) -> list[tuple[str, str]]:
    """Return the end users of the newest events in test, each with the query of their address."""
    newest = AuditEvent.objects.newest(project.pk, TEST, count=LOOKED_AT)
    ids = dict.fromkeys(event.user_id for event in newest if event.user_id)
    return [(user_id, urlencode({"user_id": user_id})) for user_id in list(ids)[:SEEN]]


@never_cache
@require_safe
def person(request: SignedIn, project_id: UUID, environment: str) -> HttpResponse:
    """Show what is held of an end user: in test with values, in live without."""
    if not PersonForm(request.GET).is_valid():
        return people(request, project_id, environment)
    person = asked_for(request, project_id, environment)
    caller = person.caller(request)
    held = overview.describe_user(caller, person.user_id)
    every = request.GET.get("events") == "all"
    try:
        query = _page_of(request, person, request.GET.get("cursor"))
        listed = _memories(caller, held, query)
        happened = person_file.happenings(
            person.project,
            caller,
            person.user_id,
            every=every,
            cursor=request.GET.get("before"),
        )
    except (RequestRefused, NotACursor):  # of another list, or typed: the list begins anew
        return redirect(person.address())
    context = {
        **person.context(),
        "form": PersonForm(initial={"user_id": person.user_id}),
        "held": held,
        "places": [(one, person.place(one.scope, one.domain)) for one in held.places[:PLACES]],
        "more_places": len(held.places) - PLACES,
        "unreadable": held.stored - held.memories,
        "subject_id": caller.principal.subject_id(person.user_id),
        "groups": person_file.groups(listed.items if listed else (), held),
        "next_cursor": listed.next_cursor if listed else None,
        "narrowed": place_of(request),
        "happened": happened,
        "every": every,
        "open_reads": [
            (access, key_name, person.place(access.scope, access.domain))
            for access, key_name in person_file.open_reads(person.project, caller, person.user_id)
        ]
        if held.open_grants
        else [],
    }
    return render(request, "console/person.html", context)


def _memories(
    caller: Caller, held: overview.Overview, query: ListMemories
) -> listing.Listed | listing.Outlined | None:
    """Return a page of what is held: values in test, where nothing is about real people."""
    if not held.stored:
        return None
    if caller.principal.environment == TEST:
        return listing.list_memories(caller, query)
    return listing.list_outlines(caller, query)


def place_of(request: HttpRequest) -> tuple[str, str] | None:
    """Return the scope and domain that a page is about alone, None for every one.

    Raises RequestRefused for a place that cannot be: it must not be taken for every one.
    """
    if not {"scope", "domain"} & request.GET.keys():
        return None
    place = schemas.place(request.GET.get("scope", ""), request.GET.get("domain", ""))
    return place.scope, place.domain


def _page_of(request: HttpRequest, person: Person, cursor: str | None) -> ListMemories:
    scope, domain = place_of(request) or (None, None)
    return ListMemories(
        user_id=person.user_id,
        scope=scope,
        domain=domain,
        limit=MEMORIES,
        cursor=cursor or None,
    )


@never_cache
@require_http_methods(["GET", "POST"])
@reauthenticated_before
def person_values(request: SignedIn, project_id: UUID, environment: str) -> HttpResponse:
    """Ask why somebody looks at live memories, and show a page of them for that reason.

    The look is recorded in the transaction that finds what is shown.
    """
    person = asked_for(request, project_id, environment)
    if environment != LIVE:
        return redirect(person.address())
    try:
        narrowed = place_of(request)
    except RequestRefused:
        return redirect(person.address())
    looks = request.session.get(LOOKED, ())
    was_answered = request.POST.get("look", "") in looks  # sent again, as by a reload
    form = ReasonForm(None if was_answered else request.POST or None)
    context = {**person.context(), "form": form, "narrowed": narrowed}
    if not form.is_valid():
        if "look" in form.errors:
            form = context["form"] = ReasonForm()
        context["was_answered"] = was_answered
        return render(request, "console/person_look.html", context)
    if not listing.list_outlines(person.caller(request), _page_of(request, person, None)).items:
        return redirect(person.address())  # nothing is there: the record need not name them
    reason, cursor = form.cleaned_data["reason"], form.cleaned_data["cursor"]
    try:
        listed = listing.list_memories(
            person.caller(request, reason=reason), _page_of(request, person, cursor)
        )
    except RequestRefused:  # a cursor of another list
        return redirect(person.address("person_values"))
    request.session[LOOKED] = [*looks, str(form.cleaned_data["look"])][-LOOKS:]
    context |= {
        "groups": person_file.groups(listed.items, None),
        "count": len(listed.items),
        "reason": reason,
        "next_form": ReasonForm(initial={"reason": reason, "cursor": listed.next_cursor})
        if listed.next_cursor
        else None,
    }
    return render(request, "console/person_values.html", context)
