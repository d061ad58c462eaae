"""All that is held of a user, handed out piece by piece."""

from __future__ import annotations

import json
import tracemalloc
from contextlib import nullcontext
from typing import Any
from unittest.mock import ANY

import httpx
import pytest
from django.db import connection
from django.http import StreamingHttpResponse

from accounts.models import AuditEvent, Project, User
from accounts.subjects import subject_id
from memory import exporting
from memory.models import Memory
from tests.doors import Api, Service, under_each_server
from tests.makers import NOW, make_key, make_project
from tests.memory.answers import assert_refused
from tests.memory.broken import WAYS, broken_record
from tests.memory.conftest import Clock
from tests.memory.test_erasing_users import fill
from tests.memory.test_withdrawing import withdraw


def export(api: Api, user_id: str = "user_1") -> dict[str, Any]:
    response = api.get(f"/users/{user_id}/export")
    assert response.status_code == 200
    assert isinstance(response, StreamingHttpResponse)
    assert response.headers["Content-Type"] == "application/json"
    assert response.headers["Cache-Control"] == "no-store"
    assert int(response.headers["X-RateLimit-Remaining"]) > 0
    body: dict[str, Any] = json.loads(response.getvalue())
    return body


def store_many(project: Project, number: int, *, size: int = 10) -> None:
    subject = subject_id(bytes(project.subject_key), "test", "user_1")
    row = {
        "subject_id": subject,
        "scope": "preferences",
        "project_id": project.pk,
        "environment": "test",
        "user_id": "user_1",
        "source": "inferred",
        "value_json": json.dumps({"likes": ["x" * size]}),
        "created_at": NOW,
    }
    Memory.objects.bulk_create(
        [Memory(**row, domain=f"d{one % 7}") for one in range(number)], batch_size=500
    )


@pytest.mark.django_db
class TestWhatIsHandedOut:
    def test_all_that_is_held(self, clock: Clock, api: Api, project: Project) -> None:
        fill(api)
        fill(api, "user_2")
        clock.advance(days=2)
        hidden = api.remember(domain="later", replace=True)
        withdraw(api, domain="later")
        answer = export(api)
        assert {name: value for name, value in answer.items() if not isinstance(value, list)} == {
            "user_id": "user_1",
            "subject_id": str(subject_id(bytes(project.subject_key), "test", "user_1")),
            "environment": "test",
            "exported_at": "2026-11-25T12:00:00Z",
            "complete": True,
        }
        memories = answer["memories"]
        assert [one["hidden_at"] for one in memories] == [
            "2026-11-23T12:00:00Z",
            None,
            None,
            None,
            "2026-11-25T12:00:00Z",
        ]
        assert memories[-1] == {
            "id": hidden["id"],
            "user_id": "user_1",
            "scope": "preferences",
            "domain": "later",
            "source": "explicit_user_input",
            "value_json": {"likes": ["pizza"], "dislikes": ["olives"]},
            "replace": True,
            "created_at": "2026-11-25T12:00:00Z",
            "expires_at": None,
            "disputed_at": None,
            "hidden_at": "2026-11-25T12:00:00Z",
        }
        assert [one["domain"] for one in memories[:4]] == [
            "food",
            "food",
            "the domain of user_1",
            None,
        ]
        grants = answer["grants"]
        assert grants[-1] == {
            "id": ANY,
            "user_id": "user_1",
            "scope": "preferences",
            "domain": "the domain of user_1",
            "purpose": "recommend restaurants to user_1",
            "max_age_days": None,
            "created_at": "2026-11-23T12:00:00Z",
            "expires_at": "2026-11-24T12:00:00Z",
            "revoked_at": None,
        }
        assert [one["revoked_at"] is None for one in grants] == [False, True, True]
        assert [event["event_type"] for event in answer["audit_events"]] == [
            *("MEMORY_CREATE", "MEMORY_READ", "MEMORY_REVOKE"),
            *["MEMORY_CREATE"] * 3,
            *("MEMORY_READ", "MEMORY_READ", "MEMORY_READ", "POLICY_DENIED"),
            *("MEMORY_CREATE", "MEMORY_REVOKE", "USER_EXPORT"),
        ]
        assert {event["user_id"] for event in answer["audit_events"]} == {"user_1"}
        assert "user_2" not in json.dumps(answer)

    def test_no_token_and_no_key(self, api: Api) -> None:
        api.remember()
        token = api.read()["revocation_token"]
        written = json.dumps(export(api))
        assert token not in written
        assert str(api.key) not in written
        assert "digest" not in written

    def test_of_somebody_unknown_only_that_it_was_asked(
        self, api: Api, project: Project, owner: User
    ) -> None:
        api.remember()
        live = Api(make_key(project, "Live", environment="live")[1])
        other = Api(make_key(make_project(owner), "Other")[1])
        for door, user_id in ((api, "user_2"), (live, "user_1"), (other, "user_1")):
            answer = export(door, user_id)
            assert (answer["memories"], answer["grants"]) == ([], [])
            assert [event["event_type"] for event in answer["audit_events"]] == ["USER_EXPORT"]

    def test_after_an_erasure_what_the_record_keeps(self, api: Api) -> None:
        fill(api)
        api.delete("/users/user_1")
        answer = export(api)
        assert answer["memories"] == []
        *before, own = answer["audit_events"]
        assert {(one["user_id"], one["purpose"], one["domain"]) for one in before} == {
            (None, None, None)
        }
        assert before[-1]["event_type"] == "USER_ERASE"
        assert own["user_id"] == "user_1"


@pytest.mark.django_db
class TestPages:
    @pytest.mark.parametrize("rows", [0, 1, 2, 3, 4, 7])
    def test_none_is_missing_and_none_is_there_twice(
        self, clock: Clock, api: Api, monkeypatch: pytest.MonkeyPatch, rows: int
    ) -> None:
        """Also where times are the same."""
        monkeypatch.setattr(exporting, "PAGE", 3)
        ids = [api.remember()["id"] for _ in range(rows)]
        for _ in range(rows):
            api.read()
        answer = export(api)
        assert sorted(one["id"] for one in answer["memories"]) == sorted(ids)
        assert len({one["id"] for one in answer["grants"]}) == len(answer["grants"]) == rows
        found = [one["id"] for one in answer["audit_events"]]
        assert len(set(found)) == len(found) == 2 * rows + 1

    def test_what_comes_or_goes_meanwhile_does_no_harm(
        self, clock: Clock, api: Api, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(exporting, "PAGE", 2)
        ids = []
        for _ in range(6):
            ids.append(api.remember()["id"])
            clock.advance(minutes=1)
        response = api.get("/users/user_1/export")
        assert isinstance(response, StreamingHttpResponse)
        pieces = iter(response)
        begun = [next(pieces) for _ in range(3)]
        clock.advance(minutes=1)
        later = api.remember()["id"]
        assert api.delete(f"/memory/{ids[3]}").status_code == 204
        answer = json.loads(b"".join([*begun, *pieces]))
        assert [one["id"] for one in answer["memories"]] == [*ids[:3], *ids[4:]]
        assert later not in json.dumps(answer)
        assert answer["complete"] is True
        event = AuditEvent.objects.get(event_type="USER_EXPORT")
        assert sorted(event.memory_ids) == sorted(ids)

    def test_its_event_is_there_before_the_first_piece(self, api: Api) -> None:
        ids = [api.remember(domain=f"d{number}")["id"] for number in range(3)]
        api.get("/users/user_1/export")
        event = AuditEvent.objects.get(event_type="USER_EXPORT")
        assert sorted(event.memory_ids) == sorted(ids)
        assert (event.user_id, event.scope, event.domain) == ("user_1", None, None)

    @pytest.mark.parametrize(("number", "size"), [(6000, 4000), (1000, 32_000)])
    def test_much_of_it_is_never_in_memory_at_once(
        self, api: Api, project: Project, number: int, size: int
    ) -> None:
        store_many(project, number, size=size)
        response = api.get("/users/user_1/export")
        assert isinstance(response, StreamingHttpResponse)
        tracemalloc.start()
        written = sum(map(len, response))
        _, most = tracemalloc.get_traced_memory()
        tracemalloc.stop()
        assert written > number * size
        assert most < 20_000_000


@pytest.mark.django_db
class TestWhoMay:
    def test_a_key_needs_the_permission_and_every_scope(self, api: Api, project: Project) -> None:
        others = ["memory:write", "memory:read", "memory:revoke", "memory:delete", "audit:read"]
        lacking = Api(make_key(project, "Lacking", permissions=others)[1])
        narrow = Api(make_key(project, "Narrow", scopes=["preferences"])[1])
        detail = "API key lacks the permission 'memory:list'"
        refused = lacking.get("/users/user_1/export")
        assert_refused(refused, 403, "permission_denied", detail)
        detail = "API key may not use every scope, which this request concerns"
        assert_refused(narrow.get("/users/user_1/export"), 403, "permission_denied", detail)

    def test_an_id_may_end_like_the_path(self, api: Api) -> None:
        api.remember(user_id="a/export")
        path = "/users/a%2Fexport"
        assert api.get(path, RAW_URI=path).json()["memories"] == 1
        assert api.delete(path, RAW_URI=path).json()["memories_deleted"] == 1
        response = api.get(f"{path}/export", RAW_URI=f"{path}/export")
        assert isinstance(response, StreamingHttpResponse)
        assert json.loads(response.getvalue())["user_id"] == "a/export"
        for path in ("/users/a/b/export", "/users//export"):
            assert_refused(api.get(path, RAW_URI=path), 404, "not_found")
        response = api.delete("/users/a/export", RAW_URI="/users/a/export")
        assert_refused(response, 405, "method_not_allowed")


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("way", WAYS)
def test_nothing_is_handed_out_that_cannot_be_recorded(api: Api, way: str) -> None:
    api.remember()
    with broken_record(way):
        response = api.get("/users/user_1/export")
    assert response.status_code in (500, 503)
    assert "pizza" not in response.content.decode()


@under_each_server
@pytest.mark.django_db(transaction=True)
class TestThroughTheService:
    def test_it_comes_whole(self, service: str, shared_service: Service, project: Project) -> None:
        store_many(project, 3000, size=1000)
        headers = {"X-API-Key": make_key(project)[1]}
        with httpx.Client(base_url=service, headers=headers, timeout=60) as client:
            for _ in range(2):  # on one connection
                answer = client.get("/users/user_1/export")
                assert len(answer.json()["memories"]) == 3000
                assert answer.json()["complete"] is True
                if shared_service.server == "gunicorn":
                    assert answer.headers["Transfer-Encoding"] == "chunked"

    def test_one_that_breaks_off_is_not_taken_for_whole(
        self, service: str, shared_service: Service, project: Project
    ) -> None:
        """The memories are there, and then the table of grants is not."""
        begun = shared_service.server == "gunicorn"  # granian sends nothing before it has all
        store_many(project, 1500)
        headers = {"X-API-Key": make_key(project)[1]}
        away, back = (
            f"ALTER TABLE memory_revocationgrant{one} RENAME TO memory_revocationgrant{other}"
            for one, other in (("", "_away"), ("_away", ""))
        )
        with httpx.Client(base_url=service, headers=headers, timeout=60) as client:
            with connection.cursor() as cursor:
                cursor.execute(away)
            try:
                with pytest.raises(httpx.RemoteProtocolError) if begun else nullcontext():
                    assert client.get("/users/user_1/export").status_code == 500
            finally:
                with connection.cursor() as cursor:
                    cursor.execute(back)
            assert client.get("/users/user_1/export").json()["complete"] is True
