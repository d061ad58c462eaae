"""A replay under a draft, and the draft in shadow, say what the API then answers: each decision."""

from __future__ import annotations

from itertools import product
from typing import Any

import pytest

from accounts.models import AuditEvent, Project
from apikeys.models import ApiKey
from foundation.identifiers import new_id
from memory import replaying
from memory.erasing import erase_by_command
from memory.models import Draft
from memory.policy.vocabulary import Scope
from tests.doors import Api
from tests.makers import BY, NOW, make_key, read_body
from tests.memory import drafted
from tests.memory.bad_requests import CHECK, CONTINUE, READ
from tests.memory.registered import close, propose, register, retire, take

pytestmark = pytest.mark.django_db
CELL = "preferences:recommendation"
RIGHTS: dict[str, dict[str, Any]] = {
    "Every": {},
    "Scopes": {"scopes": ["preferences", "schedule"]},
    "Classes": {"purpose_classes": ["recommendation", "ui_rendering"]},
    "Purposes": {"purposes": ["gift_finder", "planner", "newsletter"]},
}
PURPOSES = (
    "recommend restaurants",
    "recommendation: gifts for my sister",
    "ui_rendering",
    "Gift finder",
    "planner",
    "newsletter",
    "not registered yet",
    "night mode",
    "sell the profile",
    "s e l l  i t",
    "send a notification",
)
Asked = tuple[str, str, str]  # key, scope, purpose


def furnish(project: Project) -> dict[str, Api]:
    """Register purposes in every state, close a cell, and return keys by their names."""
    register(project, scopes=["preferences", "constraints"])
    register(project, purpose_id="planner", purpose_class="scheduling")
    retire(project, register(project, purpose_id="newsletter", purpose_class="content_generation"))
    propose(project, purpose_id="night_mode", purpose_class="ui_rendering")
    close(project, "communication:ui_rendering")
    return {name: Api(make_key(project, name, **rights)[1]) for name, rights in RIGHTS.items()}


def draft_all(project: Project, takes: str) -> None:
    """Draft a change of every kind."""
    drafted.settings(project, takes, [CELL, "attention:ui_rendering"])
    drafted.purpose(project, scopes=["constraints"])
    drafted.purpose(project, purpose_id="newsletter", purpose_class="content_generation")
    drafted.purpose(project, purpose_id="night_mode", purpose_class="ui_rendering")
    drafted.purpose(project, purpose_id="not_registered_yet", purpose_class="recommendation")
    drafted.retirement(project, "planner")


def asked(keys: dict[str, Api], path: str = READ) -> dict[Asked, str | None]:
    """Ask everything with every key; return the reasons, None where it is allowed."""
    answers: dict[Asked, str | None] = {}
    for (name, api), scope, purpose in product(keys.items(), map(str, Scope), PURPOSES):
        body = {"scope": scope, "purpose": purpose}
        answer = api.post(path, body if path == CHECK else read_body(**body))
        assert answer.status_code in (200, 403), answer.content
        answers[name, scope, purpose] = answer.json().get("reason")
    return answers


@pytest.mark.parametrize("takes", ["", "registered"])
def test_replay_and_shadow_equal_what_the_api_then_does(project: Project, takes: str) -> None:
    """264 decisions and as many continuations' worth of rights, each asked before and after."""
    keys = furnish(project)
    names: dict[Any, str] = dict(ApiKey.objects.values_list("pk", "name"))
    draft_all(project, takes)
    drafted.shadow(project)
    before = asked(keys)
    shadow = {
        (names[event.api_key_id], event.scope, event.purpose): event.meta.get("shadow")
        for event in AuditEvent.objects.exclude(purpose_class=None)
    }
    found = drafted.replayed(project)
    told = {(names[one.key_id], one.scope, one.purpose): one for one in found.changed}
    seen = {
        (names[one.key_id], one.scope, one.purpose): one.would_be
        for one in drafted.shadowed(project).changed
    }
    drafted.switch_on(project)
    after = asked(keys, CHECK)

    assert len(before) == len(after) == found.decisions == found.replayed == 264
    assert found.otherwise == 0
    turned = {one for one in before if (before[one] is None) is not (after[one] is None)}
    assert set(told) == turned == set(seen)
    for one in before:
        if one in turned:
            assert (told[one].was, told[one].would_be) == (before[one], after[one]), one
            assert seen[one] == after[one]
            assert shadow[one]["reason"] == after[one]
        else:
            assert shadow[one] is None
    assert {told[one].is_denied for one in turned} == {True, False}


@pytest.mark.parametrize("takes", ["", "registered"])
def test_the_version_that_a_draft_tells_is_the_one_that_comes(project: Project, takes: str) -> None:
    keys = furnish(project)
    draft_all(project, takes)
    drafted.shadow(project)
    keys["Every"].read()
    told = AuditEvent.objects.latest("id").meta["shadow"]["policy_version"]
    drafted.switch_on(project)
    assert keys["Every"].get("/policy").json()["version"] == told


class TestReplaying:
    def test_decisions_alike_are_one_line_with_the_last_of_them(
        self, api: Api, project: Project
    ) -> None:
        token = {"revocation_token": api.read()["revocation_token"]}
        api.read()
        api.post(CONTINUE, token)
        api.read(scope="constraints")
        drafted.settings(project, closes=[CELL])
        found = drafted.replayed(project)
        (one,) = found.changed
        assert (found.decisions, found.denied, found.allowed) == (4, 3, 0)
        assert (one.purpose, one.scope, one.would_be) == (
            "recommend restaurants",
            "preferences",
            "PROJECT_NARROWED",
        )
        last = AuditEvent.objects.filter(scope="preferences").latest("id")
        assert (one.event_id, one.last_at) == (last.pk, last.created_at)
        assert found.by_key() == [(one.key_id, 3, 0)]

    def test_what_would_be_allowed_is_told_too(self, api: Api, project: Project) -> None:
        api.post(READ, read_body(purpose="gift for my sister"))
        drafted.purpose(project, purpose_id="gift_for_my_sister")
        (one,) = drafted.replayed(project).changed
        assert (one.was, one.would_be, one.count) == ("PURPOSE_UNRECOGNIZED", None, 1)

    def test_what_the_record_does_not_hold_is_counted_and_not_guessed(
        self, api: Api, project: Project
    ) -> None:
        api.read(user_id="somebody")
        api.read()
        where: dict[str, Any] = {"project": project, "environment": "test", "dry_run": False}
        erase_by_command(user_id="somebody", at=NOW, by=BY, **where)
        unknown = AuditEvent.objects.exclude(purpose=None).get()
        unknown.pk, unknown.api_key_id, unknown.meta = new_id(), new_id(), {}
        unknown.save(force_insert=True)
        drafted.settings(project, closes=[CELL])
        found = drafted.replayed(project)
        assert (found.decisions, found.replayed) == (3, 1)
        assert (found.without_purpose, found.without_key, found.too_many) == (1, 1, 0)
        assert found.denied == 1

    def test_a_key_is_taken_as_it_stands(self, api: Api, project: Project) -> None:
        api.read()
        key = ApiKey.objects.get()
        key.scopes = ["schedule"]
        key.save(update_fields=["scopes"])
        drafted.settings(project, closes=[CELL])
        found = drafted.replayed(project)
        assert (found.denied, found.otherwise) == (0, 1)

    def test_ends_of_grants_and_refusals_without_a_purpose_are_no_decisions(
        self, api: Api, project: Project
    ) -> None:
        token = {"revocation_token": api.read()["revocation_token"]}
        api.post("/memory/revoke", token)
        assert api.post(CONTINUE, token).status_code == 403
        drafted.settings(project, closes=[CELL])
        assert drafted.replayed(project).decisions == 1

    def test_it_is_bounded_and_says_so(
        self, api: Api, project: Project, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        for word in ("one", "two", "two", "three"):
            api.read(purpose=f"recommend {word}")
        drafted.settings(project, closes=[CELL])
        monkeypatch.setattr(replaying, "MOST_KINDS", 2)
        found = drafted.replayed(project)
        assert (found.decisions, found.replayed, found.too_many) == (4, 3, 1)
        monkeypatch.setattr(replaying, "MOST_CHARACTERS", len("recommend two"))
        found = drafted.replayed(project)
        assert (found.decisions, found.replayed, found.too_many) == (4, 2, 2)
        monkeypatch.setattr(replaying, "MOST_EVENTS", 2)
        found = drafted.replayed(project)
        assert (found.decisions, found.is_all) == (2, False)

    def test_each_environment_and_project_has_its_own(self, api: Api, project: Project) -> None:
        api.read()
        Api(make_key(project, "Live", environment="live")[1]).read()
        drafted.settings(project, closes=[CELL], environment="live")
        assert drafted.replayed(project, "live").denied == 1


class TestShadow:
    def test_it_decides_nothing_and_ends_with_the_next_request(
        self, api: Api, project: Project
    ) -> None:
        drafted.settings(project, closes=[CELL])
        api.read()
        drafted.shadow(project)
        api.read()
        token = {"revocation_token": api.read()["revocation_token"]}
        assert api.post(CONTINUE, token).status_code == 200
        places = [{"scope": "preferences"}, {"scope": "constraints"}]
        several = {"user_id": "user_1", "purpose": "recommend restaurants", "reads": places}
        assert api.post("/memory/read/batch", several).status_code == 200
        seen = drafted.shadowed(project)
        assert (seen.decisions, seen.denied) == (5, 4)
        drafted.shadow(project, on=False)
        api.read()
        assert "shadow" not in AuditEvent.objects.filter(scope="preferences").latest("id").meta

    def test_a_change_of_the_draft_begins_it_anew(self, api: Api, project: Project) -> None:
        drafted.settings(project, closes=[CELL])
        drafted.shadow(project)
        api.read()
        drafted.settings(project, closes=["schedule:scheduling"])
        api.read()
        seen = drafted.shadowed(project)
        assert (seen.decisions, seen.denied) == (1, 0)

    def test_an_ended_grant_is_no_matter_of_the_draft(self, api: Api, project: Project) -> None:
        drafted.settings(project, closes=[CELL])
        drafted.shadow(project)
        token = {"revocation_token": api.read()["revocation_token"]}
        api.post("/memory/revoke", token)
        api.post(CONTINUE, token)
        event = AuditEvent.objects.get(event_type="POLICY_DENIED")
        assert "shadow" not in event.meta

    def test_what_is_taken_or_registered_meanwhile_counts_for_it_too(
        self, api: Api, project: Project
    ) -> None:
        drafted.settings(project, takes="registered")
        drafted.shadow(project)
        api.read()
        take(project, "declared")
        api.post(READ, read_body())
        seen = drafted.shadowed(project)
        assert (seen.decisions, seen.denied) == (2, 1)
        assert Draft.objects.get().shadow_since is not None
