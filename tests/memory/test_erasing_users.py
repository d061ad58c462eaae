"""Erasing one end user: nothing of them is left, and nothing of anybody else is touched."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from accounts.models import AuditEvent, Project, User
from accounts.subjects import subject_id
from apikeys.models import LoggedRequest
from apikeys.usage.collector import collector
from memory import retention, tallies
from memory.models import IdempotencyClaim, IdempotencyRecord, Memory, RevocationGrant, Tally
from tests.doors import Api
from tests.makers import make_key, make_project, memory_body, read_body
from tests.memory.answers import assert_refused, rows_stored
from tests.memory.bad_requests import CONTINUE, CREATE, READ, REVOKE
from tests.memory.broken import WAYS, broken_record
from tests.memory.conftest import Clock
from tests.memory.test_erased_words import dump

WORD = "user-word@example.com"
COUNTS = {
    "memories_deleted": 4,
    "grants_closed": 2,
    "idempotency_records_deleted": 1,
    "audit_events_emptied": 10,
}


def erase(api: Api, user_id: str = "user_1", query: str = "", **extra: Any) -> dict[str, Any]:
    response = api.delete(f"/users/{user_id}{query}", **extra)
    assert response.status_code == 200, response.content
    body: dict[str, Any] = response.json()
    return body


def fill(api: Api, user_id: str = "user_1") -> list[dict[str, str]]:
    """Leave rows of a user in every table. Return three tokens: one revoked, two open."""
    who = {"user_id": user_id}
    ids = {"HTTP_X_REQUEST_ID": f"about-{user_id}-1".replace("@", "_")}
    api.remember(**who)
    tokens = [{"revocation_token": api.read(**who)["revocation_token"]}]
    api.post(REVOKE, tokens[0], **ids)
    api.remember(**who)
    api.remember(**who, scope="schedule", domain=f"the domain of {user_id}", ttl_days=1)
    body = memory_body(**who, domain=None)
    assert (
        api.post(CREATE, body, HTTP_IDEMPOTENCY_KEY=f"key of {user_id}", **ids).status_code == 201
    )
    purpose = f"recommend restaurants to {user_id}"
    for domain in ("food", f"the domain of {user_id}"):
        response = api.post(READ, read_body(**who, domain=domain, purpose=purpose), **ids)
        assert response.status_code == 200, response.content
        tokens.append({"revocation_token": response.json()["revocation_token"]})
    api.post(CONTINUE, tokens[1], **ids)
    refused = read_body(**who, purpose=f"sell {user_id}", domain=user_id)
    assert api.post(READ, refused, **ids).status_code == 403
    return tokens


def rows_with(*words: str) -> list[tuple[str, str]]:
    collector.flush()
    return [row for row in dump() if any(word in row[1] for word in words)]


@pytest.mark.django_db
class TestWhatIsGone:
    def test_no_table_holds_the_users_id_any_more(self, clock: Clock, api: Api) -> None:
        tokens = fill(api, WORD)
        assert {place.partition(".")[0] for place, _ in rows_with(WORD)} == {
            "accounts_auditevent",
            "memory_idempotencyrecord",
            "memory_memory",
            "memory_revocationgrant",
        }
        answer = erase(api, WORD)
        assert answer.pop("receipt")
        assert answer == {"user_id": WORD, **COUNTS, "erased_at": "2026-11-23T12:00:00Z"}
        assert rows_with(WORD) == []
        assert not Memory.objects.exists()
        assert not IdempotencyRecord.objects.exists()
        assert not IdempotencyClaim.objects.exists()
        for token in tokens:
            assert_refused(api.post(CONTINUE, token), 403, "grant_revoked", "REVOKED")
            assert_refused(api.post(REVOKE, token), 404, "not_found")
        assert rows_with(WORD) == []
        assert api.get(f"/memory?user_id={WORD}").json()["items"] == []

    def test_nor_does_the_request_log_where_a_caller_wrote_it_into_request_ids(
        self, api: Api
    ) -> None:
        fill(api, "user_17")
        own = {"HTTP_X_REQUEST_ID": "erase-user_17"}
        api.post(CREATE, memory_body(user_id="user_1"), HTTP_X_REQUEST_ID="about-user_178")
        assert "apikeys_loggedrequest.request_id" in dict(rows_with("user_17"))
        response = api.delete("/users/user_17", **own)
        assert response.headers["X-Request-ID"] == "erase-user_17"
        left = {place for place, text in rows_with("user_17") if "user_178" not in text}
        assert left == set()
        assert LoggedRequest.objects.filter(request_id="about-user_178").count() == 1
        newest = LoggedRequest.objects.latest("id")
        assert newest.endpoint == "DELETE /users/<path:user_id>"
        assert newest.request_id == str(newest.server_request_id)
        event = AuditEvent.objects.get(event_type="USER_ERASE")
        assert (event.request_id, event.server_request_id) == ("", newest.server_request_id)

    def test_the_record_keeps_what_happened_under_the_pseudonym(
        self, api: Api, project: Project
    ) -> None:
        fill(api)
        what = ("id", "event_type", "subject_id", "scope", "purpose_class", "reason_code")
        facts = (*what, "memory_ids", "decision_id", "server_request_id", "meta", "created_at")
        subject = subject_id(bytes(project.subject_key), "test", "user_1")
        events = AuditEvent.objects.filter(subject_id=subject).order_by("id")
        before = list(events.values(*facts))
        assert len(before) == COUNTS["audit_events_emptied"]
        erase(api)
        *after, last = events.values(*facts)
        assert after == before
        assert (last["event_type"], last["subject_id"]) == ("USER_ERASE", subject)
        assert last["meta"] == COUNTS
        for event in events:
            assert (event.user_id, event.purpose, event.domain) == (None, None, None)

    def test_what_is_stored_afterwards_is_new(self, api: Api) -> None:
        fill(api)
        erase(api)
        body = memory_body(domain=None)
        response = api.post(CREATE, body, HTTP_IDEMPOTENCY_KEY="key of user_1")
        assert "Idempotency-Replayed" not in response.headers
        assert Memory.objects.get().id.hex == response.json()["id"].replace("-", "")
        assert api.read(domain=None)["confidence"] == 0.47

    def test_their_idempotency_keys_are_free_and_those_of_others_are_not(self, api: Api) -> None:
        fill(api)
        other = {"HTTP_IDEMPOTENCY_KEY": "key of user_2"}
        api.post(CREATE, memory_body(user_id="user_2"), **other)
        erase(api)
        freed = {"HTTP_IDEMPOTENCY_KEY": "key of user_1"}
        assert api.post(CREATE, memory_body(user_id="user_2"), **freed).status_code == 201
        refused = api.post(CREATE, memory_body(), **other)
        assert_refused(refused, 409, "idempotency_conflict")

    def test_it_can_be_asked_for_again(self, api: Api) -> None:
        fill(api)
        erase(api)
        again = erase(api)
        assert {name: again[name] for name in COUNTS} == dict.fromkeys(COUNTS, 0)
        assert AuditEvent.objects.filter(event_type="USER_ERASE").count() == 2


@pytest.mark.django_db
class TestWhatStays:
    def test_others_are_not_touched(self, api: Api, owner: User, project: Project) -> None:
        others = [
            (api, "user_2"),
            (Api(make_key(project, "Live", environment="live")[1]), "user_1"),
            (Api(make_key(make_project(owner), "Other")[1]), "user_1"),
        ]
        for door, user_id in others:
            fill(door, user_id)
        collector.flush()
        before = list(dump())
        fill(api)
        erase(api)
        after = set(dump())
        counts = ("memory_tally.", "apikeys_usagehour.", "apikeys_secret.", "accounts_cache.")
        assert [row for row in before if row not in after and not row[0].startswith(counts)] == []
        for door, user_id in others:
            assert door.read(user_id=user_id)["confidence"] == 0.47


@pytest.mark.django_db
class TestTheCounts:
    def test_a_dry_run_says_what_would_be_and_changes_nothing(self, clock: Clock, api: Api) -> None:
        fill(api)
        before = rows_stored()
        answer = erase(api, query="?dry_run=true")
        assert answer == {"user_id": "user_1", **COUNTS, "erased_at": None, "dry_run": True}
        assert rows_stored() == {**before, "AuditEvent": before["AuditEvent"] + 1}
        event = AuditEvent.objects.latest("id")
        assert (event.event_type, event.meta) == ("USER_VIEW", {"dry_run": True})
        assert api.read()["confidence"] == 0.47
        for query in ("?dry_run=false", ""):
            assert "dry_run" not in erase(api, query=query)

    def test_the_tallies_stay_exact(
        self, clock: Clock, api: Api, project: Project, owner: User
    ) -> None:
        """Of live memories and expired ones, some hidden before they expired, some after."""
        fill(api, "user_2")
        for hour in range(4):
            fill(api)
            clock.advance(hours=10)
            if hour == 1:
                for first in Tally.objects.filter(shard=0):
                    tallies._settle(first, until=clock.now - timedelta(hours=1))
        clock.advance(hours=1)
        kept = [model.objects.filter(user_id="user_2") for model in (Memory, RevocationGrant)]
        self.assert_exact(project, clock)
        erase(api)
        self.assert_exact(project, clock)
        retention.purge(at=clock.now)
        self.assert_exact(project, clock)
        assert [rows.exists() for rows in kept] == [True, True]

    @staticmethod
    def assert_exact(project: Project, clock: Clock) -> None:
        live = Memory.objects.live(at=clock.now)
        answers = IdempotencyRecord.objects.filter(expires_at__gt=clock.now)
        assert tallies.used(project.pk, "test", at=clock.now) == {
            "memories": live.count(),
            "grants": RevocationGrant.objects.open(at=clock.now).count(),
            "idempotency_keys": answers.count(),
        }


@pytest.mark.django_db
class TestWhoMay:
    def test_a_key_needs_the_permission_and_every_scope(self, api: Api, project: Project) -> None:
        api.remember()
        others = ["memory:write", "memory:read", "memory:revoke", "memory:list", "audit:read"]
        lacking = Api(make_key(project, "Lacking", permissions=others)[1])
        narrow = Api(make_key(project, "Narrow", scopes=["preferences"])[1])
        for query in ("", "?dry_run=true"):
            detail = "API key lacks the permission 'memory:delete'"
            response = lacking.delete(f"/users/user_1{query}")
            assert_refused(response, 403, "permission_denied", detail)
            detail = "API key may not use every scope, which this request concerns"
            response = narrow.delete(f"/users/user_1{query}")
            assert_refused(response, 403, "permission_denied", detail)
        assert Memory.objects.count() == 1
        refusals = AuditEvent.objects.filter(event_type="POLICY_DENIED").order_by("id")
        assert [event.reason_code for event in refusals] == ["KEY_PERMISSION", "KEY_SCOPE"] * 2

    @pytest.mark.parametrize(
        ("query", "status", "code"),
        [
            ("?dry_run=yes", 400, "invalid_type"),
            ("?dry_run=", 400, "invalid_type"),
            ("?dry_run=true&dry_run=false", 422, "invalid_value"),
            ("?dryrun=true", 422, "invalid_value"),
            ("?dry_run=true&force=1", 422, "invalid_value"),
        ],
    )
    def test_a_query_that_is_not_understood_erases_nothing(
        self, api: Api, query: str, status: int, code: str
    ) -> None:
        api.remember()
        assert_refused(api.delete(f"/users/user_1{query}"), status, code)
        assert Memory.objects.count() == 1

    def test_nor_does_one_with_a_body(self, api: Api) -> None:
        api.remember()
        for body in ('{"dry_run": true}', "x", "{}"):
            response = api.delete("/users/user_1", data=body, content_type="application/json")
            assert_refused(response, 422, "invalid_value")
        assert Memory.objects.count() == 1


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("way", WAYS)
def test_nothing_is_erased_that_cannot_be_recorded(api: Api, way: str) -> None:
    fill(api)
    before = rows_stored()
    with broken_record(way):
        for query in ("", "?dry_run=true"):
            assert api.delete(f"/users/user_1{query}").status_code in (500, 503)
    assert rows_stored() == before
    assert AuditEvent.objects.filter(user_id="user_1").count() == COUNTS["audit_events_emptied"]
    assert api.read()["confidence"] == 0.47
