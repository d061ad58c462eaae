"""What the pages under /docs/ say of policy and errors is what the code does."""

from __future__ import annotations

import re
from html import unescape
from typing import Any

import pytest
from django.test import Client

from config.errors import STATUS
from console.advice import ADVICE
from memory.policy.access import MATRIX, is_allowed
from memory.policy.description import gate
from memory.policy.version import POLICY_VERSION
from memory.policy.vocabulary import PURPOSE_CLASSES


def test_every_code_has_its_advice_and_no_other() -> None:
    assert set(ADVICE) == set(STATUS)


@pytest.mark.django_db
def test_every_code_is_on_the_page(client: Client) -> None:
    page = client.get("/docs/errors/").content.decode()
    for code, status in STATUS.items():
        assert re.search(rf'id="{code}".*\n?.*{int(status)} ', page), code


@pytest.mark.django_db
def test_the_matrix_is_the_one_that_is_enforced(client: Client) -> None:
    page = client.get("/docs/policy/").content.decode()
    assert POLICY_VERSION in page
    for scope in MATRIX:
        row = re.search(rf'<th scope="row"><code>{scope}</code></th>(.*?)</tr>', page, re.DOTALL)
        assert row is not None
        cells = ["allowed" in cell for cell in row[1].split("</td>")[:-1]]
        assert cells == [is_allowed(scope, one) for one in PURPOSE_CLASSES]


@pytest.mark.django_db
def test_the_quickstart_has_the_readers_own_address(client: Client) -> None:
    page = client.get("/docs/quickstart/", headers={"host": "localhost:9000"}).content.decode()
    assert "curl -sS http://localhost:9000/memory/read" in page
    assert "127.0.0.1" not in page


@pytest.mark.django_db
def test_every_table_of_the_gate_is_on_the_page(client: Client) -> None:
    page = unescape(client.get("/docs/policy/").content.decode())
    tables: dict[str, Any] = dict(gate())
    for levels in tables["words"].values():
        for words in levels.values():
            assert ", ".join(words) in page
    for family, words in tables["vetoes"].items():
        assert f"{family[0].upper()}{family[1:]}: {len(words)} words" in page
        assert ", ".join(words) in page
    for name in ("veto_phrases", "doubts", "negations"):
        assert ", ".join(tables[name]) in page


@pytest.mark.django_db
def test_privacy_people_read_every_family_of_vetoes(client: Client) -> None:
    page = unescape(client.get("/docs/purposes/").content.decode())
    assert POLICY_VERSION in page
    for family in gate()["vetoes"]:
        assert family in page
