"""Measures how long the console's pages take when they have much to show.

In this process, through every middleware, for a person who is signed in: what a page costs without
the way to it.
"""

from __future__ import annotations

import os
import platform
import time
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from bench import history, inside, rows, service
from bench.report import percentile
from bench.rows import Tenant

EVENTS = 200_000
WARM_UP_VISITS = 3
VISITS = 50


@dataclass(frozen=True)
class Visits:
    """The visits of one page; `statements` and `size` are those of one visit."""

    milliseconds: list[float]
    statements: int
    size: int


def run(tenant: Tenant, settings: Mapping[str, str], database: str) -> None:
    """Fill the tool's database, look at every page, and print what it took."""
    service.manage("collectstatic", "--noinput", settings=settings)
    at = datetime.now(UTC)
    keys = history.add_keys(tenant, history.KEYS, at=at)
    usage = history.add_usage(keys, at=at)
    logged = history.add_log(tenant, keys, history.LOGGED, at=at)
    decided, stored = history.add_record(
        tenant, keys, decided=history.DECIDED, stored=EVENTS, at=at
    )
    rows.settle()
    facts = {
        "machine": f"{os.cpu_count()} cores, {platform.system()} {platform.machine()}",
        "database": database,
        "usage": f"{usage} rows: {history.DAYS} days of {len(keys)} keys, in one project",
        "log": f"{logged} requests of the last {history.LOGGED_DAYS} days",
        "record": f"{stored} memories stored, {decided} reads decided in {history.DAYS} days",
        "each": f"{VISITS} visits",
    }
    for name, fact in facts.items():
        print(f"{name + ':':<12} {fact}")
    print(f"\n{'page':<28}{'p50 ms':>9}{'p99 ms':>9}{'statements':>12}{'kB':>7}")
    browser = signed_in(tenant)
    for name, path in paths(tenant, keys).items():
        print(row(name, visit(browser, path)), flush=True)


def paths(tenant: Tenant, keys: list[Any]) -> dict[str, str]:
    """Return the pages by name: those that sum up or search what grows with use."""
    project, key = f"/console/projects/{tenant.project_id}/test", f"/console/keys/{keys[-1]}"
    ranges = {
        f"usage, {name}": f"{project}/usage/?range={name}" for name in ("24h", "7d", "30d", "90d")
    }
    overviews = {f"overview, {name}": f"{project}/?range={name}" for name in ("24h", "7d", "30d")}
    return {
        **overviews,
        "overview, denied": f"{project}/?decisions=denied",
        "overview, live": f"{project.replace('/test', '/live')}/",
        **ranges,
        "usage of a key, 90d": f"{key}/usage/?range=90d",
        "usage, one endpoint, 90d": f"{project}/usage/?range=90d&endpoint=POST+%2Fmemory",
        "keys, with sparklines": f"{project}/keys/",
        "key": f"{key}/",
        "request log": f"{project}/requests/",
        "request log, one key": f"{project}/requests/?key={keys[-1]}",
        "request log, rare status": f"{project}/requests/?status=5xx",
        "request log, no such id": f"{project}/requests/?request_id=none",
        "audit log": f"{project}/audit/",
        "audit log, one class": f"{project}/audit/?purpose_class=scheduling",
        **_asked(tenant),
    }


def _asked(tenant: Tenant) -> dict[str, str]:
    """Return pages by the names of their addresses, which say what they need."""
    from django.urls import reverse

    place = [tenant.project_id, tenant.environment]
    asked = {
        "why": (place, "?scope=preferences&purpose=book+a+table"),
        "people": (place, ""),
        "person": (place, "?user_id=decided-1"),
        "search": (place, "?q=worker"),
    }
    return {
        name: reverse(name, args=arguments) + query for name, (arguments, query) in asked.items()
    }


def signed_in(tenant: Tenant) -> Any:
    """Return the browser of the project's owner."""
    from django.test import Client

    from accounts.models import Project

    browser = Client(SERVER_NAME="127.0.0.1")
    browser.force_login(Project.objects.get(pk=tenant.project_id).owner)
    return browser


def visit(browser: Any, path: str, *, visits: int = VISITS) -> Visits:
    """Visit a page so often. Raises RuntimeError when the answer is not the page."""
    taken = []
    for number in range(WARM_UP_VISITS + visits):
        began = time.perf_counter()
        with inside.recorded_statements() as sent:
            answer = browser.get(path)
        if number >= WARM_UP_VISITS:
            taken.append((time.perf_counter() - began) * 1_000)
        if answer.status_code != 200:
            raise RuntimeError(f"{path}: {answer.status_code}")
    return Visits(taken, len(sent), len(answer.content))


def row(name: str, visits: Visits) -> str:
    p50, p99 = (percentile(visits.milliseconds, share) for share in (0.50, 0.99))
    return f"{name:<28}{p50:>9.1f}{p99:>9.1f}{visits.statements:>12}{visits.size / 1000:>7.0f}"
