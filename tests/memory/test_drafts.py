"""Changes are drafted, and switched on together by what would do each of them alone."""

from __future__ import annotations

from typing import Any

import pytest

from accounts.models import Project
from memory import drafts
from memory.models import Draft, Purpose
from memory.registrations import (
    InvalidPurpose,
    NotConfirmed,
    PurposeChanged,
    PurposeExists,
    PurposeNotFound,
    TooManyPurposes,
    VetoNotConfirmed,
)
from tests.makers import make_key
from tests.memory import drafted
from tests.memory.registered import (
    approve,
    change,
    close,
    events,
    propose,
    register,
    retire,
    revision_of,
)

pytestmark = pytest.mark.django_db
CELL = "preferences:recommendation"


class TestDrafting:
    def test_it_has_no_effect_and_no_event(self, project: Project) -> None:
        register(project)
        before = revision_of(project)
        drafted.settings(project, "registered", [CELL])
        drafted.purpose(project, purpose_id="Planner")
        drafted.retirement(project, "gift_finder")
        draft = Draft.objects.get()
        assert (draft.takes, draft.closes) == ("registered", [CELL])
        assert set(draft.purposes) == {"planner", "gift_finder"}
        assert (revision_of(project), events("PROJECT_UPDATE")) == (before, [])

    def test_each_environment_has_one(self, project: Project) -> None:
        drafted.settings(project, "declared")
        drafted.settings(project, "registered", environment="live")
        assert set(Draft.objects.values_list("environment", "takes")) == {
            ("test", "declared"),
            ("live", "registered"),
        }

    def test_what_was_changed_since_it_was_looked_at_is_left_alone(self, project: Project) -> None:
        drafted.settings(project, "declared")
        for act in (drafts.leave_out, drafts.draft_retirement):
            with pytest.raises(PurposeChanged, match="changed meanwhile"):
                act(**drafted.whose(project, seen=0, purpose_id="planner"))
        with pytest.raises(PurposeChanged):
            drafted.settings(project, "registered", seen=0)
        assert Draft.objects.get().takes == "declared"

    @pytest.mark.parametrize(
        ("takes", "closes"), [("all", []), ("", ["preferences:scheduling"]), ("", ["nowhere"])]
    )
    def test_what_cannot_be_is_refused(self, project: Project, takes: str, closes: Any) -> None:
        with pytest.raises(InvalidPurpose):
            drafted.settings(project, takes, closes)
        assert not Draft.objects.exists()

    def test_a_purpose_that_changes_nothing_is_refused(self, project: Project) -> None:
        purpose = register(project)
        with pytest.raises(PurposeExists):
            drafted.purpose(project)
        retire(project, purpose)
        with pytest.raises(PurposeNotFound):
            drafted.retirement(project, "gift_finder")
        with pytest.raises(InvalidPurpose):
            drafted.purpose(project, purpose_class="advertising")

    def test_it_holds_some_purposes_and_no_more(
        self, project: Project, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(drafts, "MOST_PURPOSES", 1)
        drafted.purpose(project)
        with pytest.raises(TooManyPurposes):
            drafted.purpose(project, purpose_id="planner")
        assert set(Draft.objects.get().purposes) == {"gift_finder"}


class TestSwitchingOn:
    def test_everything_holds_with_the_events_of_each(self, project: Project) -> None:
        make_key(project)
        close(project, "schedule:scheduling")
        gifts, planner = register(project), propose(project, purpose_id="planner")
        drafted.settings(project, "registered", [CELL])
        drafted.purpose(project, scopes=["constraints"])
        drafted.purpose(project, purpose_id="planner")
        drafted.purpose(project, purpose_id="new_one")
        drafted.switch_on(project)
        project.refresh_from_db()
        assert (project.takes_in_test, project.closed_in_test) == (
            "registered",
            [CELL, "schedule:scheduling"],
        )
        gifts.refresh_from_db()
        planner.refresh_from_db()
        assert (gifts.state, gifts.scopes, gifts.revision) == ("approved", ["constraints"], 2)
        assert (planner.state, planner.revision) == ("approved", 1)
        assert Purpose.objects.get(purpose_id="new_one").state == "approved"
        assert len(events("PURPOSE_APPROVE")) == 3
        assert not Draft.objects.exists()

    def test_without_what_must_be_confirmed_nothing_holds(self, project: Project) -> None:
        drafted.settings(project, "registered")
        drafted.purpose(project, purpose_id="ad_free_gifts", sentence="Gifts beside advertising.")
        with pytest.raises(NotConfirmed):
            drafted.switch_on(project, confirmed=False)
        with pytest.raises(VetoNotConfirmed):
            drafted.switch_on(project, veto_confirmed=False)
        project.refresh_from_db()
        assert project.takes_in_test == "any"
        assert not Purpose.objects.exists()
        assert drafts.vetoes_of(Draft.objects.get()) == ("ad", "advertising")

    @pytest.mark.parametrize("how", ["changed", "retired", "registered"])
    def test_a_purpose_that_is_not_what_it_was_stops_it(self, project: Project, how: str) -> None:
        gifts = register(project)
        drafted.settings(project, "registered")
        drafted.purpose(project, scopes=["constraints"])
        drafted.purpose(project, purpose_id="planner")
        if how == "changed":
            change(project, gifts, scopes=["preferences"])
        elif how == "retired":
            retire(project, gifts)
        else:
            register(project, purpose_id="planner")
        with pytest.raises(PurposeChanged, match="draft it again"):
            drafted.switch_on(project)
        project.refresh_from_db()
        assert project.takes_in_test == "any"
        assert Draft.objects.exists()

    def test_a_page_about_one_that_is_gone_switches_no_other_on(self, project: Project) -> None:
        first = drafted.settings(project, "declared").revision
        drafts.discard(**{k: v for k, v in drafted.whose(project).items() if k != "seen"})
        second = drafted.settings(project, "registered").revision
        assert first != second
        with pytest.raises(PurposeChanged):
            drafted.switch_on(project, seen=first)

    def test_a_retired_one_comes_back(self, project: Project) -> None:
        gifts = register(project)
        retire(project, gifts)
        drafted.purpose(project)
        drafted.switch_on(project)
        gifts.refresh_from_db()
        assert (gifts.state, gifts.revision) == ("approved", 2)

    def test_of_two_the_second_switches_nothing(self, project: Project) -> None:
        first = drafted.settings(project, "declared").revision
        drafted.switch_on(project)
        with pytest.raises(PurposeChanged):
            drafted.switch_on(project, seen=first)
        drafted.switch_on(project)  # there is none: nothing to do
        assert len(events("PROJECT_UPDATE")) == 1


class TestShadow:
    def test_it_is_recorded_when_it_begins_and_ends(self, project: Project) -> None:
        drafted.settings(project, "registered")
        drafted.shadow(project)
        drafted.shadow(project)
        drafted.shadow(project, on=False)
        drafted.shadow(project)
        drafts.discard(**{k: v for k, v in drafted.whose(project).items() if k != "seen"})
        assert events("PROJECT_UPDATE") == [
            {"shadow_in_test": one} for one in (True, False, True, False)
        ]
        assert not Draft.objects.exists()
        assert revision_of(project) == 4

    def test_without_a_draft_there_is_none(self, project: Project) -> None:
        drafted.shadow(project)
        assert events("PROJECT_UPDATE") == []
        assert not Draft.objects.exists()

    def test_a_purpose_approved_meanwhile_is_the_approved_one(self, project: Project) -> None:
        """The same words twice: the draft says what the registry says by now."""
        gifts = propose(project)
        drafted.purpose(project)
        approve(project, gifts)
        with pytest.raises(PurposeChanged):
            drafted.switch_on(project)
