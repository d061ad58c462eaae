"""Who sends a field that nobody knows hears of it, and may ask for it to be refused."""

from __future__ import annotations

import json
from typing import Any, ClassVar

import pytest
from django.http import StreamingHttpResponse

from accounts.models import AuditEvent, Project
from foundation import fields
from foundation.answers import RequestRefused
from foundation.unknown_fields import LONGEST_TOLD, MOST_TOLD, Given, IgnoredField, nearest_name
from memory.models import Memory
from tests.doors import Api, Response
from tests.makers import memory_body, read_body
from tests.memory.answers import assert_refused, rows_stored

STRICT = {"HTTP_PREFER": "respond-async, handling=strict"}
CANARY = "canary-4711"
TTL = {"field": "ttl", "nearest": "ttl_days"}
TABLE = (fields.string("name", fields.as_it_is), fields.integer("ttl_days", fields.between(1, 9)))

pytestmark = pytest.mark.django_db


def bodies(api: Api) -> dict[str, dict[str, Any]]:
    """Return a good body of every operation that takes one."""
    token = api.read()["revocation_token"]
    return {
        "/memory": memory_body(),
        "/memory/read": read_body(),
        "/memory/read/continue": {"revocation_token": token},
        "/memory/revoke": {"revocation_token": token},
        "/policy/check": {"scope": "preferences", "purpose": "recommend books"},
        "/memory/batch": {"memories": [memory_body()]},
        "/memory/read/batch": {
            "user_id": "user_1",
            "purpose": "recommend books",
            "reads": [{"scope": "preferences"}],
        },
        "/leaks": {"tokens": ["none"]},
    }


def content(response: Response) -> dict[str, Any]:
    streamed = isinstance(response, StreamingHttpResponse)
    told: dict[str, Any] = json.loads(response.getvalue() if streamed else response.content)
    return told


class TestToldInTheAnswer:
    def test_of_every_operation_with_a_body(self, api: Api) -> None:
        for path, body in bodies(api).items():
            response = api.post(path, {"sender": CANARY, **body})
            assert response.status_code in (200, 201), path
            assert response.json()["ignored_fields"] == [{"field": "sender", "nearest": None}]
            assert CANARY not in response.content.decode()
            assert int(response.headers["Content-Length"]) == len(response.content)

    def test_of_every_operation_that_is_asked_by_its_address(self, api: Api) -> None:
        stored = api.remember()["id"]
        for path, nearest in {
            "/memory?user_id=user_1&limits=5": "limit",
            f"/memory/{stored}?limits=5": None,
            "/users/user_1?limits=5": None,
            "/users/user_1/export?limits=5": None,
            "/audit?limits=5": "limit",
            "/policy?limits=5": None,
            "/usage?limits=5": None,
        }.items():
            response = api.get(path)
            assert response.status_code == 200, path
            told = {"field": "limits", "nearest": nearest}
            assert content(response)["ignored_fields"] == [told], path

    def test_an_export_is_whole_all_the_same(self, api: Api) -> None:
        api.remember()
        told = content(api.get("/users/user_1/export?x"))
        plain = content(api.get("/users/user_1/export"))
        assert list(told) == ["ignored_fields", *plain]
        assert told["memories"] == plain["memories"]

    def test_the_misspelled_one_with_what_was_meant(self, api: Api) -> None:
        body = {**memory_body(), "ttl": 1, "usr_id": "u", "Source": "system"}
        assert api.post("/memory", body).json()["ignored_fields"] == [
            TTL,
            {"field": "usr_id", "nearest": "user_id"},
            {"field": "Source", "nearest": "source"},
        ]
        assert Memory.objects.get().expires_at is None

    def test_nothing_where_all_are_known(self, api: Api) -> None:
        for path, body in bodies(api).items():
            assert "ignored_fields" not in api.post(path, body).json()
        assert "ignored_fields" not in api.get("/policy").json()

    def test_nothing_in_a_refusal(self, api: Api) -> None:
        response = api.post("/memory", {**memory_body(scope="x"), "ttl": 1})
        assert "ignored_fields" not in assert_refused(response, 422, "invalid_scope")

    def test_what_does_not_count_in_this_form_of_a_revoke(self, api: Api) -> None:
        token = api.read()["revocation_token"]
        whole = {"revocation_token": token, "user_id": None, "scope": "preferences", "domain": None}
        revoked = api.post("/memory/revoke", whole).json()
        assert revoked["ignored_fields"] == [{"field": "scope", "nearest": None}]
        by_user = {"user_id": "user_1", "revocation_token": None}
        assert "ignored_fields" not in api.post("/memory/revoke", by_user).json()

    def test_again_when_a_kept_answer_is_given_again(self, api: Api) -> None:
        def store(**more: Any) -> Response:
            return api.post("/memory", {**memory_body(), **more}, HTTP_IDEMPOTENCY_KEY="k")

        first, again, without = store(ttl=1), store(ttl=1), store()
        assert again.content == first.content
        assert again.headers["Idempotency-Replayed"] == "true"
        assert first.json()["ignored_fields"] == [TTL]
        assert without.json() == {
            name: value for name, value in first.json().items() if name != "ignored_fields"
        }
        assert Memory.objects.count() == 1


class TestWithinArrays:
    MEMORIES: ClassVar = {
        "memories": [memory_body(), {**memory_body(), "ttl": 1}, {**memory_body(), "x": 1}]
    }
    TOLD: ClassVar[list[dict[str, str | None]]] = [
        {"field": "memories[1].ttl", "nearest": "memories[1].ttl_days"},
        {"field": "memories[2].x", "nearest": None},
    ]

    def test_they_are_told_by_the_way_to_them(self, api: Api) -> None:
        answer = api.post("/memory/batch", self.MEMORIES).json()
        assert (len(answer["items"]), answer["ignored_fields"]) == (3, self.TOLD)

    def test_all_of_them_are_refused_where_it_is_asked(self, api: Api) -> None:
        response = api.post("/memory/batch", self.MEMORIES, **STRICT)
        refused = assert_refused(response, 422, "unknown_field")
        assert [error["field"] for error in refused["errors"]] == [
            one["field"] for one in self.TOLD
        ]
        assert not Memory.objects.exists()


class TestRefusedWhereItIsAsked:
    def test_by_every_operation_with_a_body(self, api: Api) -> None:
        asked = bodies(api)
        before = rows_stored()
        for path, body in asked.items():
            response = api.post(path, {"sender": CANARY, **body}, **STRICT)
            refused = assert_refused(response, 422, "unknown_field")
            assert refused["detail"] == "This request has no field 'sender'"
            assert response.headers["Preference-Applied"] == "handling=strict"
            assert CANARY not in response.content.decode()
        assert rows_stored() == before

    def test_with_what_was_meant(self, api: Api) -> None:
        body = {"user_id": "u", "scpe": "preferences", "ttl": 1}
        refused = assert_refused(api.post("/memory", body, **STRICT), 422, "unknown_field")
        assert refused["errors"] == [
            {
                "field": "scpe",
                "message": "This request has no field 'scpe'; did you mean 'scope'?",
                "nearest": "scope",
            },
            {
                "field": "ttl",
                "message": "This request has no field 'ttl'; did you mean 'ttl_days'?",
                "nearest": "ttl_days",
            },
        ]
        assert refused["detail"] == refused["errors"][0]["message"]

    @pytest.mark.parametrize(
        "path",
        ["/memory?user_id=u&x=1", "/users/u?x=1", "/users/u/export?x=1", "/policy?x", "/audit?x=1"],
    )
    def test_in_the_address_too(self, api: Api, path: str) -> None:
        before = AuditEvent.objects.count()
        assert_refused(api.get(path, **STRICT), 422, "unknown_field")
        assert AuditEvent.objects.count() == before

    def test_an_address_that_cannot_be_read_is_refused_only_then(self, api: Api) -> None:
        for query in ("a=%FF", "a=1&a=2"):
            assert api.get(f"/policy?{query}").status_code == 200
            assert_refused(api.get(f"/policy?{query}", **STRICT), 422, "invalid_value")

    def test_what_is_known_is_served_and_says_so(self, api: Api) -> None:
        response = api.post("/memory", memory_body(), **STRICT)
        assert response.status_code == 201
        assert response.headers["Preference-Applied"] == "handling=strict"
        assert "ignored_fields" not in response.json()

    @pytest.mark.parametrize("prefer", ["handling=lenient", "return=minimal", '"', ""])
    def test_another_preference_changes_nothing(self, api: Api, prefer: str) -> None:
        response = api.post("/memory", {**memory_body(), "ttl": 1}, HTTP_PREFER=prefer)
        assert response.json()["ignored_fields"] == [TTL]
        assert "Preference-Applied" not in response.headers

    def test_a_key_is_needed_all_the_same(self, nobody: Api, project: Project) -> None:
        response = nobody.post("/memory", {"x": 1}, **STRICT)
        assert_refused(response, 401, "invalid_api_key")
        assert "Preference-Applied" not in response.headers


class TestNamesThatSomebodyTyped:
    def test_only_so_many_are_told(self, api: Api) -> None:
        many = {f"field {number}": CANARY for number in range(1000)}
        told = api.post("/memory", {**memory_body(), **many}).json()["ignored_fields"]
        assert [one["field"] for one in told] == [f"field {number}" for number in range(MOST_TOLD)]

    @pytest.mark.parametrize("name", ["x" * 5000, "\u0000", "\ud800", "\u202e" * 500, ""])
    def test_and_only_so_much_of_each(self, api: Api, name: str) -> None:
        response = api.post("/memory", {**memory_body(), name: 1})
        (told,) = response.json()["ignored_fields"]
        assert len(told["field"]) <= LONGEST_TOLD + 1
        assert told["field"].isprintable()

    @pytest.mark.parametrize(
        ("name", "meant"),
        [
            *[("ttl", "ttl_days"), ("TTL", "ttl_days"), ("ttlDays", "ttl_days")],
            *[("user", "user_id"), ("userId", "user_id"), ("User-ID", "user_id")],
            *[("id", "user_id"), ("value", "value_json"), ("scopes", "scope")],
            *[("zzz", None), ("", None), (" ", None), ("\ud800", None)],
        ],
    )
    def test_the_nearest_name_is_found(self, name: str, meant: str | None) -> None:
        assert nearest_name(name, ["user_id", "scope", "ttl_days", "value_json"]) == meant


class TestParts:
    def test_what_is_within_is_told_with_its_path(self) -> None:
        body = Given({"items": [{"name": "a", "ttl": 1}], "x": 1})
        fields.check(body, (fields.object_or_array("items", fields.as_it_is),))
        item = body.part("items[0]", body["items"][0])
        with pytest.raises(RequestRefused):
            fields.check(item, TABLE)  # it has no ttl_days, and is told of ttl all the same
        assert body.ignored == [
            IgnoredField("x", None),
            IgnoredField("items[0].ttl", "items[0].ttl_days"),
        ]

    def test_strictness_reaches_them(self) -> None:
        body = Given({}, strict=True)
        with pytest.raises(RequestRefused) as caught:
            fields.check(body.part("items[3]", {"ttl": 1}), TABLE)
        assert caught.value.answer.detail == (
            "This request has no field 'items[3].ttl'; did you mean 'items[3].ttl_days'?"
        )
