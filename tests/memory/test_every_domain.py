"""In a batch of reads `*` stands for every domain of its scope."""

from __future__ import annotations

import pytest

from accounts.models import AuditEvent
from memory.reading_batches import MOST_READS
from tests.doors import Api
from tests.memory.answers import rows_stored
from tests.memory.bad_requests import REVOKE
from tests.memory.conftest import Clock
from tests.memory.test_reading_batches import LIMITS, known, likes, places, read

__all__ = ["known"]


@pytest.mark.django_db
@pytest.mark.usefixtures("known")
class TestEveryDomain:
    def test_it_stands_for_each_that_holds_live_memories(self, clock: Clock, api: Api) -> None:
        api.remember(domain="old", ttl_days=1)
        api.remember(domain="*", value_json={"likes": ["stars"]})
        api.remember(domain="gone")
        body = {"user_id": "user_1", "scope": "preferences", "domain": "gone"}
        assert api.post(REVOKE, body).status_code == 200
        clock.advance(days=1)
        items = read(api, LIMITS, {"scope": "preferences", "domain": "*"})
        assert places(items) == [
            ("constraints", None, 200),
            ("preferences", None, 200),
            ("preferences", "*", 200),
            ("preferences", "food", 200),
            ("preferences", "travel", 200),
        ]
        assert [likes(item) for item in items[1:]] == [["quiet"], ["stars"], ["pizza"], ["trains"]]

    def test_where_there_is_none_it_reads_what_has_no_domain(self, api: Api) -> None:
        items = read(api, {"scope": "preferences", "domain": "*"}, user_id="nobody")
        assert places(items) == [("preferences", None, 200)]
        assert items[0]["answer"]["summary_text"] == "No memories found."

    def test_a_denial_of_it_says_so_in_the_record(self, api: Api) -> None:
        items = read(api, {"scope": "schedule", "domain": "*"})
        assert places(items) == [("schedule", "*", 403)]
        event = AuditEvent.objects.get(event_type="POLICY_DENIED")
        assert (event.domain, event.meta["every_domain"]) == (None, True)

    def test_more_than_fit_are_refused_and_none_is_left_out_in_silence(self, api: Api) -> None:
        room = MOST_READS - 2  # beside another one, and the place itself
        bodies = [
            {
                "user_id": "user_3",
                "scope": "preferences",
                "domain": f"d{number}",
                "source": "inferred",
                "value_json": {"likes": [str(number)]},
            }
            for number in range(room + 1)
        ]
        assert api.post("/memory/batch", {"memories": bodies}).status_code == 201
        every = {"scope": "preferences", "domain": "*"}
        items = read(api, every, LIMITS, user_id="user_3")
        assert len(items) == MOST_READS
        api.remember(user_id="user_3", domain="one more")
        before = rows_stored()
        items = read(api, every, LIMITS, user_id="user_3")
        assert places(items) == [("preferences", "*", 422), ("constraints", None, 200)]
        assert items[0]["error"]["code"] == "out_of_range"
        assert "more domains than fit" in items[0]["error"]["detail"]
        assert rows_stored()["RevocationGrant"] == before["RevocationGrant"] + 1
        assert len(read(api, every, user_id="user_3")) == MOST_READS
        items = read(api, every, every, user_id="user_3")
        assert [item["status"] for item in items] == [422, 422]
