"""A read by a registered purpose: the registry decides, within the matrix, from one request on."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import DatabaseError
from pytest_django import DjangoAssertNumQueries

from accounts.models import AuditEvent, Project
from memory import registries
from memory.policy.version import POLICY_VERSION
from tests.doors import Api
from tests.makers import make_key, make_project, read_body
from tests.memory.answers import assert_refused
from tests.memory.bad_requests import CHECK, CONTINUE, READ
from tests.memory.registered import approve, change, propose, register, retire, take

GIFTS = read_body(purpose="gift_finder")


def refused(api: Api, reason: str, recorded: str | None = None, **fields: Any) -> dict[str, Any]:
    """Read, be refused for this reason, and return what the answer says."""
    body = assert_refused(api.post(READ, read_body(**fields)), 403, "policy_denied")
    assert body["reason"] == reason
    assert body["hint"]
    assert newest().reason_code == (recorded or reason)
    return body


def newest() -> AuditEvent:
    return AuditEvent.objects.latest("id")


class TestReading:
    @pytest.mark.parametrize("purpose", ["gift_finder", "Gift finder", " GIFT-FINDER! "])
    def test_an_approved_purpose_reads(self, api: Api, project: Project, purpose: str) -> None:
        refused(api, "PURPOSE_UNRECOGNIZED", "POLICY_DENIED", purpose=purpose)
        api.remember()
        register(project)
        assert api.read(purpose=purpose)["summary_struct"]["likes"] == ["pizza"]
        event = newest()
        assert (event.event_type, event.purpose_class) == ("MEMORY_READ", "recommendation")
        assert event.meta == {
            "max_age_days": None,
            "confidence": 0.47,
            "purpose_id": "gift_finder",
            "purpose_revision": 1,
        }

    def test_a_proposed_one_does_not(self, api: Api, project: Project) -> None:
        propose(project)
        body = refused(api, "PURPOSE_UNRECOGNIZED", "POLICY_DENIED", purpose="gift_finder")
        assert body["proposed_class"] == "recommendation"
        assert "purpose_id" not in newest().meta

    def test_it_never_reads_more_than_the_matrix(self, api: Api, project: Project) -> None:
        register(project)
        body = refused(api, "POLICY_DENIED", purpose="gift_finder", scope="schedule")
        assert body["detail"] == "Purpose class 'recommendation' not allowed for scope 'schedule'"
        assert body["allowed_purpose_classes"] == ["scheduling", "task_execution"]
        assert newest().meta == {"purpose_id": "gift_finder", "purpose_revision": 1}

    def test_fewer_scopes_are_all_that_it_reads(self, api: Api, project: Project) -> None:
        register(project, scopes=["constraints"])
        api.read(purpose="gift_finder", scope="constraints")
        body = refused(api, "PURPOSE_SCOPE", purpose="gift_finder")
        assert body["detail"] == (
            "Purpose class 'recommendation' not allowed for scope 'preferences'"
        )
        assert "constraints" in body["hint"]

    def test_it_holds_in_its_environments_alone(self, api: Api, project: Project) -> None:
        register(project, environments=["live"])
        live = Api(make_key(project, "Live", environment="live")[1])
        live.read(purpose="gift_finder")
        body = refused(api, "PURPOSE_NOT_HERE", purpose="gift_finder")
        assert body["purpose_class"] == "unrecognized"

    def test_another_project_does_not_have_it(self, api: Api, project: Project) -> None:
        register(make_project(project.owner))
        refused(api, "PURPOSE_UNRECOGNIZED", "POLICY_DENIED", purpose="gift_finder")

    def test_a_retired_one_is_refused_though_its_words_tell_a_class(
        self, api: Api, project: Project
    ) -> None:
        api.read(purpose="recommend books")
        purpose = register(project, purpose_id="recommend_books")
        api.read(purpose="recommend books")
        retire(project, purpose)
        refused(api, "PURPOSE_RETIRED", purpose="recommend books")
        api.read(purpose="recommend good books")

    def test_proposed_again_it_stays_refused_until_it_is_approved(
        self, api: Api, project: Project
    ) -> None:
        retire(project, register(project, purpose_id="recommend_books"))
        again = propose(project, purpose_id="recommend_books")
        refused(api, "PURPOSE_RETIRED", purpose="recommend books")
        approve(project, again)
        api.read(purpose="recommend books")
        assert newest().meta["purpose_revision"] == 2

    def test_a_withdrawn_proposal_has_no_effect(self, api: Api, project: Project) -> None:
        retire(project, propose(project, purpose_id="recommend_books"))
        api.read(purpose="recommend books")

    def test_the_words_that_refused_are_recorded(self, api: Api) -> None:
        refused(api, "PURPOSE_VETOED", "POLICY_DENIED", purpose="sell wordsecret profile")
        assert set(newest().meta) == {"refused_terms"}
        assert "sell" in newest().meta["refused_terms"]
        assert "wordsecret" not in str(newest().meta)


class TestContinuing:
    @pytest.fixture
    def token(self, api: Api, project: Project) -> dict[str, str]:
        api.remember()
        register(project)
        return {"revocation_token": api.read(purpose="gift_finder")["revocation_token"]}

    def test_it_goes_on_while_the_purpose_holds(self, api: Api, token: dict[str, str]) -> None:
        assert api.post(CONTINUE, token).status_code == 200
        assert newest().meta["purpose_id"] == "gift_finder"

    def test_a_retirement_ends_it_with_the_next_request(
        self, api: Api, project: Project, token: dict[str, str]
    ) -> None:
        purpose = project_purpose(project)
        retire(project, purpose)
        body = assert_refused(api.post(CONTINUE, token), 403, "policy_denied")
        assert (body["reason"], newest().reason_code) == ("PURPOSE_RETIRED", "PURPOSE_RETIRED")
        approve(project, propose(project))
        assert api.post(CONTINUE, token).status_code == 200

    def test_fewer_scopes_end_it(self, api: Api, project: Project, token: dict[str, str]) -> None:
        change(project, project_purpose(project), scopes=["constraints"])
        body = assert_refused(api.post(CONTINUE, token), 403, "policy_denied")
        assert body["reason"] == "PURPOSE_SCOPE"

    def test_what_the_project_takes_ends_those_of_other_purposes(
        self, api: Api, project: Project, token: dict[str, str]
    ) -> None:
        free = {"revocation_token": api.read()["revocation_token"]}
        take(project, "registered")
        assert api.post(CONTINUE, token).status_code == 200
        body = assert_refused(api.post(CONTINUE, free), 403, "policy_denied")
        assert body["reason"] == "PURPOSE_NOT_REGISTERED"


def project_purpose(project: Project) -> Any:
    from memory.models import Purpose

    return Purpose.objects.of_project(project.pk).get()


class TestTaking:
    def test_registered_purposes_alone(self, api: Api, project: Project) -> None:
        register(project)
        take(project, "registered")
        api.read(purpose="gift_finder")
        for purpose in ("recommend books", "recommendation", "recommendation: books"):
            refused(api, "PURPOSE_NOT_REGISTERED", purpose=purpose)

    def test_declared_ones_too(self, api: Api, project: Project) -> None:
        register(project)
        take(project, "declared")
        api.read(purpose="gift_finder")
        api.read(purpose="recommendation: books for my sister")
        refused(api, "PURPOSE_NOT_DECLARED", purpose="recommend books")

    def test_the_other_environment_takes_what_it_took(self, project: Project) -> None:
        take(project, "registered", environment="live")
        Api(make_key(project, "Test")[1]).read()
        live = Api(make_key(project, "Live", environment="live")[1])
        refused(live, "PURPOSE_NOT_REGISTERED")
        take(project, "any", environment="live")
        live.read()


class TestCost:
    """A project without a registry pays nothing; one with a registry loads each state once."""

    def test_without_a_registry_nothing_is_asked(
        self, api: Api, django_assert_num_queries: DjangoAssertNumQueries
    ) -> None:
        for body in (read_body(purpose="train model"), GIFTS):
            with django_assert_num_queries(2):  # who asks, and the record
                api.post(READ, body)

    def test_a_registry_is_loaded_once_for_each_revision(
        self, api: Api, project: Project, django_assert_num_queries: DjangoAssertNumQueries
    ) -> None:
        register(project)
        body = read_body(purpose="train model")
        for queries in (3, 2, 2):
            with django_assert_num_queries(queries):
                api.post(READ, body)
        take(project, "declared")
        for queries in (3, 2):
            with django_assert_num_queries(queries):
                api.post(READ, body)

    def test_one_that_cannot_be_loaded_opens_nothing(
        self, api: Api, project: Project, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """Not as if there were none: the request fails as it does without a database."""
        api.remember()
        register(project)

        def broken(*args: Any) -> None:
            raise DatabaseError

        monkeypatch.setattr(registries, "load", broken)
        for path, body in ((READ, read_body()), (CHECK, CHECKED)):
            response = api.post(path, body)
            assert response.status_code == 500
            assert b"pizza" not in response.content
        monkeypatch.undo()
        assert api.read()["summary_struct"]["likes"] == ["pizza"]


class TestVersion:
    def test_it_is_the_products_without_a_registry(self, api: Api, project: Project) -> None:
        api.read()
        assert newest().policy_version == POLICY_VERSION
        propose(project)
        api.read()
        assert newest().policy_version == POLICY_VERSION

    def test_it_is_a_registrys_own_and_on_every_decision(self, api: Api, project: Project) -> None:
        token = {"revocation_token": api.read()["revocation_token"]}
        purpose = register(project)
        seen = set()
        for step in (lambda: None, lambda: retire(project, purpose)):
            step()
            version = api.get("/policy").json()["version"]
            before = newest().id
            api.read()
            api.remember()
            api.post(READ, read_body(purpose="train model"))
            api.post(CONTINUE, token)
            events = AuditEvent.objects.filter(id__gt=before)
            assert set(events.values_list("policy_version", flat=True)) == {version}
            assert api.post(CHECK, CHECKED).json()["policy_version"] == version
            seen.add(version)
        assert len(seen | {POLICY_VERSION}) == 3


CHECKED = {"scope": "preferences", "purpose": "gift_finder"}


class TestThePolicyItself:
    def test_it_shows_what_is_registered_and_taken_here(self, api: Api, project: Project) -> None:
        policy = api.get("/policy").json()
        assert (policy["environment"], policy["takes"], policy["purposes"]) == ("test", "any", [])
        assert policy["version"] == policy["product_version"] == POLICY_VERSION
        register(project)
        propose(project, purpose_id="book_finder", scopes=["preferences"])
        register(project, purpose_id="live_only", environments=["live"])
        retire(project, register(project, purpose_id="old"))
        retire(project, propose(project, purpose_id="withdrawn"))
        take(project, "declared")
        policy = api.get("/policy").json()
        both = ["preferences", "constraints"]
        assert policy["takes"] == "declared"
        assert policy["version"] != policy["product_version"] == POLICY_VERSION
        assert policy["purposes"] == [
            {
                "id": name,
                "revision": 1,
                "state": state,
                "purpose_class": "recommendation",
                "scopes": scopes,
            }
            for name, state, scopes in (
                ("book_finder", "proposed", ["preferences"]),
                ("gift_finder", "approved", both),
                ("old", "retired", both),
            )
        ]
