"""Services at three nodes of a cluster promise together what one promises."""

from __future__ import annotations

import random
import signal
import time
from collections import Counter
from collections.abc import Iterator
from functools import partial

import pytest

from tests.doors import Service
from tests.scale import traffic
from tests.scale.judging import answered_too_late, committed_too_late, lost, unrecorded
from tests.scale.nodes import OwnCluster, own_cluster
from tests.scale.traffic import Door, Mix, at_once, served

pytestmark = pytest.mark.citus

READS = 5000
KEYS = 200
NODES = range(3)
HELD = """
    SELECT count(*) FROM memory_memory WHERE project_id = (
        SELECT p.id FROM accounts_project p JOIN accounts_user u ON u.id = p.owner_id
        WHERE u.email LIKE %s)
"""


@pytest.fixture(scope="module")
def cluster() -> Iterator[OwnCluster]:
    """Return a cluster of three nodes that holds the service's tables, spread for any node."""
    with own_cluster() as cluster:
        cluster.join()
        for arguments in (("migrate",), ("distribute", "--yes", "--any-node")):
            ran = cluster.manage(*arguments)
            assert ran.returncode == 0, ran.stdout
        yield cluster


@pytest.fixture(scope="module")
def services(cluster: OwnCluster) -> Iterator[list[Service]]:
    with served(cluster.urls) as services:
        yield services


@pytest.fixture
def door(
    cluster: OwnCluster, services: list[Service], request: pytest.FixtureRequest
) -> Iterator[Door]:
    """Return a client with a key to a project of the test's own."""
    with traffic.door(services, cluster.key(request.node.name)) as door:
        yield door


def users(number: int) -> list[str]:
    return [f"user_{n}" for n in range(number)]


class TestReadsAgainstRevokes:
    def test_no_read_holds_what_was_revoked(self, cluster: OwnCluster, door: Door) -> None:
        cluster.follow()
        mix = Mix(door, users(8), weights={"store": 3, "read": 8, "continue": 3, "revoke": 4})
        with mix.running():
            while sum(call.kind in {"read", "continue"} for call in door.calls) < READS:
                time.sleep(0.2)
        assert answered_too_late(door.calls) == []
        order = committed_too_late(cluster, cluster.commits())
        assert (order.after, order.unknown) == ([], [])
        assert order.before > 100
        assert lost(cluster, door.calls) == []
        assert unrecorded(cluster, door.calls) == 0
        assert {call.status for call in door.calls} <= {200, 201, 403, 404, 503}

    def test_no_read_holds_what_was_withdrawn(self, cluster: OwnCluster, door: Door) -> None:
        cluster.follow()
        mix = Mix(door, users(5), weights={"store": 4, "read": 8, "continue": 3, "withdraw": 2})
        with mix.running():
            while sum(call.kind in {"read", "continue"} for call in door.calls) < READS / 5:
                time.sleep(0.2)
        assert answered_too_late(door.calls) == []
        order = committed_too_late(cluster, cluster.commits())
        assert (order.after, order.unknown) == ([], [])
        assert order.before > 100
        assert {call.status for call in door.calls} <= {200, 201, 403, 404, 503}


class TestIdempotencyKeys:
    def test_a_key_stores_once_whichever_node_is_asked(
        self, cluster: OwnCluster, door: Door
    ) -> None:
        for n in range(KEYS):
            store = partial(door.store, user=f"once_{n}", value=f"v{n}", key=f"once-{n}")
            with at_once([partial(store, node) for node in NODES]):
                pass
        answers: dict[str, set[str]] = {}
        for call in door.calls:
            assert call.status in {201, 409}, call
            if call.is_done:
                answers.setdefault(call.sent, set()).add(call.body["id"])
        assert {len(ids) for ids in answers.values()} == {1}
        assert len(answers) == KEYS
        held = cluster.rows(
            "SELECT user_id, count(*) FROM memory_memory WHERE user_id LIKE 'once_%' GROUP BY 1"
        )
        assert dict(held) == {f"once_{n}": 1 for n in range(KEYS)}

    def test_a_key_of_two_users_stores_for_one(self, cluster: OwnCluster, door: Door) -> None:
        for n in range(KEYS // 4):
            store = partial(door.store, value=f"v{n}", key=f"either-{n}")
            with at_once([partial(store, node, f"either_{node}_{n}") for node in NODES]):
                pass
        statuses = {
            n: sorted(call.status for call in door.calls if call.sent == f"v{n}")
            for n in range(KEYS // 4)
        }
        assert Counter(map(tuple, statuses.values())) == {(201, 409, 409): KEYS // 4}
        held = cluster.rows("SELECT count(*) FROM memory_memory WHERE user_id LIKE 'either_%'")
        assert held == [(KEYS // 4,)]


class TestErasures:
    def test_what_was_stored_before_an_erasure_is_gone(
        self, cluster: OwnCluster, door: Door
    ) -> None:
        everyone = users(6)
        mix = Mix(door, everyone, weights={"store": 5, "read": 6, "continue": 2, "revoke": 1})
        chance = random.Random(1)
        with mix.running(4):
            erased = [door.erase(n % 3, chance.choice(everyone)) for n in range(60)]
        assert Counter(call.status for call in erased).keys() <= {200, 503}
        assert answered_too_late(door.calls) == []
        assert {call.status for call in door.calls} <= {200, 201, 403, 404, 409, 503}
        assert {door.erase(0, user).status for user in everyone} == {200}
        assert not any(door.read(2, user).likes for user in everyone)
        assert cluster.rows(HELD, ("test_what_was_stored%",)) == [(0,)]


class TestBatches:
    def test_batches_of_users_in_any_order_do_not_block_each_other(
        self, cluster: OwnCluster, door: Door
    ) -> None:
        everyone = [f"batch_{n}" for n in range(12)]

        def store_some(node: int) -> None:
            chance = random.Random(node)
            for turn in range(40):
                some = chance.sample(everyone, 6)
                door.store_all(node % 3, some, [f"b{node}_{turn}_{n}" for n in range(6)])

        with at_once([partial(store_some, node) for node in range(6)]):
            pass
        assert Counter(call.status for call in door.calls) == {201: 240}
        held = cluster.rows("SELECT count(*) FROM memory_memory WHERE user_id LIKE 'batch_%'")
        assert held == [(240 * 6,)]


class TestCeilings:
    def test_a_project_stores_up_to_its_ceiling_and_no_more(
        self, cluster: OwnCluster, door: Door
    ) -> None:
        cluster.rows(
            "UPDATE accounts_project SET most_memories = 90 WHERE owner_id ="
            " (SELECT id FROM accounts_user WHERE email LIKE 'test_a_project_stores%')"
        )

        def store_many(node: int) -> None:
            for turn in range(30):
                door.store(node % 3, f"many_{node}_{turn}", "v")

        with at_once([partial(store_many, node) for node in range(6)]):
            pass
        counted = Counter(call.status for call in door.calls)
        assert counted == {201: 90, 409: 90}
        held = cluster.rows("SELECT count(*) FROM memory_memory WHERE user_id LIKE 'many_%'")
        assert held == [(90,)]


class TestAKilledNode:
    def test_its_users_are_told_to_wait_and_others_are_served(
        self, cluster: OwnCluster, services: list[Service], door: Door
    ) -> None:
        everyone = [f"held_{n}" for n in range(16)]
        for user in everyone:
            assert door.store(0, user, "first").is_done
        of_node = cluster.users_of(1) & {*everyone}
        others = {*everyone} - of_node
        assert of_node
        assert others
        # Through the nodes that live; a claim of an Idempotency-Key may lie on any.
        door.addresses = [services[0].address, services[2].address]
        mix = Mix(door, everyone, weights={"put": 4, "read": 6, "continue": 2, "revoke": 2})
        with mix.running():
            time.sleep(2)
            cluster.nodes[1].stop(how=signal.SIGQUIT)
            gone = time.monotonic()
            time.sleep(6)
            back = time.monotonic()
            cluster.start_node(1)
            time.sleep(6)
        calls = door.calls
        assert {call.status for call in calls} <= {200, 201, 403, 404, 503}
        assert {call.status for call in calls if call.user in others} <= {200, 201, 403, 404}
        meanwhile = [call for call in calls if gone < call.started and call.ended < back]
        assert {call.status for call in meanwhile if call.user in of_node} == {503}
        healed = [call for call in calls if call.started > back and call.user in of_node]
        assert healed[-1].is_done
        assert lost(cluster, calls) == []
        assert answered_too_late(calls) == []
