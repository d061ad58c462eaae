"""Receipts of what the API answers: they verify by the published keys, and name nobody."""

from __future__ import annotations

import json
from typing import Any

import pytest
from memory_scope import proofs

from accounts.models import AuditEvent, Project
from memory import writes
from proof import signing
from tests.doors import Api
from tests.makers import memory_body, read_body
from tests.memory.bad_requests import CONTINUE, READ, READ_BATCH, REVOKE
from tests.memory.registered import register
from tests.memory.test_erasing_users import erase, rows_with

KEYS = "/.well-known/memory-scope-keys.json"
# What callers type, each kind with a word of its own.
WORDS = {
    "user_id": "worduser",
    "domain": "worddomain",
    "purpose": "recommend restaurants to wordpurpose",
    "value": "wordvalue",
    "request_id": "wordrequest",
}


def claims(api: Api, receipt: str, answer: dict[str, Any] | None = None) -> dict[str, Any]:
    """Return what the receipt says, verified as anybody can."""
    return proofs.verify_receipt(receipt, Api(None).get(KEYS).json(), answer=answer)


def told_by(claims: dict[str, Any]) -> AuditEvent:
    """Return the event that it is about, which says the same."""
    event = AuditEvent.objects.get(pk=claims["event_id"])
    assert claims["decision_id"] == str(event.decision_id)
    assert claims["app_id"] == str(event.app_id)
    assert claims["environment"] == event.environment
    assert claims.get("scope") == event.scope
    assert claims["policy_version"] == event.policy_version
    assert claims.get("memory_ids", []) == event.memory_ids
    grant = event.revocation_grant_id
    assert claims.get("revocation_grant_id") == (None if grant is None else str(grant))
    return event


@pytest.mark.django_db
class TestReading:
    def test_who_asks_gets_one_of_the_read(self, api: Api) -> None:
        stored = api.remember()
        answer = api.read(receipt=True)
        assert list(answer)[-1] == "receipt"
        told = claims(api, answer["receipt"], answer)
        event = told_by(told)
        assert (told["kind"], event.event_type, event.reason_code) == ("read", "MEMORY_READ", None)
        assert told["memory_ids"] == [stored["id"]]
        assert told["purpose_class"] == "recommendation"
        assert told["iat"] == int(event.created_at.timestamp())

    @pytest.mark.parametrize("asked", [{}, {"receipt": False}, {"receipt": None}], ids=str)
    def test_who_does_not_ask_gets_the_answer_as_ever(
        self, api: Api, asked: dict[str, Any]
    ) -> None:
        assert "receipt" not in api.post(READ, {**read_body(), **asked}).json()

    def test_it_names_a_registered_purpose_and_never_a_purposes_words(
        self, api: Api, project: Project
    ) -> None:
        register(project)
        told = claims(api, api.read(purpose="gift_finder", receipt=True)["receipt"])
        assert (told["purpose_id"], told["purpose_revision"]) == ("gift_finder", 1)
        assert "purpose" not in told
        plain = claims(api, api.read(receipt=True)["receipt"])
        assert not {"purpose_id", "purpose"} & plain.keys()

    def test_a_continuation_has_one_of_its_own(self, api: Api) -> None:
        first = api.read(receipt=True)
        api.remember()
        token = {"revocation_token": first["revocation_token"]}
        answer = api.post(CONTINUE, {**token, "receipt": True}).json()
        told = claims(api, answer["receipt"], answer)
        assert (told["kind"], told_by(told).reason_code) == ("continue", "CONTINUE")
        before = claims(api, first["receipt"], first)
        assert told["revocation_grant_id"] == before["revocation_grant_id"]
        assert told["decision_id"] != before["decision_id"]
        assert told["summary_sha256"] != before["summary_sha256"]
        assert "receipt" not in api.post(CONTINUE, token).json()

    def test_each_read_of_a_batch_has_one_and_a_refused_one_has_none(self, api: Api) -> None:
        api.remember()
        reads = [{"scope": "preferences", "domain": "*"}, {"scope": "constraints"}]
        body = {"user_id": "user_1", "purpose": "recommend restaurants", "receipt": True}
        refused = {"scope": "schedule"}
        items = api.post(READ_BATCH, {**body, "reads": [*reads, refused]}).json()["items"]
        answers = [one["answer"] for one in items if one["status"] == 200]
        told = [claims(api, answer["receipt"], answer) for answer in answers]
        assert [one["scope"] for one in told] == ["preferences", "constraints"]
        assert len({told_by(one).pk for one in told}) == 2
        with pytest.raises(proofs.BadProofError):
            claims(api, answers[0]["receipt"], answers[1])
        assert "error" in items[-1]
        assert "receipt" not in items[-1]

    def test_of_more_memories_than_the_record_lists_it_lists_as_many(self, api: Api) -> None:
        memories = [memory_body(value_json={"likes": [f"dish {n}"]}) for n in range(100)]
        api.post("/memory/batch", {"memories": memories})
        api.remember()
        told = claims(api, api.read(receipt=True)["receipt"])
        event = told_by(told)
        assert (len(told["memory_ids"]), told["memory_count"]) == (100, 101)
        assert told["memory_ids_sha256"] == event.meta["memory_ids_sha256"]

    def test_what_cannot_be_signed_is_answered_all_the_same(
        self, api: Api, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        def broken(*_: object, **__: object) -> str:
            raise ValueError("no key")

        monkeypatch.setattr(signing, "sign", broken)
        assert "receipt" not in api.read(receipt=True)
        api.remember()
        assert erase(api)["memories_deleted"] == 1


@pytest.mark.django_db
class TestRevokingAndErasing:
    def test_a_revoke_by_token_counts_what_it_hid(self, api: Api) -> None:
        ids = [api.remember()["id"] for _ in range(3)]
        api.remember(domain="music")
        answer = api.revoke(api.read()["revocation_token"])
        told = claims(api, answer["receipt"])
        assert told_by(told).event_type == "MEMORY_REVOKE"
        assert (told["kind"], sorted(told["memory_ids"])) == ("revoke", sorted(ids))
        assert told["before"] == {"memories": 3, "open_grants": 1}
        assert told["after"] == {"memories": 0, "open_grants": 0}
        assert "every_domain" not in told

    def test_a_revoke_by_user_counts_all_of_it_and_sent_again_nothing(self, api: Api) -> None:
        for scope in ("preferences", "constraints"):
            api.remember(scope=scope, value_json={"likes": ["tea"]})
            api.read(scope=scope)
        first, second = (
            claims(api, api.post(REVOKE, {"user_id": "user_1"}).json()["receipt"]) for _ in range(2)
        )
        none = {"memories": 0, "open_grants": 0}
        assert (first["before"], first["after"]) == ({"memories": 2, "open_grants": 2}, none)
        assert (second["before"], second["after"]) == (none, none)
        assert first["event_id"] != second["event_id"]
        assert first["every_domain"] is True
        assert "revocation_grant_id" not in first
        assert told_by(first).event_type == "MEMORY_REVOKE"

    def test_what_is_left_is_counted_and_not_supposed(
        self, api: Api, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """Break the hiding, where it is done by parts: then the receipt says so."""
        monkeypatch.setattr(writes, "end_grant", writes.end_grant_by_parts)
        api.remember()
        token = api.read()["revocation_token"]
        monkeypatch.setattr("memory.statements.hide", lambda *_, **__: ([], 0))
        assert claims(api, api.revoke(token)["receipt"])["after"]["memories"] == 1

    def test_an_erasure_counts_what_was_there(self, api: Api) -> None:
        api.remember()
        api.read()
        api.post(REVOKE, {"user_id": "user_1"})
        api.remember()
        api.read()
        told = claims(api, erase(api)["receipt"])
        event = told_by(told)
        assert (told["kind"], event.event_type) == ("erase", "USER_ERASE")
        counts = {"memories": 2, "open_grants": 1, "idempotency_records": 0, "audit_events": 5}
        assert (told["before"], told["after"]) == (counts, dict.fromkeys(counts, 0))
        again = claims(api, erase(api)["receipt"])
        assert again["before"] == dict.fromkeys(counts, 0)

    def test_a_dry_run_has_none(self, api: Api) -> None:
        assert "receipt" not in erase(api, query="?dry_run=true")


@pytest.mark.django_db
def test_nothing_that_was_typed_is_in_any_and_an_erasure_leaves_all_as_good(api: Api) -> None:
    who = {"user_id": WORDS["user_id"], "domain": WORDS["domain"]}
    named = {"HTTP_X_REQUEST_ID": WORDS["request_id"]}
    api.remember(**who, value_json={"likes": [WORDS["value"]]})
    question = read_body(**who, purpose=WORDS["purpose"], receipt=True)
    read = api.post(READ, question, **named).json()
    token = {"revocation_token": read["revocation_token"]}
    place = {"scope": "preferences", "domain": WORDS["domain"]}
    batch = {"user_id": WORDS["user_id"], "purpose": WORDS["purpose"], "reads": [place]}
    (item,) = api.post(READ_BATCH, {**batch, "receipt": True}, **named).json()["items"]
    answers = [
        read,
        item["answer"],
        api.post(CONTINUE, {**token, "receipt": True}, **named).json(),
        api.post(REVOKE, token, **named).json(),
        api.post(REVOKE, who, **named).json(),
        api.delete(f"/users/{WORDS['user_id']}", **named).json(),
    ]
    subject = AuditEvent.objects.filter(event_type="USER_ERASE").get().subject_id
    kinds = []
    for answer in answers:
        told = claims(api, answer["receipt"], answer if "summary_text" in answer else None)
        kinds.append(told["kind"])
        text = json.dumps(told)
        for word in ("word", str(subject), subject.hex, token["revocation_token"]):
            assert word not in text
    assert kinds == ["read", "read", "continue", "revoke", "revoke", "erase"]
    assert rows_with(*(WORDS[name] for name in ("user_id", "domain", "value"))) == []
    assert rows_with("wordpurpose") == []
