"""The forms that are hashed are those of the standards, which others have too."""

from __future__ import annotations

import hashlib
import json
from datetime import UTC, datetime
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from accounts import erasing
from accounts.models import AuditEvent
from config.environment import BASE_DIR
from proof import events
from proof.sealed.hashes import canonical, digest_of, leaf_of, root_of


class TestCanonical:
    @pytest.mark.parametrize(
        ("value", "text"),
        [
            # RFC 8785, 3.2.2 and appendix B.
            ({"b": 1, "a": [True, None], "\u20ac": "é"}, '{"a":[true,null],"b":1,"€":"é"}'),
            ('\u000f\n"\\/\u007f', '"\\u000f\\n\\"\\\\/\u007f"'),
            ({"\U0001f600": 1, "\ufb33": 2}, '{"\U0001f600":1,"\ufb33":2}'),
            (333333333.33333329, "333333333.3333333"),
            (1e30, "1e+30"),
            (4.50, "4.5"),
            (2e-3, "0.002"),
            (1e-27, "1e-27"),
            (1e-6, "0.000001"),
            (1e-7, "1e-7"),
            (-0.0, "0"),
            (1e20, "100000000000000000000"),
            (1e21, "1e+21"),
            (0.47, "0.47"),
        ],
    )
    def test_it_is_that_of_rfc_8785(self, value: object, text: str) -> None:
        assert canonical(value).decode() == text

    @given(st.recursive(st.none() | st.booleans() | st.integers() | st.text(), st.lists))
    def test_it_is_json_that_says_the_same(self, value: object) -> None:
        try:
            text = canonical(value)
        except UnicodeEncodeError:  # half a character, which no event can hold
            return
        assert json.loads(text) == value
        assert canonical(json.loads(text)) == text


class TestTheTree:
    def test_it_is_that_of_rfc_6962(self) -> None:
        a, b, c, d, e = (hashlib.sha256(bytes([0, one])).digest() for one in range(5))

        def node(left: bytes, right: bytes) -> bytes:
            return hashlib.sha256(b"\x01" + left + right).digest()

        leaves = [one.hex() for one in (a, b, c, d, e)]
        assert root_of(leaves[:1]) == a.hex()
        assert root_of(leaves[:3]) == node(node(a, b), c).hex()
        assert root_of(leaves) == node(node(node(a, b), node(c, d)), e).hex()

    def test_the_last_leaf_twice_is_another_tree(self) -> None:
        leaves = [hashlib.sha256(bytes([0, one])).hexdigest() for one in range(3)]
        assert root_of(leaves) != root_of([*leaves, leaves[-1]])


class TestTheEvent:
    def test_a_known_one_has_its_hash(self) -> None:
        """Version 1 stays what it is: what was sealed under it is verified for ever."""
        event = AuditEvent(
            id=UUID(int=1),
            subject_id=UUID(int=2),
            event_type="MEMORY_READ",
            app_id=UUID(int=3),
            environment="test",
            user_id="user_1",
            scope="preferences",
            domain="food",
            purpose="recommend restaurants",
            purpose_class="recommendation",
            memory_ids=[str(UUID(int=4))],
            decision_id=UUID(int=5),
            policy_version="212b052fad930826",
            request_id="order-41",
            server_request_id=UUID(int=6),
            created_at=datetime(2026, 11, 23, 4, 30, 12, 601265, tzinfo=UTC),
            meta={"confidence": 0.47, "max_age_days": None, "purpose_id": "gifts"},
        )
        stays, words = events.parts_of(event)
        assert words == {
            "typed": {
                "purpose": "recommend restaurants",
                "domain": "food",
                "request_id": "order-41",
            },
            "named": {"purpose_id": "gifts"},
        }
        assert "user_1" not in str((stays, words))
        digests = {group: digest_of("00" * 16, said) for group, said in words.items()}
        assert leaf_of(stays, digests) == (
            "a478ec280c67b5f13c7cc99bb3746768e5419a22b828ecf2786b752690701c59"
        )

    def test_every_column_is_in_it_but_the_user_id(self) -> None:
        columns = {field.attname for field in AuditEvent._meta.concrete_fields}
        known = {*events.STAYS, *events.TYPED, "request_id", "created_at", "meta"}
        assert columns - known == {"user_id"}

    def test_whatever_an_erasure_empties_may_be_emptied(self) -> None:
        assert set(erasing.WORDS) == {*events.NAMED, events.REASON, events.ADDRESS}
        assert erasing.EMPTIED.keys() == {"user_id", "request_id", *events.TYPED}


def test_the_client_verifies_with_the_same_text() -> None:
    ours, theirs = BASE_DIR / "proof/sealed", BASE_DIR / "clients/python/src/memory_scope/sealed"
    for name in ("hashes.py", "checking.py"):
        assert (ours / name).read_text() == (theirs / name).read_text()
