"""Owners register purposes, approve, change and retire them; each change has its event."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.db import IntegrityError, transaction

from accounts import services
from accounts.models import AuditEvent, Project, User
from accounts.services import AlreadyGone
from memory import registering
from memory.models import Purpose
from memory.registrations import (
    InvalidPurpose,
    NotConfirmed,
    PurposeChanged,
    PurposeExists,
    PurposeNotFound,
    RegistryFailure,
    TooManyPurposes,
    VetoNotConfirmed,
)
from tests.makers import BY, NOW, make_project
from tests.memory.registered import (
    approve,
    change,
    events,
    propose,
    retire,
    revision_of,
    take,
)


class TestProposing:
    def test_it_is_kept_as_it_was_said_and_recorded(self, project: Project) -> None:
        purpose = propose(project, purpose_id="Gift Finder", scopes=["preferences"])
        purpose.refresh_from_db()
        assert (purpose.purpose_id, purpose.state, purpose.revision) == (
            "gift_finder",
            "proposed",
            1,
        )
        assert (purpose.scopes, purpose.environments) == (["preferences"], ["test", "live"])
        assert (purpose.proposed_at, purpose.proposed_by) == (NOW, "test")
        assert purpose.approved_at is None
        event = AuditEvent.objects.get(event_type="PURPOSE_PROPOSE")
        assert (event.app_id, event.environment) == (project.pk, "both")
        assert event.meta == {
            "actor": "test",
            "purpose_id": "gift_finder",
            "purpose_revision": 1,
            "sentence": "Finds gifts for the people that the user names.",
            "purpose_class": "recommendation",
            "scopes": ["preferences"],
            "environments": ["test", "live"],
        }

    @pytest.mark.parametrize(
        "sentence", ["Findet Geschenke.", "贈り物を探す", "يجد الهدايا", "x" * 500, "  a   b "]
    )
    def test_the_sentence_is_in_any_language(self, project: Project, sentence: str) -> None:
        assert propose(project, sentence=sentence).sentence == " ".join(sentence.split())

    @pytest.mark.parametrize(
        "wrong",
        [
            {"purpose_id": ""},
            {"purpose_id": "x" * 65},
            {"purpose_id": "贈り物"},
            {"purpose_id": "..."},
            {"purpose_id": "recommendation"},
            {"purpose_id": "Task execution"},
            {"purpose_id": "unrecognized"},
            {"sentence": ""},
            {"sentence": "   "},
            {"sentence": "x" * 501},
            {"sentence": "a\nb"},
            {"sentence": "a\x00b"},
            {"sentence": "a\u200bb"},
            {"sentence": "a\u202eb"},
            {"purpose_class": "unrecognized"},
            {"purpose_class": "marketing"},
            {"scopes": []},
            {"scopes": ["everything"]},
            {"scopes": ["preferences", "schedule"]},  # no class reads both
            {"environments": []},
            {"environments": ["test", "staging"]},
        ],
        ids=str,
    )
    def test_what_cannot_be_is_refused(self, project: Project, wrong: dict[str, Any]) -> None:
        with pytest.raises(InvalidPurpose):
            propose(project, **wrong)
        assert not Purpose.objects.exists()
        assert revision_of(project) == 0
        assert not AuditEvent.objects.filter(event_type__startswith="PURPOSE").exists()

    def test_it_says_which_there_are(self, project: Project) -> None:
        with pytest.raises(InvalidPurpose, match=r"^An environment is one of: test, live\.$"):
            propose(project, environments=["staging"])
        with pytest.raises(InvalidPurpose, match=r"^A scope that 'scheduling' may read is one of"):
            propose(project, purpose_class="scheduling", scopes=["preferences"])

    def test_an_id_is_registered_once_in_a_project(self, owner: User, project: Project) -> None:
        propose(project)
        for again in ("gift_finder", "GIFT finder", "gift-finder"):
            with pytest.raises(PurposeExists, match="'gift_finder'"):
                propose(project, purpose_id=again)
        propose(make_project(owner))
        assert Purpose.objects.count() == 2

    def test_a_project_has_so_many_at_most(
        self, project: Project, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(registering, "MOST_PURPOSES", 2)
        retire(project, propose(project, purpose_id="first"))
        propose(project, purpose_id="second")
        with pytest.raises(TooManyPurposes):
            propose(project, purpose_id="third")
        assert propose(project, purpose_id="first").revision == 2

    def test_a_deleted_project_registers_nothing(self, project: Project) -> None:
        purpose = propose(project)
        services.delete_project(project=project, at=NOW, by=BY)
        attempts: list[Callable[[], Any]] = [
            lambda: propose(project, purpose_id="other"),
            lambda: approve(project, purpose),
            lambda: change(project, purpose, sentence="Other."),
            lambda: retire(project, purpose),
            lambda: take(project, "registered"),
        ]
        for attempt in attempts:
            with pytest.raises(AlreadyGone):
                attempt()


class TestApproving:
    def test_it_says_who_and_when(self, project: Project) -> None:
        purpose = propose(project)
        approve(project, purpose, at=NOW + timedelta(hours=1))
        purpose.refresh_from_db()
        assert (purpose.state, purpose.revision) == ("approved", 1)
        assert (purpose.approved_at, purpose.approved_by) == (NOW + timedelta(hours=1), "test")
        assert events("PURPOSE_APPROVE") == [
            {"purpose_id": "gift_finder", "purpose_revision": 1, "confirmed_terms": []}
        ]

    def test_it_needs_the_confirmation(self, project: Project) -> None:
        purpose = propose(project)
        with pytest.raises(NotConfirmed, match="used for the end user, and not for advertising"):
            approve(project, purpose, confirmed=False, veto_confirmed=True)
        purpose.refresh_from_db()
        assert purpose.state == "proposed"
        assert events("PURPOSE_APPROVE") == []

    @pytest.mark.parametrize(
        "said",
        [
            {"purpose_id": "surveillance_novels"},
            {"sentence": "Suggests novels about surveillance to the user."},
        ],
        ids=["id", "sentence"],
    )
    def test_what_holds_a_veto_word_needs_a_second_one(
        self, project: Project, said: dict[str, str]
    ) -> None:
        purpose = propose(project, **said)
        with pytest.raises(VetoNotConfirmed, match="surveillance") as refused:
            approve(project, purpose)
        assert refused.value.terms == ("surveillance",)
        approve(project, purpose, veto_confirmed=True)
        (event,) = events("PURPOSE_APPROVE")
        assert event["confirmed_terms"] == ["surveillance"]

    def test_a_revision_that_nobody_looked_at_is_not_approved(self, project: Project) -> None:
        purpose = propose(project)
        change(project, purpose, sentence="Sells what it knows.")
        with pytest.raises(PurposeChanged):
            approve(project, purpose, veto_confirmed=True)
        assert Purpose.objects.get().state == "proposed"

    def test_a_proposal_that_was_made_anew_is_another_revision(self, project: Project) -> None:
        seen = propose(project)
        retire(project, seen)
        propose(project, sentence="Something else.")
        with pytest.raises(PurposeChanged):
            approve(project, seen)

    def test_twice_it_is_approved_once(self, project: Project) -> None:
        purpose = propose(project)
        approve(project, purpose)
        before = revision_of(project)
        approve(project, purpose, at=NOW + timedelta(days=1))
        assert Purpose.objects.get().approved_at == NOW
        assert (len(events("PURPOSE_APPROVE")), revision_of(project)) == (1, before)

    def test_a_retired_one_is_not_approved(self, project: Project) -> None:
        purpose = propose(project)
        retire(project, purpose)
        with pytest.raises(PurposeChanged, match="retired"):
            approve(project, purpose)

    def test_another_projects_purpose_is_not_found(self, owner: User, project: Project) -> None:
        purpose = propose(project)
        other = make_project(owner)
        attempts: list[Callable[[], Any]] = [
            lambda: approve(other, purpose),
            lambda: change(other, purpose, sentence="Other."),
            lambda: retire(other, purpose),
        ]
        for attempt in attempts:
            with pytest.raises(PurposeNotFound):
                attempt()


class TestTheDatabase:
    """What must be true is a constraint: views, admin and shell all obey it."""

    @pytest.mark.parametrize(
        "wrong",
        [
            {"purpose_class": "unrecognized"},
            {"state": "asleep"},
            {"revision": 0},
            {"purpose_id": ""},
            {"sentence": ""},
            {"state": "approved", "approved_at": None},
            {"state": "approved", "approved_at": NOW, "retired_at": NOW},
            {"state": "retired", "retired_at": None},
            {"state": "proposed", "approved_at": NOW, "retired_at": None},
        ],
        ids=str,
    )
    def test_no_purpose_is_impossible(self, project: Project, wrong: dict[str, Any]) -> None:
        purpose = propose(project)
        with pytest.raises(IntegrityError), transaction.atomic():
            Purpose.objects.filter(pk=purpose.pk).update(**wrong)

    def test_no_id_is_there_twice(self, project: Project) -> None:
        purpose = propose(project)
        purpose.pk = None
        with pytest.raises(IntegrityError), transaction.atomic():
            purpose.save(force_insert=True)

    @pytest.mark.parametrize("column", ["takes_in_test", "takes_in_live"])
    def test_no_project_takes_something_else(self, project: Project, column: str) -> None:
        with pytest.raises(IntegrityError), transaction.atomic():
            Project.objects.filter(pk=project.pk).update(**{column: "all"})


def test_every_change_raises_the_revision_of_the_registry(project: Project) -> None:
    """Processes keep a registry by this number: whoever knows an older one asks again."""
    seen = [revision_of(project)]
    purpose = propose(project)
    steps: list[Callable[[], Any]] = [
        lambda: approve(project, purpose),
        lambda: change(project, purpose, scopes=["preferences"]),
        lambda: retire(project, purpose),
        lambda: take(project, "declared"),
    ]
    seen.append(revision_of(project))
    for step in steps:
        step()
        seen.append(revision_of(project))
    assert seen == sorted(set(seen))
    assert seen[0] == 0


def test_every_failure_is_a_sentence_for_a_person(project: Project) -> None:
    with pytest.raises(RegistryFailure, match=r"^The project has no purpose 'x'\.$"):
        registering.retire_purpose(project=project, purpose_id="x", at=NOW, by=BY)
