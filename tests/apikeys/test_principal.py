"""What a request knows of its key, and what it never tells."""

from __future__ import annotations

import hashlib
import hmac
from typing import Any
from uuid import UUID, uuid4

from accounts.ceilings import Ceilings
from accounts.subjects import subject_id
from apikeys.principal import Principal

KEY = bytes(range(32))


def principal(**fields: Any) -> Principal:
    known: dict[str, Any] = {
        "key_id": uuid4(),
        "secret_id": uuid4(),
        "project_id": uuid4(),
        "owner_id": uuid4(),
        "environment": "test",
        "permissions": frozenset({"memory:read"}),
        "rate_limit": 1000,
        "burst_limit": 50,
        "subject_key": KEY,
        "ceilings": Ceilings(5000, 2**20, 10**6, 10**5, 10**5),
        **fields,
    }
    return Principal(**known)


class TestRights:
    def test_it_may_do_what_it_was_granted(self) -> None:
        assert principal().may("memory:read")
        assert not principal().may("memory:write")

    def test_none_restricts_nothing(self) -> None:
        assert principal().may_use_scope("schedule")
        assert principal().may_use_purpose_class("recommendation")

    def test_an_empty_list_allows_nothing(self) -> None:
        assert not principal(scopes=frozenset()).may_use_scope("schedule")
        assert not principal(purpose_classes=frozenset()).may_use_purpose_class("scheduling")


class TestSubject:
    def test_it_is_the_first_16_bytes_of_a_keyed_digest(self) -> None:
        whole = hmac.new(KEY, b"test\0user_1", hashlib.sha256).digest()
        assert principal().subject_id("user_1") == UUID(bytes=whole[:16])

    def test_environments_projects_and_users_do_not_meet(self) -> None:
        ids = {
            subject_id(key, environment, user)
            for key in (KEY, bytes(32))
            for environment in ("test", "live")
            for user in ("user_1", "user_2", "é", "e\u0301")
        }
        assert len(ids) == 16

    def test_the_projects_key_is_not_in_its_repr(self) -> None:
        assert "subject_key" not in repr(principal())
        assert "subject_key" not in dict(principal().__rich_repr__())
