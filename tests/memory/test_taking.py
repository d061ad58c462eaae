"""A project says which purposes it takes in each environment; each switch has its event."""

from __future__ import annotations

import pytest

from accounts.models import TAKES, AuditEvent, Project
from memory.policy.registry import Takes
from memory.registrations import InvalidPurpose, PurposeChanged
from tests.memory.registered import events, revision_of, take

pytestmark = pytest.mark.django_db


class TestTaking:
    def test_it_holds_for_one_environment(self, project: Project) -> None:
        take(project, "registered", environment="live")
        project.refresh_from_db()
        assert (project.takes_in_test, project.takes_in_live) == ("any", "registered")
        event = AuditEvent.objects.get(event_type="PROJECT_UPDATE")
        assert event.meta == {"actor": "test", "takes_in_live": "registered"}

    def test_the_same_again_changes_nothing(self, project: Project) -> None:
        take(project, "any")
        assert revision_of(project) == 0
        assert events("PROJECT_UPDATE") == []

    @pytest.mark.parametrize(("environment", "takes"), [("live", "all"), ("both", "any")])
    def test_what_cannot_be_is_refused(
        self, project: Project, environment: str, takes: str
    ) -> None:
        with pytest.raises(InvalidPurpose):
            take(project, takes, environment=environment)

    def test_both_apps_know_the_same_words(self) -> None:
        assert list(TAKES) == list(Takes)

    def test_what_was_switched_since_it_was_looked_at_is_left_alone(self, project: Project) -> None:
        take(project, "registered")
        with pytest.raises(PurposeChanged, match="changed meanwhile"):
            take(project, "declared", seen="any")
        project.refresh_from_db()
        assert project.takes_in_test == "registered"
        assert len(events("PROJECT_UPDATE")) == 1
