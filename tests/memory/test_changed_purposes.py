"""Registered purposes change and end; what only narrows holds at once."""

from __future__ import annotations

from typing import Any

import pytest

from accounts.models import Project
from memory.models import Purpose
from memory.registrations import NotConfirmed, PurposeChanged, VetoNotConfirmed
from tests.makers import NOW
from tests.memory.registered import (
    approve,
    change,
    events,
    propose,
    register,
    retire,
    revision_of,
)


class TestChanging:
    def test_a_proposal_changes_and_stays_one(self, project: Project) -> None:
        purpose = change(project, propose(project), sentence="Other.", scopes=["constraints"])
        assert (purpose.state, purpose.revision) == ("proposed", 2)
        assert events("PURPOSE_UPDATE") == [
            {
                "purpose_id": "gift_finder",
                "purpose_revision": 2,
                "sentence": "Other.",
                "purpose_class": "recommendation",
                "scopes": ["constraints"],
                "environments": ["test", "live"],
            }
        ]

    @pytest.mark.parametrize(
        "narrower",
        [{"scopes": ["preferences"]}, {"environments": ["test"]}],
        ids=str,
    )
    def test_what_only_narrows_an_approved_one_holds_at_once(
        self, project: Project, narrower: dict[str, Any]
    ) -> None:
        purpose = change(project, register(project), **narrower)
        purpose.refresh_from_db()
        assert (purpose.state, purpose.revision, purpose.approved_at) == ("approved", 2, NOW)
        assert len(events("PURPOSE_APPROVE")) == 1

    @pytest.mark.parametrize(
        "other",
        [
            {"scopes": None},
            {"scopes": ["constraints"]},
            {"environments": ["test", "live"]},
            {"sentence": "Other."},
            {"purpose_class": "content_generation"},
        ],
        ids=str,
    )
    def test_everything_else_of_an_approved_one_is_an_approval(
        self, project: Project, other: dict[str, Any]
    ) -> None:
        purpose = register(project, scopes=["preferences"], environments=["test"])
        with pytest.raises(NotConfirmed):
            change(project, purpose, **other)
        stands = Purpose.objects.get()
        assert (stands.state, stands.revision, stands.scopes) == ("approved", 1, ["preferences"])
        change(project, purpose, confirmed=True, **other)
        stands = Purpose.objects.get()
        assert (stands.state, stands.revision) == ("approved", 2)
        assert [event["purpose_revision"] for event in events("PURPOSE_APPROVE")] == [1, 2]

    def test_a_veto_word_needs_its_confirmation_here_too(self, project: Project) -> None:
        purpose = register(project)
        with pytest.raises(VetoNotConfirmed):
            change(project, purpose, sentence="Suggests novels on surveillance.", confirmed=True)
        change(
            project,
            purpose,
            sentence="Suggests novels on surveillance.",
            confirmed=True,
            veto_confirmed=True,
        )

    def test_the_same_again_changes_nothing(self, project: Project) -> None:
        purpose = register(project)
        before = revision_of(project)
        change(project, purpose, environments=["live", "test"])
        assert (Purpose.objects.get().revision, revision_of(project)) == (1, before)
        assert events("PURPOSE_UPDATE") == []

    def test_of_two_changes_of_one_revision_the_second_is_refused(self, project: Project) -> None:
        purpose = propose(project)
        seen = purpose.revision
        change(project, purpose, sentence="First.")
        with pytest.raises(PurposeChanged):
            change(project, purpose, sentence="Second.", revision=seen)
        assert Purpose.objects.get().sentence == "First."

    def test_a_retired_one_does_not_change(self, project: Project) -> None:
        purpose = retire(project, register(project))
        with pytest.raises(PurposeChanged, match="propose it again"):
            change(project, purpose, sentence="Other.")


class TestRetiring:
    def test_it_says_who_and_when(self, project: Project) -> None:
        purpose = retire(project, register(project))
        purpose.refresh_from_db()
        assert (purpose.state, purpose.retired_at, purpose.retired_by) == ("retired", NOW, "test")
        assert purpose.standing() == "retired"
        assert events("PURPOSE_RETIRE") == [{"purpose_id": "gift_finder", "purpose_revision": 1}]

    def test_twice_it_is_retired_once(self, project: Project) -> None:
        purpose = register(project)
        retire(project, purpose)
        before = revision_of(project)
        retire(project, purpose)
        assert (len(events("PURPOSE_RETIRE")), revision_of(project)) == (1, before)

    def test_proposed_again_it_stays_refused_until_it_is_approved(self, project: Project) -> None:
        retire(project, register(project))
        again = propose(project, sentence="Better.")
        assert (again.state, again.revision, again.standing()) == ("proposed", 2, "retired")
        approve(project, again)
        again.refresh_from_db()
        assert (again.standing(), again.retired_at, again.retired_by) == ("approved", None, "")

    def test_withdrawn_while_proposed_again_it_stays_refused(self, project: Project) -> None:
        retire(project, register(project))
        assert retire(project, propose(project)).standing() == "retired"

    def test_what_never_held_has_no_effect_when_it_is_withdrawn(self, project: Project) -> None:
        purpose = retire(project, propose(project))
        assert (purpose.state, purpose.standing()) == ("retired", "proposed")
        assert list(Purpose.objects.withdrawn()) == [purpose]
