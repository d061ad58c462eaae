"""What a developer sees of usage, requests and the record; page, CSV and database agree."""

from __future__ import annotations

import csv
from datetime import timedelta
from io import StringIO

import pytest
from django.utils import timezone

from accounts.models import Project, User
from apikeys.models import UsageHour
from apikeys.usage.collector import collector
from tests.doors import Api, Response, signed_in
from tests.makers import make_key, sample

DAY = timedelta(days=1)


def text(response: Response) -> str:
    return response.getvalue().decode()


@pytest.mark.django_db
class TestUsage:
    def test_page_csv_and_database_agree(self, owner: User, project: Project) -> None:
        key, plaintext = make_key(project)
        api = Api(plaintext)
        api.remember()
        api.post("/memory", "not json")
        collector.flush()
        browser = signed_in(owner)
        for url in (
            f"/console/projects/{project.pk}/test/usage/",
            f"/console/keys/{key.pk}/usage/",
        ):
            page = browser.get(url)
            shown = [row.cells for row in page.context["tables"]["time"].rows]
            rows = list(csv.reader(StringIO(text(browser.get(url + "?csv=time")))))
            assert rows[1:] == [[str(cell) for cell in row] for row in shown]
            assert sum(int(row[1]) for row in rows[1:]) == 2
            assert sum(UsageHour.objects.values_list("requests", flat=True)) == 2
            assert ("By key" in text(page)) == ("/keys/" not in url)
            assert list(csv.reader(StringIO(text(browser.get(url + "?csv=errors")))))[1:] == [
                ["malformed_json", "400", "1"]
            ]

    def test_a_list_of_keys_has_a_line_of_two_weeks_for_each(
        self, owner: User, project: Project
    ) -> None:
        today = timezone.now()
        for name, uses in (("Laptop", [0, 0, 13]), ("Phone", [1, 14]), ("Unused", [])):
            key, _ = make_key(project, name)
            whose = {"project_id": project.pk, "key_id": key.pk}
            for days in uses:
                collector.record(sample(today - timedelta(days=days), **whose))
        collector.flush()
        rows = signed_in(owner).get(f"/console/projects/{project.pk}/test/keys/").context["rows"]
        assert {row.key.name: row.spark.words.split()[0] for row in rows} == {
            "Laptop": "3",
            "Phone": "1",
            "Unused": "0",
        }
        (laptop,) = (row.spark.points.split() for row in rows if row.key.name == "Laptop")
        assert (laptop[0], laptop[1], laptop[13]) == ("0,12.0", "10,22.0", "130,2.0")

    @pytest.mark.parametrize(
        "query", ["range=1y", "since=2026-11-02", "since=2026-11-02&until=2026-11-01", "since=x"]
    )
    def test_an_impossible_range_is_explained(
        self, owner: User, project: Project, query: str
    ) -> None:
        answer = signed_in(owner).get(f"/console/projects/{project.pk}/test/usage/?{query}")
        assert answer.status_code == 400
        assert answer.context["form"].errors

    @pytest.mark.parametrize("day", ["0001-01-01", "1969-12-31", "3000-01-01", "9999-12-31", "\0"])
    def test_a_day_too_far_away_is_explained(self, owner: User, project: Project, day: str) -> None:
        url = f"/console/projects/{project.pk}/test/usage/"
        answer = signed_in(owner).get(url, {"since": day, "until": day})
        assert answer.status_code == 400
        assert set(answer.context["form"].errors) == {"since", "until"}

    def test_looking_at_the_limit_counts_nothing(self, owner: User, project: Project) -> None:
        key, plaintext = make_key(project, rate_limit=10)
        Api(plaintext).get("/policy")
        browser = signed_in(owner)
        for _ in range(2):
            page = browser.get(f"/console/keys/{key.pk}/usage/")
            assert (page.context["limit_state"].remaining, page.context["limit_state"].limit) == (
                9,
                10,
            )
