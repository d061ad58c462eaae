"""A project closes cells of the matrix: everything that decides holds it, and nothing widens."""

from __future__ import annotations

from typing import Any

import pytest

from accounts.models import AuditEvent, Project
from apikeys.models import ApiKey
from apikeys.stand_ins import principal_of
from memory.policy.access import MATRIX
from memory.policy.narrowing import OPEN_CELLS
from memory.policy.version import POLICY_VERSION
from memory.registrations import InvalidPurpose, PurposeChanged
from memory.registries import registry_for
from memory.why import explain_read
from tests.doors import Api
from tests.makers import make_key, read_body
from tests.memory.answers import assert_refused
from tests.memory.bad_requests import CHECK, CONTINUE, READ
from tests.memory.registered import close, events, register, revision_of

pytestmark = pytest.mark.django_db
CELL = "preferences:recommendation"
SENTENCE = (
    "This project narrowed the policy in 'test': there the class 'recommendation' may not read "
    "'preferences', but constraints."
)


class TestDeciding:
    def test_a_read_is_denied_and_told_by_whom(self, api: Api, project: Project) -> None:
        api.remember()
        api.read()
        close(project, CELL)
        body = assert_refused(api.post(READ, read_body()), 403, "policy_denied")
        assert (body["reason"], body["hint"]) == ("PROJECT_NARROWED", SENTENCE)
        assert body["allowed_purpose_classes"] == ["content_generation"]
        event = AuditEvent.objects.latest("id")
        assert (event.event_type, event.reason_code) == ("POLICY_DENIED", "PROJECT_NARROWED")
        api.read(scope="constraints")

    def test_all_that_decides_holds_it(self, api: Api, project: Project) -> None:
        """A batch, a continuation, a check, the bench of decisions and the policy that is told."""
        api.remember()
        token = {"revocation_token": api.read()["revocation_token"]}
        close(project, CELL)
        body = assert_refused(api.post(CONTINUE, token), 403, "policy_denied")
        assert body["reason"] == "PROJECT_NARROWED"
        places = [{"scope": "preferences"}, {"scope": "constraints"}]
        several = {"user_id": "user_1", "purpose": "recommend restaurants", "reads": places}
        items = api.post("/memory/read/batch", several).json()["items"]
        assert items[0]["error"]["reason"] == "PROJECT_NARROWED"
        assert "answer" in items[1] or "summary_struct" in str(items[1])
        asked = {"scope": "preferences", "purpose": "recommend restaurants"}
        assert api.post(CHECK, asked).json()["reason"] == "PROJECT_NARROWED"
        principal = principal_of(ApiKey.objects.select_related("project").get())
        explained = explain_read(principal=principal, registry=registry_for(principal), **asked)
        assert explained.step == "PROJECT_NARROWED"
        assert explained.policy_allows == ("content_generation",)
        policy = api.get("/policy").json()
        assert policy["matrix"]["preferences"] == ["content_generation"]
        assert policy["closed"] == {"preferences": ["recommendation"]}
        close(project)
        assert api.post(CONTINUE, token).status_code == 200

    def test_a_registered_purpose_reads_no_more_than_is_open(
        self, api: Api, project: Project
    ) -> None:
        register(project)
        close(project, CELL)
        gifts = read_body(purpose="gift_finder")
        body = assert_refused(api.post(READ, gifts), 403, "policy_denied")
        assert body["reason"] == "PROJECT_NARROWED"
        (purpose,) = api.get("/policy").json()["purposes"]
        assert purpose["scopes"] == ["constraints"]

    def test_the_other_environment_reads_on(self, api: Api, project: Project) -> None:
        close(project, CELL, environment="live")
        api.read()
        live = Api(make_key(project, "Live", environment="live")[1])
        assert_refused(live.post(READ, read_body()), 403, "policy_denied")

    def test_whatever_is_closed_nothing_is_opened(self, api: Api, project: Project) -> None:
        close(project, *map(str, OPEN_CELLS))
        policy = api.get("/policy").json()
        assert set(map(tuple, policy["matrix"].values())) == {()}
        assert policy["closed"] == {
            str(scope): sorted(map(str, classes)) for scope, classes in MATRIX.items()
        }
        body = assert_refused(api.post(READ, read_body()), 403, "policy_denied")
        assert body["hint"].endswith("may not read 'preferences', but nothing.")

    def test_the_version_is_another_and_comes_back(self, api: Api, project: Project) -> None:
        def version() -> Any:
            return api.get("/policy").json()["version"]

        close(project, CELL)
        narrowed = version()
        close(project, CELL, "schedule:scheduling")
        assert len({narrowed, version(), POLICY_VERSION}) == 3
        close(project)
        assert version() == POLICY_VERSION


class TestClosing:
    def test_each_change_has_its_event_and_shows_at_once(self, project: Project) -> None:
        close(project, "schedule:scheduling", CELL)
        close(project, CELL, "schedule:scheduling")
        close(project)
        in_order = [CELL, "schedule:scheduling"]
        assert events("PROJECT_UPDATE") == [{"closed_in_test": in_order}, {"closed_in_test": []}]
        assert revision_of(project) == 2

    @pytest.mark.parametrize(
        ("environment", "cell"),
        [
            ("test", "preferences:scheduling"),
            ("test", "preferences:unrecognized"),
            ("test", "preferences"),
            ("both", CELL),
        ],
    )
    def test_what_is_no_open_cell_is_refused(
        self, project: Project, environment: str, cell: str
    ) -> None:
        with pytest.raises(InvalidPurpose):
            close(project, cell, environment=environment)

    def test_what_was_changed_since_it_was_looked_at_is_left_alone(self, project: Project) -> None:
        close(project, CELL)
        with pytest.raises(PurposeChanged, match="changed in test meanwhile"):
            close(project, seen=[])
        project.refresh_from_db()
        assert project.closed_in_test == [CELL]
