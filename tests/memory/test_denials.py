"""What was denied, and what would be: from the record alone, without end users."""

from __future__ import annotations

from datetime import timedelta
from typing import Any
from uuid import UUID

import msgspec
import pytest
from django.utils import timezone

from accounts import erasing
from accounts.models import Project
from memory import denials
from memory.denials import DeniedPurpose, WouldBeDenied
from memory.policy.purposes import Understood, understand
from memory.policy.registry import Registry, Takes
from tests.doors import Api
from tests.makers import NOW, make_key, make_project, read_body
from tests.memory.bad_requests import READ
from tests.memory.conftest import Clock
from tests.memory.registered import approve, propose, register, retire, take

MONTH = timedelta(days=30)


@pytest.fixture(autouse=True)
def recent_ids(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let ids be as old as tests are: an index finds events by the times in their ids."""
    monkeypatch.setattr(denials, "first_id", lambda moment: UUID(int=0))


def denied(project: Project, environment: str = "test", **options: Any) -> list[DeniedPurpose]:
    known: dict[str, Any] = {"since": NOW - MONTH, "at": timezone.now() + MONTH, **options}
    return denials.denied_purposes(project_id=project.pk, environment=environment, **known)


def would_be(project: Project, takes: Takes, environment: str = "test") -> WouldBeDenied:
    return denials.would_be_denied(
        project_id=project.pk,
        environment=environment,
        takes=takes,
        since=NOW - MONTH,
        at=timezone.now() + MONTH,
    )


def ask(api: Api, purpose: str, **fields: Any) -> int:
    return api.post(READ, read_body(purpose=purpose, **fields)).status_code


class TestDenied:
    def test_spellings_of_one_purpose_are_one(
        self, api: Api, project: Project, clock: Clock
    ) -> None:
        for purpose in ("gift for my sister", "Gift  for my SISTER", "gift-for-my-sister"):
            assert ask(api, purpose) == 403
            clock.advance(hours=1)
        (one,) = denied(project)
        key = project.api_keys.get().pk
        assert one == DeniedPurpose(
            text="gift-for-my-sister",
            id="gift_for_my_sister",
            count=3,
            first_at=NOW,
            last_at=NOW + timedelta(hours=2),
            key_ids=[key],
            scopes=["preferences"],
            reason="PURPOSE_UNRECOGNIZED",
            refused_terms=(),
            proposed_class="recommendation",
            state=None,
        )

    def test_the_last_one_comes_first_with_its_keys_and_scopes(
        self, api: Api, project: Project, clock: Clock
    ) -> None:
        other = Api(make_key(project, "Other")[1])
        ask(api, "first")
        clock.advance(hours=1)
        ask(api, "second")
        clock.advance(hours=1)
        ask(other, "first", scope="schedule")
        first, second = denied(project)
        assert (first.text, first.scopes) == ("first", ["preferences", "schedule"])
        assert len(first.key_ids) == 2
        assert (second.text, len(second.key_ids)) == ("second", 1)
        assert [one.text for one in denied(project, most=1)] == ["first"]

    def test_the_words_that_decided_are_named(self, api: Api, project: Project) -> None:
        ask(api, "sell profile")
        (one,) = denied(project)
        assert one.reason == "PURPOSE_VETOED"
        assert "sell" in one.refused_terms

    def test_what_no_id_can_be_made_of_has_none(self, api: Api, project: Project) -> None:
        ask(api, "贈り物を探す")
        ask(api, "x" * 65)
        assert [one.id for one in denied(project)] == [None, None]

    def test_nothing_says_who_the_end_user_was(self, api: Api, project: Project) -> None:
        ask(api, "first", user_id="secret_user", domain="secret_domain")
        assert b"secret" not in msgspec.json.encode(denied(project))

    def test_what_has_a_class_is_no_case_for_the_registry(self, api: Api, project: Project) -> None:
        assert ask(api, "execute task") == 403
        assert ask(api, "recommend books") == 200
        assert denied(project) == []

    def test_what_is_registered_since_is_not_listed_any_more(
        self, api: Api, project: Project
    ) -> None:
        ask(api, "gift finder")
        purpose = propose(project)
        (one,) = denied(project)
        assert (one.id, one.state) == ("gift_finder", "proposed")
        approve(project, purpose)
        assert denied(project) == []
        retire(project, purpose)
        (one,) = denied(project)
        assert (one.reason, one.state) == ("PURPOSE_RETIRED", "retired")

    def test_what_would_be_understood_is_proposed_as_that(self, api: Api, project: Project) -> None:
        take(project, "registered")
        ask(api, "create a poem")
        (one,) = denied(project)
        assert one.reason == "PURPOSE_NOT_REGISTERED"
        assert one.proposed_class == "content_generation"

    def test_it_is_of_one_project_environment_and_time(
        self, api: Api, project: Project, clock: Clock
    ) -> None:
        ask(api, "first")
        assert denied(make_project(project.owner)) == []
        assert denied(project, environment="live") == []
        assert denied(project, since=NOW + timedelta(seconds=1)) == []
        assert denied(project, at=NOW - timedelta(seconds=1)) == []

    def test_an_erased_purpose_is_left_out(self, api: Api, project: Project) -> None:
        ask(api, "first")
        erasing.forget_words(project.pk)
        assert denied(project) == []

    def test_only_so_many_are_looked_at(
        self, api: Api, project: Project, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(denials, "MOST_DENIALS", 2)
        for purpose in ("first", "second", "third"):
            ask(api, purpose)
        assert [one.text for one in denied(project)] == ["third", "second"]

    def test_only_so_many_texts_are_told_apart(
        self, api: Api, project: Project, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(denials, "MOST_PURPOSES", 2)
        for purpose in ("first", "second", "third", "second"):
            ask(api, purpose)
        assert [(one.text, one.count) for one in denied(project)] == [("second", 2), ("third", 1)]

    def test_only_what_is_listed_is_understood(
        self, api: Api, project: Project, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """Thousands of long texts would keep a process busy for a minute."""
        for purpose in ("first", "second", "third"):
            ask(api, purpose)
        understood: list[str] = []

        def understand_it(text: str, registry: Registry) -> Understood:
            understood.append(text)
            return understand(text, registry)

        monkeypatch.setattr(denials, "understand", understand_it)
        assert [one.text for one in denied(project, most=2)] == ["third", "second"]
        assert understood == ["third", "second"]


class TestWouldBeDenied:
    @pytest.fixture(autouse=True)
    def history(self, api: Api, project: Project, clock: Clock) -> None:
        register(project)
        for purpose in ("gift_finder", "recommend books", "recommend books", "recommendation: it"):
            assert ask(api, purpose) == 200
            clock.advance(hours=1)
        assert ask(api, "train model") == 403

    def test_registered_alone(self, project: Project) -> None:
        found = would_be(project, Takes.REGISTERED)
        assert (found.reads, found.denied, found.since) == (4, 3, NOW - MONTH)
        assert [(one.text, one.count, one.reason) for one in found.purposes] == [
            ("recommend books", 2, "PURPOSE_NOT_REGISTERED"),
            ("recommendation: it", 1, "PURPOSE_NOT_REGISTERED"),
        ]
        assert found.purposes[0].last_at == NOW + timedelta(hours=2)

    def test_declared_ones(self, project: Project) -> None:
        found = would_be(project, Takes.DECLARED)
        assert (found.reads, found.denied) == (4, 2)

    def test_any_denies_nothing(self, project: Project) -> None:
        assert would_be(project, Takes.ANY).denied == 0

    def test_what_is_denied_as_it_is_does_not_count(self, project: Project) -> None:
        take(project, "registered")
        assert would_be(project, Takes.REGISTERED).denied == 0

    def test_what_was_registered_since_would_not_be_denied(self, project: Project) -> None:
        register(project, purpose_id="recommend_books")
        assert would_be(project, Takes.REGISTERED).denied == 1

    def test_it_is_of_one_project_and_environment(self, project: Project) -> None:
        for other in (would_be(make_project(project.owner), Takes.REGISTERED),):
            assert (other.reads, other.denied, other.purposes) == (0, 0, [])
        assert would_be(project, Takes.REGISTERED, environment="live").reads == 0

    def test_it_says_since_when_it_looked(
        self, project: Project, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(denials, "MOST_EVENTS", 3)
        found = would_be(project, Takes.REGISTERED)
        assert (found.reads, found.denied) == (2, 2)
        assert found.since == NOW + timedelta(hours=2)

    def test_of_many_purposes_it_looks_at_the_most_frequent(
        self, project: Project, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(denials, "MOST_PURPOSES", 1)
        assert would_be(project, Takes.REGISTERED).denied == 2

    def test_erased_purposes_are_left_out(self, project: Project) -> None:
        erasing.forget_words(project.pk)
        assert would_be(project, Takes.REGISTERED).reads == 0
