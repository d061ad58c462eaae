"""What stands around every page of the console: where one is, and where one can go."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.http import QueryDict
from django.urls import reverse

from accounts.environments import ENVIRONMENTS, TEST
from accounts.models import Project
from console.owned import PLACE, SignedIn

MOST_PROJECTS = 8  # that the menu offers; the page of projects has all
# Pages about one thing of one environment: the other environment has the list of such things.
LISTS = {
    "logged_request": "requests",
    "audit_event": "audit_log",
    "memory_delete": "people",
    "keys_delete": "keys",
}
# Of a query: ids that the other environment lacks.
OF_ONE_ENVIRONMENT = ("before", "after", "cursor", "key", "request_id")
SECTIONS = {
    "overview": "Overview",
    "keys": "API keys",
    "purposes": "Purposes",
    "why": "Why",
    "people": "People",
    "usage": "Usage",
    "requests": "Request log",
    "audit": "Audit log",
    "settings": "Settings",
    "projects": "Projects",
    "account": "Account",
    "search": "Search",
}


@dataclass(frozen=True)
class Frame:
    """The place of a page; `project` is None for who has none.

    `switch` has for each environment the address of the same page in it.
    """

    project: Project | None
    environment: str
    projects: list[Project]
    has_more_projects: bool
    section: str
    title: str
    switch: list[tuple[str, str]]


def frame(request: SignedIn, context: dict[str, Any]) -> Frame:
    """Tell the place of the page that is drawn from this context.

    A page of no project stands in the place where its reader was last.
    """
    own = list(Project.objects.owned_by(request.user).order_by("name", "id")[: MOST_PROJECTS + 1])
    project, environment = context.get("project"), context.get("environment")
    if not isinstance(project, Project) or environment not in ENVIRONMENTS:
        project, environment = _last_place(request, own)
    section = str(context.get("section", ""))
    return Frame(
        project=project,
        environment=environment,
        projects=own[:MOST_PROJECTS],
        has_more_projects=len(own) > MOST_PROJECTS,
        section=section,
        title=SECTIONS.get(section, "Account"),
        switch=[(one, _in_environment(request, project, one)) for one in ENVIRONMENTS]
        if project
        else [],
    )


def _last_place(request: SignedIn, own: list[Project]) -> tuple[Project | None, str]:
    project_id, environment = request.session.get(PLACE) or ("", TEST)
    last = next((one for one in own if str(one.pk) == project_id), None)
    if last is None and project_id:
        last = Project.objects.owned_by(request.user).filter(pk=UUID(project_id)).first()
    return last or next(iter(own), None), environment


def _in_environment(request: SignedIn, project: Project, environment: str) -> str:
    """Return where this page, or the list that it came from, is in that environment."""
    match = request.resolver_match
    name, arguments = (match.url_name, match.kwargs) if match else (None, {})
    query: QueryDict = request.GET.copy()
    for parameter in OF_ONE_ENVIRONMENT:
        query.pop(parameter, None)
    if "key_id" in arguments:
        name, arguments, query = "keys", {}, QueryDict(mutable=True)
    elif name in LISTS:
        name, arguments, query = LISTS[name], {}, QueryDict(mutable=True)
    elif name is None or "environment" not in arguments:
        name, arguments, query = "project", {}, QueryDict(mutable=True)
    arguments = {**arguments, "project_id": project.pk, "environment": environment}
    path = reverse(name, kwargs=arguments)
    return f"{path}?{query.urlencode()}" if query else path
