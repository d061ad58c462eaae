"""Groups the errors of a request log: what went wrong how often, when last, and with which keys."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db.models import QuerySet
from django.utils.safestring import SafeString

from apikeys.models import LoggedRequest
from console import endpoints
from console.traces import advice_for, answer_in_words, tone_of
from foundation import sql

MOST = 10_000

COUNT_ERRORS = """
    SELECT code, endpoint, status, key_id, count(*), max(created_at)
    FROM ({newest}) AS newest
    GROUP BY code, endpoint, status, key_id
"""


@dataclass(frozen=True)
class ErrorGroup:
    """The errors of one code at one endpoint; `keys` are those that got most of them first."""

    code: str
    endpoint: str
    status: int
    count: int
    last_at: datetime
    keys: list[UUID]

    @property
    def answer(self) -> str:
        return f"{self.status} {answer_in_words(self.status, self.code)}"

    @property
    def path(self) -> str:
        return endpoints.in_words(self.endpoint)

    @property
    def tone(self) -> str:
        return tone_of(self.status)

    @property
    def advice(self) -> SafeString:
        return advice_for(self.code)


@dataclass(frozen=True)
class Errors:
    """Groups, the largest first; not of all errors where there were more than are looked at."""

    groups: list[ErrorGroup]
    count: int

    @property
    def is_all(self) -> bool:
        return self.count < MOST


def errors_among(rows: QuerySet[LoggedRequest]) -> Errors:
    """Group the newest errors among these requests, MOST of them at most."""
    newest = rows.filter(status__gte=400).order_by("-environment", "-id")
    columns = ("code", "endpoint", "status", "key_id", "created_at")
    inner, values = newest.values_list(*columns)[:MOST].query.sql_with_params()
    found = sql.rows(COUNT_ERRORS.format(newest=inner), values)
    return Errors(_grouped(found), sum(count for *_, count, _ in found))


def _grouped(found: Iterable[tuple[Any, ...]]) -> list[ErrorGroup]:
    """Put the counts of a group's keys together."""
    of_keys: dict[tuple[str, str, int], list[tuple[int, datetime, UUID]]] = {}
    for code, endpoint, status, key_id, count, last_at in found:
        one = (count, sql.as_moment(last_at), sql.as_uuid(key_id))
        of_keys.setdefault((code, endpoint, status), []).append(one)
    groups = [
        ErrorGroup(
            *what,
            count=sum(count for count, _, _ in some),
            last_at=max(last_at for _, last_at, _ in some),
            keys=[key_id for _, _, key_id in sorted(some, reverse=True)],
        )
        for what, some in of_keys.items()
    ]
    return sorted(groups, key=lambda one: (-one.count, one.code, one.endpoint))
