"""The description is valid, and says of the API what the code says: nothing more, nothing less."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import pytest
from django.test import Client
from django.urls import URLPattern, URLResolver
from openapi_spec_validator import OpenAPIV31SpecValidator

from apikeys.permissions import ANY_KEY
from apikeys.principal import PERMISSIONS
from config import urls
from config.environment import BASE_DIR
from config.errors import STATUS
from config.openapi import document
from tests.doors import Api

METHODS = ("get", "head", "post", "put", "patch", "delete", "options", "trace")
IDS = {"<uuid:memory_id>": "{memory_id}", "<path:user_id>": "{user_id}"}


def operations() -> dict[tuple[str, str], dict[str, Any]]:
    return {
        (path, method): operation
        for path, item in document()["paths"].items()
        for method, operation in item.items()
    }


def paths_in(entries: list[URLPattern | URLResolver]) -> Iterator[str]:
    for entry in entries:
        if isinstance(entry, URLResolver):
            yield from paths_in(entry.url_patterns)
        else:
            path = f"/{entry.pattern}"
            for written, described in IDS.items():
                path = path.replace(written, described)
            yield path


def test_it_is_openapi() -> None:
    assert list(OpenAPIV31SpecValidator(document()).iter_errors()) == []


def test_what_is_wrong_with_it_would_be_found() -> None:
    broken = {**document(), "paths": {"/memory": {"get": {"responses": {}}}}, "info": {}}
    assert list(OpenAPIV31SpecValidator(broken).iter_errors())


def test_every_path_of_the_api_is_described_and_no_other() -> None:
    assert sorted(document()["paths"]) == sorted(paths_in(urls.api))


@pytest.mark.django_db
@pytest.mark.parametrize("path", sorted(document()["paths"]))
def test_a_path_answers_to_the_methods_that_are_described_and_to_no_other(
    api: Api, path: str
) -> None:
    url = path.format(memory_id="00000000-0000-0000-0000-000000000000", user_id="user")
    client = Client(headers={"X-API-Key": str(api.key)})
    answers = {method: client.generic(method.upper(), url) for method in METHODS}
    answered = {method for method, answer in answers.items() if answer.status_code != 405}
    for method, answer in answers.items():
        if method not in answered and method != "head":  # which has no body
            assert answer.headers["Allow"]
            assert answer.json()["code"] == "method_not_allowed"
    described = {method for method, item in document()["paths"][path].items()}
    assert answered - {"head"} == described


def test_every_operation_has_a_name_of_its_own() -> None:
    names = [operation["operationId"] for operation in operations().values()]
    assert len(names) == len(set(names)) == 26
    assert all(re.fullmatch(r"[a-z]+(_[a-z]+)+", name) for name in names)


def parts_of(part: Any) -> Iterator[dict[str, Any]]:
    """Yield every object of a part of the description, the part itself too."""
    if isinstance(part, dict):
        yield part
    for one in part.values() if isinstance(part, dict) else part if isinstance(part, list) else ():
        yield from parts_of(one)


def test_a_generator_learns_which_fields_are_times() -> None:
    times = [
        (name, field)
        for schema in document()["components"]["schemas"].values()
        for name, field in schema.get("properties", {}).items()
        if name.endswith("_at")
    ]
    assert {"created_at", "expires_at", "revoked_at"} <= {name for name, _ in times}
    without = [
        name
        for name, field in times
        if "date-time" not in [p.get("format") for p in parts_of(field)]
    ]
    assert without == []


def test_a_generator_learns_the_type_of_every_choice() -> None:
    choices = [
        part
        for part in parts_of(document()["components"]["schemas"])
        if isinstance(part.get("enum"), list) or isinstance(part.get("const"), str | bool)
    ]
    assert [part for part in choices if "type" not in part] == []
    assert any(part.get("const") is True for part in choices)


def test_every_permission_opens_something() -> None:
    needed = {operation.get("x-permission") for operation in operations().values()}
    assert needed - {None, ANY_KEY} == set(PERMISSIONS)


def test_every_code_is_one_of_some_operation_or_of_paths_without_one() -> None:
    elsewhere = {"method_not_allowed", "cors_not_allowed"}
    assert set(codes_in(document()["paths"])) == set(STATUS) - elsewhere
    assert set(codes_in(document()["x-elsewhere"])) >= elsewhere


def codes_in(part: Any) -> Iterator[str]:
    """Yield the codes that are named below a part of the description."""
    if isinstance(part, list):
        for one in part:
            yield from codes_in(one)
    if not isinstance(part, dict):
        return
    if str(ref := part.get("$ref", "")).startswith("#/components/responses/"):
        yield from codes_in(document()["components"]["responses"][ref.rpartition("/")[2]])
    yield from part.get("x-error-codes", ())
    for value in part.values():
        yield from codes_in(value)


def test_people_read_of_the_same_operations_and_permissions() -> None:
    """The table at the head of docs/api.md."""
    written = {}
    text = (BASE_DIR / "docs" / "api.md").read_text().replace("/memory/{id}", "/memory/{memory_id}")
    for requests, permission in re.findall(r"^\| (`[A-Z]+ /.*?`) \| (.*?) \|", text, re.MULTILINE):
        for method, path in re.findall(r"`([A-Z]+) (.*?)`", requests):
            written[path, method.lower()] = permission.strip("`")
    names = {ANY_KEY: "any valid key", None: "no key"}
    described = {
        place: names.get(needed, needed)
        for place, operation in operations().items()
        for needed in [operation.get("x-permission")]
    }
    assert written == {**described, ("/metrics", "get"): "the operators' token"}


@pytest.mark.django_db
class TestServing:
    @pytest.mark.parametrize("path", ["/openapi.json", "/openapi.yaml"])
    def test_who_has_it_is_not_sent_it_again(self, path: str) -> None:
        answer = Client().get(path)
        assert answer.headers["Cache-Control"] == "public, max-age=300"
        again = Client().get(path, headers={"If-None-Match": answer.headers["ETag"]})
        assert (again.status_code, again.content) == (304, b"")
        other = Client().get(path, headers={"If-None-Match": '"other"'})
        assert (other.status_code, other.content) == (200, answer.content)

    def test_both_say_the_same(self) -> None:
        import yaml

        assert Client().get("/openapi.json").json() == document()
        answer = Client().get("/openapi.yaml")
        assert answer.headers["Content-Type"] == "application/yaml"
        assert yaml.safe_load(answer.content) == document()
        assert b"&id001" not in answer.content, "nothing in it is an alias"

    def test_a_head_has_the_headers_alone(self) -> None:
        answer = Client().head("/openapi.json")
        assert (answer.status_code, answer.content) == (200, b"")
        assert answer.headers["ETag"] == Client().get("/openapi.json").headers["ETag"]
