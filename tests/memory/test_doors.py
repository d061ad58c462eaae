"""Which keys open the API: one answer to all that do not."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.conf import LazySettings
from pytest_django import DjangoAssertNumQueries

from accounts.models import Project, User
from apikeys import services, tokens
from tests.doors import Api, signed_in
from tests.makers import BY, NOW, make_key
from tests.memory.answers import assert_refused, headers_of, rows_stored
from tests.memory.bad_requests import GOOD
from tests.memory.conftest import Clock

NOTHING = timedelta(0)


def rotated(project: Project, *, grace: timedelta) -> str:
    """Return the old plaintext of a key that was rotated at NOW."""
    key, plaintext = make_key(project)
    services.rotate_key(key=key, last_four=plaintext[-4:], grace=grace, at=NOW, by=BY)
    return plaintext


def deleted(project: Project) -> str:
    key, plaintext = make_key(project)
    services.delete_key(key=key, at=NOW, by=BY)
    return plaintext


def expired(project: Project) -> str:
    made = NOW - timedelta(days=1)
    return make_key(project, at=made, expires_at=NOW)[1]


def switched_off(project: Project) -> str:
    key, plaintext = make_key(project)
    services.switch_key(key=key, on=False, at=NOW, by=BY)
    return plaintext


def of_a_project_switched_off(project: Project) -> str:
    plaintext = make_key(project)[1]
    Project.objects.filter(pk=project.pk).update(disabled_at=NOW)
    return plaintext


def of_an_owner_switched_off(project: Project) -> str:
    plaintext = make_key(project)[1]
    User.objects.filter(pk=project.owner_id).update(is_active=False)
    return plaintext


# Keys that are well made and open nothing: one query tells.
ENDED: dict[str, Callable[[Project], str]] = {
    "unknown": lambda project: tokens.new_key("test"),
    "unknown, live": lambda project: tokens.new_key("live"),
    "rotated out": lambda project: rotated(project, grace=NOTHING),
    "deleted": deleted,
    "expired": expired,
    "switched off": switched_off,
    "of a project switched off": of_a_project_switched_off,
    "of an owner switched off": of_an_owner_switched_off,
}


def with_another_checksum(key: str) -> str:
    return key[:-1] + ("a" if key[-1] != "a" else "b")


def of_another_kind(kind: str, key: str) -> str:
    """Return a key as if the service had more environments, with the right checksum."""
    stem = f"sk_{kind}_{key[8:-6]}"
    return stem + tokens.checksum(stem)


# Texts that are no key: no query is made.
MALFORMED: dict[str, Callable[[str], str]] = {
    "an empty header": lambda key: "",
    "white space": lambda key: "   ",
    "a word": lambda key: "secret",
    "a checksum that is wrong": with_another_checksum,
    "another environment's prefix": lambda key: key.replace("test", "live"),
    "an environment that is none": lambda key: of_another_kind("prod", key),
    "capitals": str.upper,
    "a prefix in capitals": lambda key: "SK_TEST_" + key[8:],
    "a character less": lambda key: key[:-1],
    "a character more": lambda key: key + "0",
    "a space before": lambda key: " " + key,
    "a line break behind": lambda key: key + "\n",
    "a NUL behind": lambda key: key + "\0",
    "two keys": lambda key: f"{key},{key}",
    "Bearer": lambda key: f"Bearer {key}",
    "quotes": lambda key: f'"{key}"',
    "an accent": lambda key: key[:-1] + "\u00e9",
    "a long text": lambda key: key * 500,
    "SQL": lambda key: "' OR 1=1 --",
}


class TestClosedDoors:
    @pytest.fixture
    def refusal(self, db: None) -> tuple[bytes, dict[str, str]]:
        """Return the body and the headers of the one answer to all keys that open nothing."""
        response = Api("sk_test_none").post("/memory", {}, HTTP_X_REQUEST_ID="probe")
        assert_refused(response, 401, "invalid_api_key", "Invalid API key")
        assert response.headers["WWW-Authenticate"] == "ApiKey"
        return response.content, headers_of(response)

    @pytest.mark.parametrize("path", GOOD)
    @pytest.mark.parametrize("case", ENDED)
    def test_a_key_that_ended_is_answered_like_none(
        self,
        clock: Clock,
        project: Project,
        refusal: tuple[bytes, dict[str, str]],
        django_assert_num_queries: DjangoAssertNumQueries,
        path: str,
        case: str,
    ) -> None:
        api = Api(ENDED[case](project))
        before = rows_stored()
        with django_assert_num_queries(1):
            response = api.post(path, GOOD[path], HTTP_X_REQUEST_ID="probe")
        assert response.status_code == 401
        assert (response.content, headers_of(response)) == refusal
        assert rows_stored() == before

    @pytest.mark.parametrize("case", MALFORMED)
    def test_a_text_that_is_no_key_is_refused_without_a_query(
        self,
        project: Project,
        refusal: tuple[bytes, dict[str, str]],
        django_assert_num_queries: DjangoAssertNumQueries,
        case: str,
    ) -> None:
        api = Api(MALFORMED[case](make_key(project)[1]))
        with django_assert_num_queries(0):
            for path, body in GOOD.items():
                response = api.post(path, body, HTTP_X_REQUEST_ID="probe")
                assert response.status_code == 401
                assert (response.content, headers_of(response)) == refusal
            response = api.get("/policy", HTTP_X_REQUEST_ID="probe")
            assert (response.content, headers_of(response)) == refusal

    def test_an_environment_that_is_not_served_is_refused_without_a_query(
        self,
        project: Project,
        refusal: tuple[bytes, dict[str, str]],
        settings: LazySettings,
        django_assert_num_queries: DjangoAssertNumQueries,
    ) -> None:
        live = Api(make_key(project, environment="live")[1])
        assert live.get("/policy").status_code == 200
        settings.ALLOWED_KEY_ENVIRONMENTS = ["test"]
        with django_assert_num_queries(0):
            response = live.post("/memory", GOOD["/memory"], HTTP_X_REQUEST_ID="probe")
        assert response.status_code == 401
        assert (response.content, headers_of(response)) == refusal
        assert Api(make_key(project, "Other")[1]).get("/policy").status_code == 200

    def test_the_key_is_checked_before_the_body(self, nobody: Api) -> None:
        for body in (b"\xff", "", "x" * 70_000, {"user_id": 1}):
            assert nobody.post("/memory", body).status_code == 401
        assert nobody.post("/memory", "a", content_type="text/plain").status_code == 401

    @pytest.mark.parametrize(
        "elsewhere",
        [
            {"HTTP_AUTHORIZATION": "Bearer {}"},
            {"HTTP_AUTHORIZATION": "ApiKey {}"},
            {"HTTP_AUTHORIZATION": "{}"},
            {"HTTP_API_KEY": "{}"},
            {"HTTP_X_API_KEYS": "{}"},
            {"HTTP_COOKIE": "X-API-Key={}"},
            {"QUERY_STRING": "X-API-Key={}&api_key={}"},
        ],
        ids=str,
    )
    def test_a_key_in_another_header_opens_nothing(
        self, nobody: Api, project: Project, elsewhere: dict[str, str]
    ) -> None:
        key = make_key(project)[1]
        headers = {name: value.replace("{}", key) for name, value in elsewhere.items()}
        body = {**GOOD["/memory"], "api_key": key}
        assert_refused(nobody.post("/memory", body, **headers), 401, "invalid_api_key")

    @pytest.mark.parametrize("path", GOOD)
    def test_signing_in_to_the_pages_does_not_open_the_api(self, owner: User, path: str) -> None:
        User.objects.filter(pk=owner.pk).update(is_staff=True, is_superuser=True)
        owner.refresh_from_db()
        browser = signed_in(owner, second_factor=True)
        assert browser.get("/admin/").status_code == 200
        response = browser.post(path, GOOD[path], content_type="application/json")
        assert_refused(response, 401, "invalid_api_key", "Invalid API key")
        assert not response.cookies


class TestOpenDoors:
    def test_a_key_opens_until_the_second_it_expires(self, clock: Clock, project: Project) -> None:
        api = Api(make_key(project, expires_at=NOW + timedelta(hours=1))[1])
        clock.advance(seconds=3599)
        assert api.get("/policy").status_code == 200
        clock.advance(seconds=1)
        assert api.get("/policy").status_code == 401

    def test_a_secret_opens_until_its_grace_has_passed(
        self, clock: Clock, project: Project
    ) -> None:
        api = Api(rotated(project, grace=timedelta(hours=1)))
        clock.advance(seconds=3599)
        assert api.get("/policy").status_code == 200
        clock.advance(seconds=1)
        assert api.get("/policy").status_code == 401

    def test_a_key_that_is_deleted_closes_with_the_next_request(self, project: Project) -> None:
        key, plaintext = make_key(project)
        api = Api(plaintext)
        assert api.get("/policy").status_code == 200
        services.delete_key(key=key, at=NOW, by=BY)
        assert api.get("/policy").status_code == 401

    def test_a_key_that_is_switched_on_again_opens_again(self, project: Project) -> None:
        key, plaintext = make_key(project)
        for on, status in ((False, 401), (True, 200)):
            services.switch_key(key=key, on=on, at=NOW, by=BY)
            assert Api(plaintext).get("/policy").status_code == status

    @pytest.mark.parametrize("environment", ["test", "live"])
    def test_authentication_is_one_query(
        self,
        project: Project,
        django_assert_num_queries: DjangoAssertNumQueries,
        environment: str,
    ) -> None:
        api = Api(make_key(project, environment=environment)[1])
        with django_assert_num_queries(1):
            assert api.get("/policy").status_code == 200
