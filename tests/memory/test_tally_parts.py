"""The parts of a count: who makes them, and in which order they are locked."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import pytest
from django.db import transaction
from django.utils import timezone

from accounts.models import Project
from foundation import sql
from memory.models import Tally
from memory.places import PLACES, SHARDS
from tests.doors import Api
from tests.memory.test_overtaking import elsewhere, wait_until_somebody_waits
from tests.memory.test_tallies import used


def count_as_before(project: Project) -> None:
    """Add what a process of the version before, which knows of no places, would count by."""
    columns = ("project_id", "environment", "kind", "shard", "used", "allowed", "most")
    rows = [
        (project.pk, "test", kind, shard, 1, 2, 250_000, timezone.now())
        for kind in ("grants", "memories")
        for shard in range(SHARDS)
    ]
    there = (*columns, "settled_at")
    sql.insert("memory_tally", there, rows, then="ON CONFLICT DO NOTHING")


@pytest.mark.django_db
class TestBesideTheVersionBefore:
    def test_what_it_counted_is_taken_off(self, api: Api, project: Project) -> None:
        api.remember()
        token = api.read()["revocation_token"]
        Tally.objects.all().delete()
        count_as_before(project)
        api.revoke(token)
        assert used(project, "memories") == used(project, "grants") == SHARDS - 1

    def test_of_two_that_begin_a_count_one_does(self, api: Api, project: Project) -> None:
        api.remember()
        api.read()
        count_as_before(project)
        assert Tally.objects.count() == 2 * SHARDS
        api.remember(user_id="user_2")
        assert used(project, "memories") == 2


@pytest.mark.postgresql
@pytest.mark.django_db(transaction=True)
def test_whoever_deals_out_waits_for_the_first_part_before_it_holds_another(
    api: Api, project: Project
) -> None:
    api.remember()
    mine = Tally.objects.filter(project_id=project.pk, kind="memories")
    first = mine.get(shard=0)
    mine.update(most=0)
    mine.filter(shard=0).delete()
    with ThreadPoolExecutor(1) as thread:
        with transaction.atomic():
            first.save(force_insert=True)
            dealing = thread.submit(elsewhere, lambda: api.remember(user_id="another"))
            wait_until_somebody_waits("transactionid")
            list(mine.filter(shard=1, place=PLACES[1]).select_for_update(nowait=True))
        dealing.result(timeout=60)
    assert used(project, "memories") == 2
