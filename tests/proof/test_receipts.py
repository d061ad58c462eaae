"""Receipts verify by the public keys alone, and say what the event says but for what was typed."""

from __future__ import annotations

import json
import logging
from typing import Any
from uuid import UUID

import msgspec
import pytest
from django.conf import settings
from memory_scope import proofs

from accounts import audit
from accounts.audit import Event
from accounts.models import EventType
from foundation.identifiers import new_id
from proof import receipts, signing
from proof.receipts import Counts, Kind
from tests.makers import NOW, texts

MANY = 10_000
SUMMARY: dict[str, Any] = {
    "summary_text": "Likes: 1, Dislikes: 0, Settings: 1",
    "summary_struct": {"likes": ["pizza"], "dislikes": [], "settings": {"max_price": 12.5}},
    "confidence": 0.47,
}
TYPED = "typed by somebody"


def read_event(**known: Any) -> Event:
    """Return the event of a read, in which all stands that callers type."""
    fields = {
        "event_type": EventType.MEMORY_READ,
        "subject_id": new_id(),
        "app_id": new_id(),
        "environment": "live",
        "api_key_id": new_id(),
        "user_id": TYPED,
        "domain": TYPED,
        "purpose": TYPED,
        "request_id": TYPED,
        "scope": "preferences",
        "purpose_class": "recommendation",
        "memory_ids": [str(new_id())],
        "revocation_grant_id": new_id(),
        "policy_version": "a" * 64,
        "created_at": NOW,
        "meta": {"reason": TYPED, "purpose_id": "gift_ideas", "purpose_revision": 2},
    }
    return Event(**{**fields, **known})


def receipt_of(event: Event) -> str:
    receipt = receipts.of_read(Kind.READ, event, SUMMARY)
    assert receipt is not None
    return receipt


def verified(receipt: str, **answer: Any) -> dict[str, Any]:
    return proofs.verify_receipt(receipt, signing.public_keys(), **answer)


def test_ten_thousand_receipts_verify() -> None:
    events = [read_event() for _ in range(MANY)]
    keys = signing.public_keys()
    told = [proofs.verify_receipt(receipt_of(event), keys)["event_id"] for event in events]
    assert told == [str(event.id) for event in events]


@pytest.mark.parametrize("how", ["here", "by the client"])
def test_with_any_bit_flipped_none_does(how: str) -> None:
    receipt = receipt_of(read_event())
    keys = signing.public_keys()
    assert signing.read(receipt, typ=receipts.TYPE) == proofs.verify_receipt(receipt, keys)
    written = receipt.encode()
    passed = []
    for bit in range(len(written) * 8):
        changed = bytearray(written)
        changed[bit // 8] ^= 1 << bit % 8
        text = changed.decode("latin-1")
        try:
            if how == "here":
                signing.read(text, typ=receipts.TYPE)
            else:
                proofs.verify_receipt(text, keys)
        except (signing.BadSignature, proofs.BadProofError):
            continue
        passed.append(bit)
    assert not passed


def test_it_says_what_the_event_says_but_for_what_was_typed() -> None:
    event = read_event()
    claims = verified(receipt_of(event), answer=SUMMARY)
    assert claims == {
        "iss": settings.SITE_URL,
        "iat": int(NOW.timestamp()),
        "kind": "read",
        "event_id": str(event.id),
        "app_id": str(event.app_id),
        "environment": "live",
        "decision_id": str(event.decision_id),
        "revocation_grant_id": str(event.revocation_grant_id),
        "scope": "preferences",
        "purpose_class": "recommendation",
        "purpose_id": "gift_ideas",
        "purpose_revision": 2,
        "policy_version": "a" * 64,
        "memory_ids": event.memory_ids,
        "summary_sha256": receipts.digest(SUMMARY),
    }


def test_of_many_memories_it_says_what_the_record_says() -> None:
    event = read_event(memory_ids=texts(new_id() for _ in range(101)))
    claims = verified(receipt_of(event))
    written, _ = audit.shortened(event)
    assert claims["memory_ids"] == written.memory_ids
    assert claims["memory_count"] == 101
    assert claims["memory_ids_sha256"] == written.meta["memory_ids_sha256"]


def test_an_erasure_says_what_there_was_and_is() -> None:
    event = Event(
        event_type=EventType.USER_ERASE,
        subject_id=new_id(),
        app_id=UUID(int=1),
        environment="test",
        request_id="",
        created_at=NOW,
    )
    before = Counts(memories=3, open_grants=2, idempotency_records=1, audit_events=9)
    after = Counts(memories=0, open_grants=0, idempotency_records=0, audit_events=0)
    receipt = receipts.of_ending(Kind.ERASE, event, before=before, after=after)
    assert receipt is not None
    claims = verified(receipt)
    assert (claims["kind"], claims["before"], claims["after"]) == ("erase", before, after)
    assert str(event.subject_id) not in json.dumps(claims)
    assert not {"memory_ids", "scope", "summary_sha256"} & claims.keys()
    with pytest.raises(proofs.BadProofError, match="erase"):
        verified(receipt, answer=SUMMARY)


class TestDigest:
    """Whoever parses the answer writes the same bytes again."""

    def test_it_is_that_of_canonical_json(self) -> None:
        numbers = [1.0, -0.0, 1e16, 1e21, 1e-6, 1e-7, 12345678901234567890.0, 5e-324, 2**53 - 1]
        keys = {"\U0001f600": 1, "\ufb33": 2, "10": 3, "2": 4, "a": 5, "a!": 6, "é\n\x7f": '"\\/'}
        summary = {**SUMMARY, "summary_struct": {"numbers": numbers, "keys": keys}}
        answered = json.loads(msgspec.json.encode(summary))
        assert proofs.digest(answered) == receipts.digest(summary)
        # As JavaScript's JSON.stringify has it, the keys sorted as it sorts them.
        assert receipts.digest({"a": numbers, "b": keys}) == (
            "2b334c0f47a7e0b9afef40be4276dcbb21d59a23bd472f5c9d6185e078fce2c8"
        )

    def test_another_answer_has_another(self) -> None:
        receipt = receipt_of(read_event())
        changes: dict[str, Any] = {"confidence": 0.48, "summary_text": "", "summary_struct": {}}
        for name, value in changes.items():
            with pytest.raises(proofs.BadProofError, match="another answer"):
                verified(receipt, answer={**SUMMARY, name: value})


def test_what_cannot_be_signed_is_told_without_its_words(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.ERROR, "memory_scope.proof")
    summary = {**SUMMARY, "summary_struct": {"account": 2**60}}
    assert receipts.of_read(Kind.READ, read_event(), summary) is None
    (told,) = caplog.messages
    assert told == "A receipt could not be signed: IntegerDomainError"
