"""A log's pages hold every row once, both ways, however little a page may look at."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
from django.db.models import Q

from accounts import audit
from accounts.models import AuditEvent, EventType
from apikeys.models import LoggedRequest
from apikeys.usage.samples import RequestRow
from console import walks
from console.walks import FIRST, LAST, Asked, Cursor, Page
from foundation.identifiers import first_id, moment_of, new_id
from foundation.rows import columns_of
from tests.makers import NOW, sample

pytestmark = pytest.mark.django_db
PROJECT, OTHER = UUID(int=1), UUID(int=2)
STATUSES = [200, 403, 200, 200, 429, 200, 403, 200, 200, 200, 403, 500]


@pytest.fixture(autouse=True)
def small(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(walks, "PAGE", 3)
    monkeypatch.setattr(walks, "MOST", 5)


def log(project_id: UUID, *, environment: str = "test") -> list[UUID]:
    """Store a request of each status, a second apart; return their ids, the newest first."""
    rows = []
    for seconds, status in enumerate(STATUSES):
        at = NOW + timedelta(seconds=seconds)
        told = sample(at, project_id=project_id, environment=environment, status=status)
        fields = {name: getattr(told, name) for name in columns_of(RequestRow)}
        rows.append(LoggedRequest(id=UUID(int=first_id(at).int + 7 * project_id.int), **fields))
    LoggedRequest.objects.bulk_create(rows)
    return [row.id for row in reversed(rows)]


def page(asked: Asked, cursor: Cursor) -> Page:
    rows = LoggedRequest.objects.filter(project_id=PROJECT)
    return walks.page(rows, ["test"], asked, cursor)


def older(asked: Asked) -> Iterator[Page]:
    """Go from the newest page to the oldest."""
    found = page(asked, Cursor())
    yield found
    while found.older is not None:
        found = page(asked, Cursor(before=found.older))
        yield found


def newer(asked: Asked, found: Page) -> Iterator[Page]:
    """Go from a page to the newest."""
    while found.newer is not None:
        found = page(asked, Cursor(after=found.newer))
        yield found


def ids(pages: list[Page]) -> list[UUID]:
    return [row.id for found in pages for row in found.rows]


@pytest.mark.parametrize("status", [None, 200, 403, 500, 418])
def test_all_rows_are_on_the_way_to_the_oldest_and_back(status: int | None) -> None:
    own = log(PROJECT)
    log(OTHER)
    wanted = [
        one for one, each in zip(own, reversed(STATUSES), strict=True) if status in (None, each)
    ]
    asked = Asked(Q() if status is None else Q(status=status))
    down = list(older(asked))
    assert ids(down) == wanted
    up = list(newer(asked, down[-1]))
    seen = set(ids([down[-1], *up]))
    assert seen == set(wanted)
    assert up[-1].newer is None


def test_a_page_says_how_far_it_looked() -> None:
    own = log(PROJECT)
    first = page(Asked(Q(status=418)), Cursor())
    assert first.rows == []
    assert first.looked_to == moment_of(own[4])
    assert first.older == own[4]
    whole = page(Asked(Q()), Cursor())
    assert whole.looked_to is None


def test_the_newest_page_has_nothing_newer() -> None:
    own = log(PROJECT)
    assert page(Asked(Q()), Cursor()).newer is None
    back = page(Asked(Q()), Cursor(after=own[1]))
    assert [row.id for row in back.rows] == own[:3]
    assert back.newer is None


def test_bounds_are_kept() -> None:
    own = log(PROJECT)
    asked = Asked(Q(), low=own[6], high=own[2])
    assert ids(list(older(asked))) == own[2:7]
    assert ids([page(Asked(Q(), low=FIRST, high=LAST), Cursor())]) == own[:3]


def test_other_environments_stay_out() -> None:
    log(PROJECT, environment="live")
    assert page(Asked(Q()), Cursor()).rows == []


def event(environment: str, **fields: Any) -> UUID:
    told = audit.Event(
        event_type=EventType.MEMORY_READ,
        app_id=PROJECT,
        environment=environment,
        request_id="r",
        **{"subject_id": PROJECT, "created_at": NOW, **fields},
    )
    audit.record(told)
    return told.id


def test_events_of_both_stand_among_those_of_one() -> None:
    written = [event(one) for one in ("test", "both", "live", "test", "both", "test")]
    wanted = [written[index] for index in (5, 4, 3, 1, 0)]
    rows = AuditEvent.objects.of_project(PROJECT)
    first = walks.page(rows, ("test", "both"), Asked(Q()), Cursor())
    second = walks.page(rows, ("test", "both"), Asked(Q()), Cursor(before=first.older))
    assert ids([first, second]) == wanted


def test_events_of_an_end_user_go_by_their_times() -> None:
    user = new_id()
    times = [NOW - timedelta(minutes=minutes) for minutes in (0, 3, 1, 1, 2, 5, 4)]
    written = [event("test", subject_id=user, created_at=at) for at in times]
    event("test")
    order = sorted(zip(times, written, strict=True), reverse=True)
    wanted = [id_ for _, id_ in order]
    rows = AuditEvent.objects.filter(subject_id=user)
    first = walks.by_time(rows, Cursor())
    second = walks.by_time(rows, Cursor(before=first.older))
    third = walks.by_time(rows, Cursor(before=second.older))
    assert ids([first, second, third]) == wanted
    assert third.older is None
    assert third.newer is not None
    back = walks.by_time(rows, Cursor(after=third.newer))
    assert ids([back]) == wanted[3:6]
    assert back.newer is not None
    assert ids([walks.by_time(rows, Cursor(after=back.newer))]) == wanted[:3]


def test_a_page_goes_on_where_its_row_has_gone() -> None:
    own = log(PROJECT)
    rows = LoggedRequest.objects.filter(project_id=PROJECT)
    LoggedRequest.objects.filter(pk=own[3]).delete()
    assert [row.id for row in walks.by_time(rows, Cursor(before=own[3])).rows] == own[4:7]


@pytest.mark.parametrize("id_", [UUID(int=0), UUID(int=(1 << 128) - 1)])
def test_a_page_begins_at_an_id_that_tells_no_time_of_ours(id_: UUID) -> None:
    own = log(PROJECT)
    rows = LoggedRequest.objects.filter(project_id=PROJECT)
    is_last = bool(id_.int)
    assert [row.id for row in walks.by_time(rows, Cursor(before=id_)).rows] == (
        own[:3] if is_last else []
    )
