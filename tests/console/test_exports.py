"""A downloaded file holds the values as they are; only what a spreadsheet would run is marked."""

# ruff: noqa: RUF001 - signs that are easily taken for others are what this is about

from __future__ import annotations

import csv
import json
from datetime import UTC, datetime, timedelta, timezone
from io import StringIO

import pytest
from django.test import Client

from accounts.audit import ChangedBy
from accounts.models import AuditEvent, Project
from console.exports import csv_lines
from foundation.moments import written
from tests.doors import Api, Response
from tests.makers import make_key

VALUES = [
    *("+43664123456", "+43 664 123 45 67", "+43 (0) 664/123-45", "+1-555-0100", "+4366 4.123"),
    *("-7", "-7.5", "-1,5", "-1e5", "-12 %", "\N{MINUS SIGN}7", "-", "--", "+", "=", " - ", ""),
    *("a=1", "1+1", "anna@example.com", "'=1", "Büro", " text", "\ttext", "7-8", "\u200b"),
]
FORMULAS = [
    *(
        "=1+1",
        "=HYPERLINK(0)",
        "==1",
        "+SUM(1)",
        "-A1",
        "-2+3",
        "-2+3+cmd|' /C calc'!A0",
        "@SUM(1)",
    ),
    *(
        "＝1+1",
        "＋A1",
        "－A1",
        "＠SUM(1)",
        "﹦A1",
        "﹢A1",
        "﹣A1",
        "﹫A1",
        "⁼A1",
        "₊A1",
        "\N{MINUS SIGN}A1",
    ),
    *(" =1", "\t=1", "\r=1", "\n=1", "\xa0=1", "\u3000＝1", "\u200b=1", "\ufeff=1", "\x00=1"),
    *("\u202e=1", "\u2063@A1", "\ufe0f=1", "\u3164=1", "-7|A1", "+1;=A1", '-"x"', "+43664x"),
]


def text(response: Response) -> str:
    return response.getvalue().decode()


def read_back(*cells: object) -> list[str]:
    (row,) = csv.reader(StringIO("".join(csv_lines([cells])), newline=""))
    return row


class TestCells:
    @pytest.mark.parametrize("value", VALUES)
    def test_a_value_stays_as_it_is(self, value: str) -> None:
        assert read_back(value, "x") == [value, "x"]

    @pytest.mark.parametrize("formula", FORMULAS)
    def test_a_formula_gets_an_apostrophe(self, formula: str) -> None:
        assert read_back(formula, "x") == [f"'{formula}", "x"]

    def test_numbers_and_nothing_are_written_as_they_are(self) -> None:
        assert read_back(-7, 0.5, None) == ["-7", "0.5", ""]

    def test_a_list_is_json(self) -> None:
        assert json.loads(read_back({"b": "ü", "a": [1]})[0]) == {"a": [1], "b": "ü"}


class TestTimes:
    def test_they_are_in_utc_with_a_z(self) -> None:
        moment = datetime(2026, 11, 23, 4, 30, 52, 601265, tzinfo=UTC)
        vienna = moment.astimezone(timezone(timedelta(hours=1)))
        assert written(moment) == written(vienna) == "2026-11-23T04:30:52.601265Z"
        assert written(moment.replace(microsecond=500_000)) == "2026-11-23T04:30:52.500000Z"
        assert written(moment.replace(microsecond=0)) == "2026-11-23T04:30:52Z"
        assert read_back(vienna) == ["2026-11-23T04:30:52.601265Z"]

    def test_api_and_both_files_write_one_time_alike(
        self, api: Api, browser: Client, project: Project
    ) -> None:
        created_at = api.remember()["created_at"]
        event = AuditEvent.objects.get(event_type="MEMORY_CREATE")
        assert created_at == written(event.created_at)
        url = f"/console/projects/{project.pk}/test/audit/?event_type=MEMORY_CREATE&format="
        (from_csv,) = csv.DictReader(StringIO(text(browser.get(url + "csv"))))
        (from_json,) = json.loads(text(browser.get(url + "json")))
        assert from_csv["created_at"] == from_json["created_at"] == created_at
        assert from_csv["id"] == from_json["id"] == str(event.pk)


@pytest.mark.django_db
def test_an_objects_keys_have_one_order_on_every_database(
    project: Project, browser: Client
) -> None:
    make_key(project, by=ChangedBy(actor="x", request_id="r", address="192.0.2.7"), name="+43664")
    url = f"/console/projects/{project.pk}/test/audit/?event_type=KEY_CREATE&format="
    (from_csv,) = csv.DictReader(StringIO(text(browser.get(url + "csv"))))
    meta = json.loads(from_csv["meta"])
    assert list(meta) == sorted(meta)
    assert meta["name"] == "+43664"
    assert json.loads(text(browser.get(url + "json")))[0]["meta"] == meta
