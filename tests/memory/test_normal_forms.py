"""What a value says is kept beside it, and a read takes it from there."""

from __future__ import annotations

import threading
from typing import Any

import pytest
from django.contrib.admin.sites import site
from django.core.management import call_command
from django.db import connection, transaction

from foundation.identifiers import new_id
from memory import normal_forms, renewing
from memory.models import Memory
from tests.doors import Api

STRAY = '[{"likes":{"fennel":"Fennel"}},{}]'
LIKES = {"likes": ["Sushi", "pizza "], "favoriteColor": "Blue"}


def summary(api: Api, **fields: Any) -> Any:
    return api.read(**fields)["summary_struct"]


def set_all(**columns: Any) -> None:
    Memory.objects.update(**columns)


@pytest.fixture
def stored(api: Api) -> Api:
    api.remember(value_json=LIKES)
    return api


def test_a_store_keeps_it_by_the_rules_of_now(stored: Api) -> None:
    memory = Memory.objects.get()
    assert memory.normal_version == normal_forms.VERSION
    said = normal_forms.said(memory.normal_form)
    assert said.lists == {"likes": {"sushi": "Sushi", "pizza": "pizza "}}
    assert said.rest == {"favorite_color": "Blue"}


def test_so_does_a_batch_and_a_store_with_a_key(api: Api) -> None:
    one = {"user_id": "u", "scope": "attention", "source": "system", "value_json": {"Mode": "x"}}
    assert api.post("/memory/batch", {"memories": [one, one]}).status_code == 201
    assert api.post("/memory", one, HTTP_IDEMPOTENCY_KEY="k").status_code == 201
    kept = set(Memory.objects.values_list("normal_form", "normal_version"))
    assert kept == {('[{},{"mode":"x"}]', normal_forms.VERSION)}


def test_a_read_takes_it_instead_of_the_value(stored: Api) -> None:
    set_all(normal_form=STRAY)
    assert summary(stored) == {"likes": ["Fennel"], "dislikes": [], "settings": {}}


@pytest.mark.parametrize(
    "outdated",
    [
        pytest.param({"normal_version": 0}, id="none yet"),
        pytest.param({"normal_version": normal_forms.VERSION - 1}, id="of older rules"),
        pytest.param({"normal_version": normal_forms.VERSION + 1}, id="of newer rules"),
        pytest.param({"normal_form": ""}, id="a value that has no such form"),
    ],
)
def test_else_it_reads_the_value(stored: Api, outdated: dict[str, Any]) -> None:
    before = summary(stored)
    set_all(**{"normal_form": STRAY, **outdated})
    assert summary(stored) == before


def test_two_keys_that_become_one_are_stored_without(api: Api) -> None:
    value = {"Theme": {"a": 1}, "theme": {"b": 2}}
    api.remember(scope="attention", value_json=value)
    assert Memory.objects.values_list("normal_form", flat=True).get() == ""
    settings = summary(api, scope="attention", purpose="ui_rendering: the look of the app")[
        "settings"
    ]
    assert settings == {"theme": {"a": 1, "b": 2}}


@pytest.mark.parametrize(
    "value",
    [
        pytest.param({"likes": ["\ufdfa" * 3000]}, id="letters that are whole sentences"),
        pytest.param({"levels": [{"a": number} for number in range(900)]}, id="many small objects"),
    ],
)
def test_a_form_that_is_far_longer_than_its_value_is_not_kept(
    api: Api, value: dict[str, Any]
) -> None:
    api.remember(value_json=value)
    kept = Memory.objects.values_list("normal_form", "normal_version").get()
    assert kept == ("", normal_forms.VERSION)
    assert str(next(iter(value.values()))[-1]) in str(summary(api))


def test_what_was_said_is_what_lists_answer(stored: Api) -> None:
    set_all(normal_form=STRAY)
    answer = stored.get("/memory?user_id=user_1")
    assert [one["value_json"] for one in answer.json()["items"]] == [LIKES]


def test_rows_that_older_processes_store_have_none(stored: Api) -> None:
    """They name the columns that they know: the database fills in the others."""
    new = {"id", "normal_form", "normal_version"}
    names = ", ".join({field.attname for field in Memory._meta.concrete_fields} - new)
    with connection.cursor() as cursor:
        cursor.execute(
            f"INSERT INTO memory_memory (id, {names}) SELECT %s, {names} FROM memory_memory",
            [new_id() if connection.vendor == "postgresql" else new_id().hex],
        )
    versions = sorted(Memory.objects.values_list("normal_version", flat=True))
    assert versions == [0, normal_forms.VERSION]
    assert summary(stored)["likes"] == ["pizza", "Sushi"]


class TestRenewing:
    def test_it_makes_what_is_missing_or_outdated(self, stored: Api) -> None:
        before = summary(stored)
        kept = Memory.objects.values_list("normal_form", "normal_version").get()
        for number in range(3):
            stored.remember(user_id=f"user_{number}", value_json=LIKES)
        set_all(normal_form=STRAY, normal_version=normal_forms.VERSION - 1)
        assert renewing.renew() == 4
        assert set(Memory.objects.values_list("normal_form", "normal_version")) == {kept}
        assert summary(stored) == before
        assert renewing.renew() == 0

    def test_a_user_with_more_than_fit_into_one_transaction(
        self, stored: Api, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(renewing, "AT_ONCE", 2)
        monkeypatch.setattr(renewing, "USERS", 1)
        for number in range(4):
            stored.remember(value_json=LIKES)
            stored.remember(user_id=f"user_{number}", value_json=LIKES)
        set_all(normal_version=0)
        assert renewing.renew() == 9

    def test_a_value_without_such_a_form_is_looked_at_once(self, api: Api) -> None:
        api.remember(scope="attention", value_json={"A": {}, "a": {}})
        set_all(normal_version=0)
        assert (renewing.renew(), renewing.renew()) == (1, 0)

    def test_what_nobody_reads_any_more_is_left(self, stored: Api) -> None:
        stored.revoke(stored.read()["revocation_token"])
        set_all(normal_version=0)
        assert renewing.renew() == 0

    def test_the_command_says_how_many(
        self, stored: Api, capsys: pytest.CaptureFixture[str]
    ) -> None:
        set_all(normal_version=0)
        call_command("normalize")
        assert capsys.readouterr().out == "Normalized: 1 memories.\n"

    def test_it_waits_for_nobody(self, transactional_db: None, api: Api) -> None:
        """Whoever hides, deletes or disputes a memory holds its row; another run gets it."""
        if connection.vendor != "postgresql":
            pytest.skip("SQLite has one writer at a time, and locks no rows")
        api.remember(value_json=LIKES)
        set_all(normal_version=0)
        renewed: list[int] = []

        def beside() -> None:
            renewed.append(renewing.renew())
            connection.close()

        with transaction.atomic():
            Memory.objects.select_for_update().get()
            other = threading.Thread(target=beside)
            other.start()
            other.join(timeout=20)
        assert renewed == [0]
        assert renewing.renew() == 1


def test_operators_do_not_see_it() -> None:
    shown = site._registry[Memory]
    assert "normal_form" not in {*shown.fields, *shown.list_display}  # type: ignore[misc] # a tuple
