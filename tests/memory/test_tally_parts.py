"""The parts of a count, as they are made and locked by several at once."""

from __future__ import annotations

import time
from concurrent.futures import ThreadPoolExecutor

import pytest
from django.db import connection, transaction

from memory.models import Tally
from memory.places import SHARDS
from tests.doors import Api
from tests.memory.test_overtaking import elsewhere
from tests.memory.test_tallies import store


@pytest.mark.postgresql
@pytest.mark.django_db(transaction=True)
def test_parts_are_made_before_any_of_them_is_locked(api: Api) -> None:
    """Whoever made the first parts meets nobody who waits for them and holds the last."""
    api.remember()
    first = list(Tally.objects.filter(shard__lt=SHARDS // 2))
    Tally.objects.filter(shard__lt=SHARDS // 2).delete()
    last = Tally.objects.filter(shard__gte=SHARDS // 2)
    last.update(allowed=0)
    with ThreadPoolExecutor(1) as thread:
        with transaction.atomic():
            Tally.objects.bulk_create(first)
            storing = thread.submit(elsewhere, lambda: store(Api(api.key), 1).status_code)
            wait_until_somebody_waits_for_us()
            assert len(last.select_for_update(nowait=True)) == SHARDS // 2
        assert storing.result(timeout=60) == 201


def wait_until_somebody_waits_for_us() -> None:
    """Wait until another session waits for what this one's transaction holds."""
    deadline = time.monotonic() + 30
    while time.monotonic() < deadline:
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT 1 FROM pg_locks"
                " WHERE NOT granted AND pg_backend_pid() = ANY (pg_blocking_pids(pid))"
            )
            if cursor.fetchone():
                return
    raise AssertionError("Nobody waited.")
