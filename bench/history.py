"""Gives a project a past: keys with a quarter year of usage, and a log of single requests.

As the product keeps them: hours of the last days, before that a row a day with its hours beside it.
"""

from __future__ import annotations

import random
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

from bench import copying, rows
from bench.rows import Tenant

KEYS = 50
DAYS = 90
LOGGED = 200_000
LOGGED_AT_ONCE = 10_000
LOGGED_DAYS = 7
DECIDED = 100_000
DECIDED_AT_ONCE = 2_000
# What is requested: how it is answered, and in one of how many hours it comes.
ANSWERS = [
    ("POST /memory", 201, "", 1),
    ("POST /memory/read", 200, "", 1),
    ("POST /memory/read/continue", 200, "", 2),
    ("POST /memory/revoke", 200, "", 2),
    ("GET /policy", 200, "", 3),
    ("POST /memory", 400, "malformed_json", 4),
    ("POST /memory/read", 403, "policy_denied", 2),
    ("POST /memory/read", 429, "rate_limited", 6),
    ("POST /memory", 503, "unavailable", 24),
]


def add_keys(tenant: Tenant, count: int, *, at: datetime) -> list[UUID]:
    """Add so many keys beside the first, every second one a live one. Return all keys' ids."""
    from accounts.audit import ChangedBy
    from accounts.models import Project
    from apikeys import services
    from apikeys.models import ApiKey

    project = Project.objects.get(pk=tenant.project_id)
    for number in range(1, count):
        services.issue_key(
            project=project,
            name=f"Worker {number}",
            environment=("test", "live")[number % 2],
            at=at - timedelta(days=DAYS),
            by=ChangedBy(actor="bench", request_id="bench"),
        )
    return list(ApiKey.objects.filter(project=project).order_by("id").values_list("pk", flat=True))


def add_usage(keys: list[UUID], *, at: datetime) -> int:
    """Add usage: of the first key by the models, of the others as copies. Return how many rows.

    Hours that stand beside their days, and sums of days, are not among these rows.
    """
    from apikeys.models import ApiKey, UsageDay, UsageHour
    from apikeys.usage import retention

    first = ApiKey.objects.get(pk=keys[0])
    UsageHour.objects.bulk_create(_usage_of(first, at=at), batch_size=1000)
    copying.copy_to_keys(UsageHour, first.pk)
    retention.prune(at=at)
    return UsageHour.objects.count() + UsageDay.objects.count()


def _usage_of(key: Any, *, at: datetime) -> Iterator[Any]:
    from apikeys.models import UsageHour
    from apikeys.usage.periods import midnight
    from apikeys.usage.retention import HOURS_KEPT
    from apikeys.usage.samples import COLUMNS

    choice = random.Random(3)
    last = at.astimezone(UTC).replace(minute=0, second=0, microsecond=0)
    hours_from = midnight((at - HOURS_KEPT).astimezone(UTC).date())
    moment = hours_from - timedelta(days=DAYS) + HOURS_KEPT
    while moment <= last:
        in_hours = moment >= hours_from
        for endpoint, status, code, one_in in ANSWERS:
            if in_hours and choice.randrange(one_in):
                continue
            fast, slow = choice.randint(50, 500), choice.randint(0, 5)
            yield UsageHour(
                key_id=key.pk,
                hour=moment,
                endpoint=endpoint,
                status=status,
                code=code,
                project_id=key.project_id,
                environment=key.environment,
                requests=fast + slow,
                **{**dict.fromkeys(COLUMNS, 0), "under_10": fast, "under_200": slow},
            )
        moment += timedelta(hours=1 if in_hours else 24)


def add_log(tenant: Tenant, keys: list[UUID], count: int, *, at: datetime) -> int:
    """Add the last days' requests, the oldest first, as the service does. Return how many."""
    from apikeys.models import LoggedRequest

    choice = random.Random(4)
    began = at - timedelta(days=LOGGED_DAYS)
    for start in range(0, count, LOGGED_AT_ONCE):
        LoggedRequest.objects.bulk_create(
            [
                _logged(tenant, choice, keys, began + timedelta(days=LOGGED_DAYS) * number / count)
                for number in range(start, min(start + LOGGED_AT_ONCE, count))
            ],
            batch_size=1000,
        )
    return LoggedRequest.objects.count()


def _logged(tenant: Tenant, choice: random.Random, keys: list[UUID], at: datetime) -> Any:
    from apikeys.models import LoggedRequest

    endpoint, status, code, _ = choice.choices(ANSWERS, [1 / one[3] for one in ANSWERS])[0]
    key = choice.choice(keys)
    return LoggedRequest(
        created_at=at,
        request_id=f"{choice.getrandbits(64):016x}",
        project_id=tenant.project_id,
        environment=tenant.environment,
        key_id=key,
        secret_id=key,
        endpoint=endpoint,
        status=status,
        code=code,
        microseconds=choice.randint(1_000, 50_000),
        address="192.0.2.1",
        user_agent="python-httpx/0.28",
    )


def add_record(
    tenant: Tenant, keys: list[UUID], *, decided: int, stored: int, at: datetime
) -> tuple[int, int]:
    """Add decided reads of the last days and memories stored meanwhile, the oldest first.

    As the record keeps them, one among the other. A fifth of the reads is denied, under every scope
    and for every class. Return how many of both.
    """
    from accounts.models import AuditEvent

    choice = random.Random(5)
    began, length = at - timedelta(days=DAYS), timedelta(days=DAYS)
    users = stored // rows.FILLED_EACH
    filled = 0
    for start in range(0, decided, DECIDED_AT_ONCE):
        end = min(start + DECIDED_AT_ONCE, decided)
        AuditEvent.objects.bulk_create(
            [
                _decided(tenant, choice, keys, began + length * number / decided)
                for number in range(start, end)
            ],
            batch_size=1000,
        )
        filled += rows.fill_between(
            tenant,
            range(users * start // decided, users * end // decided),
            since=began + length * start / decided,
            until=began + length * end / decided,
        )
    return decided, filled


def _decided(tenant: Tenant, choice: random.Random, keys: list[UUID], at: datetime) -> Any:
    from accounts.models import AuditEvent
    from foundation.identifiers import first_id
    from memory.policy.vocabulary import PurposeClass, Scope

    user_id = f"decided-{choice.randrange(10_000)}"
    is_denied = not choice.randrange(5)
    id_ = UUID(int=first_id(at).int | choice.getrandbits(74))
    return AuditEvent(
        id=id_,
        subject_id=tenant.subject_id(user_id),
        event_type="POLICY_DENIED" if is_denied else "MEMORY_READ",
        app_id=tenant.project_id,
        environment=tenant.environment,
        api_key_id=choice.choice(keys),
        user_id=user_id,
        scope=str(choice.choice([*Scope])),
        purpose=f"book table {choice.randrange(300)}" if is_denied else rows.PURPOSE,
        purpose_class=str(choice.choice([*PurposeClass])),
        reason_code="POLICY_DENIED" if is_denied else None,
        decision_id=id_,
        policy_version="bench",
        request_id=f"{choice.getrandbits(64):016x}",
        created_at=at,
    )
