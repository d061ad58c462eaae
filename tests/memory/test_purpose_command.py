"""What operators do with a project's registry from the shell."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.core.management import CommandError
from django.utils import timezone

from accounts.models import AuditEvent, Project, User
from memory.models import Purpose
from tests.apikeys.test_commands import run
from tests.doors import Api
from tests.makers import make_key, make_project, read_body
from tests.memory.bad_requests import READ
from tests.memory.registered import propose, register, retire

REGISTER = (
    "--class=recommendation",
    "--sentence=Finds gifts for the people that the user names.",
)


@pytest.fixture
def email(owner: User, project: Project) -> str:
    return owner.email


class TestRegistry:
    def test_a_purpose_lives_by_commands_alone(self, email: str, api: Api) -> None:
        body = read_body(purpose="gift finder")

        def status() -> int:
            return api.post(READ, body).status_code

        _, err = run("purpose", "register", email, "gift_finder", *REGISTER)
        assert "revision 1: it has no effect until it is approved" in err
        assert status() == 403
        run("purpose", "approve", email, "gift_finder", "1", "--confirm")
        assert status() == 200
        run("purpose", "change", email, "gift_finder", "--scope=constraints")
        assert status() == 403
        run("purpose", "change", email, "gift_finder", "--every-scope", "--confirm")
        assert status() == 200
        run("purpose", "retire", email, "gift_finder")
        assert status() == 403
        kinds = AuditEvent.objects.filter(event_type__startswith="PURPOSE").order_by("id")
        assert [event.event_type for event in kinds] == [
            "PURPOSE_PROPOSE",
            "PURPOSE_APPROVE",
            "PURPOSE_UPDATE",
            "PURPOSE_UPDATE",
            "PURPOSE_APPROVE",
            "PURPOSE_RETIRE",
        ]
        assert {event.meta["actor"] for event in kinds} == {"command"}

    def test_it_takes_all_that_a_purpose_says(self, email: str) -> None:
        narrow = ("--scope=preferences", "--environment=live")
        run("purpose", "register", email, "Gift finder", *REGISTER, *narrow)
        purpose = Purpose.objects.get()
        assert (purpose.purpose_id, purpose.scopes) == ("gift_finder", ["preferences"])
        assert purpose.environments == ["live"]
        run("purpose", "change", email, "gift_finder", "--sentence=Other.", "--class=scheduling",
            "--scope=schedule", "--environment=test")  # fmt: skip
        purpose.refresh_from_db()
        assert (purpose.sentence, purpose.purpose_class) == ("Other.", "scheduling")
        assert (purpose.scopes, purpose.environments) == (["schedule"], ["test"])

    def test_an_approval_says_what_has_to_be_confirmed(self, email: str, project: Project) -> None:
        propose(project, sentence="Plans the marketing of the user's own shop.")
        approve = ("purpose", "approve", email, "gift_finder")
        with pytest.raises(CommandError, match="used for the end user, and not for advertising"):
            run(*approve, "1")
        with pytest.raises(CommandError, match="marketing"):
            run(*approve, "1", "--confirm")
        with pytest.raises(CommandError, match="look at it again"):
            run(*approve, "2", "--confirm", "--confirm-words")
        run(*approve, "1", "--confirm", "--confirm-words")
        assert Purpose.objects.get().state == "approved"

    def test_it_lists_them(self, email: str, project: Project) -> None:
        assert "There are no purposes" in run("purpose", "list", email)[1]
        register(project, scopes=["preferences"])
        retire(project, register(project, purpose_id="old"))
        lines, err = run("purpose", "list", email)
        assert lines == [
            "gift_finder\t1\tapproved\trecommendation\tpreferences\ttest, live"
            "\tFinds gifts for the people that the user names."
        ]
        assert "takes 'any' in live" in err
        assert len(run("purpose", "list", email, "--all")[0]) == 2

    @pytest.mark.parametrize(
        "arguments",
        [
            ["register", "gift_finder", "--class=marketing", "--sentence=x"],
            ["register", "recommendation", *REGISTER],
            ["approve", "unknown", "1", "--confirm"],
            ["change", "unknown", "--sentence=x"],
            ["retire", "unknown"],
            ["retire", "\udcff"],  # what a shell passes that is no UTF-8
            ["change", "\udcff", "--sentence=x"],
            ["take", "live", "all"],
            ["take", "both", "any"],
            ["denied", "test", "--days=0"],
            ["denied", "test", "--days=1000000000"],
        ],
        ids=" ".join,
    )
    def test_what_cannot_be_is_an_error(self, email: str, arguments: list[str]) -> None:
        with pytest.raises(CommandError):
            run("purpose", arguments[0], email, *arguments[1:])
        assert not Purpose.objects.exists()

    def test_it_says_what_comes_of_an_end(self, email: str, project: Project) -> None:
        propose(project)
        assert "has no effect" in run("purpose", "retire", email, "gift_finder")[1]
        register(project)
        assert "is refused from now on" in run("purpose", "retire", email, "gift_finder")[1]

    @pytest.mark.parametrize(
        "said",
        [
            ["--sentence="],
            ["--class="],
            ["--scope="],
            ["--environment="],
            ["--scope=preferences", "--every-scope"],
        ],
        ids=" ".join,
    )
    def test_what_says_nothing_or_two_things_is_no_change(
        self, email: str, project: Project, said: list[str]
    ) -> None:
        register(project, scopes=["constraints"])
        with pytest.raises(CommandError):
            run("purpose", "change", email, "gift_finder", *said, "--confirm")
        purpose = Purpose.objects.get()
        assert (purpose.scopes, purpose.revision) == (["constraints"], 1)

    def test_it_is_told_which_project_is_meant(self, email: str, owner: User) -> None:
        shop = make_project(owner, "Shop")
        with pytest.raises(CommandError, match="'Default project', 'Shop'"):
            run("purpose", "list", email)
        with pytest.raises(CommandError, match="--project"):
            run("purpose", "list", email, "--project=Other")
        with pytest.raises(CommandError, match="no account"):
            run("purpose", "list", "nobody@example.com")
        run("purpose", "register", email, "gift_finder", *REGISTER, "--project= SHOP ")
        assert Purpose.objects.get().project_id == shop.pk


class TestTaking:
    def test_it_says_what_would_have_been_denied(
        self, email: str, project: Project, api: Api
    ) -> None:
        register(project)
        api.read(purpose="gift_finder")
        api.read(purpose="recommend books")
        take = ("purpose", "take", email, "test", "registered")
        lines, err = run(*take, "--dry-run")
        assert lines == ["1\trecommend books\tPURPOSE_NOT_REGISTERED"]
        assert "Of 2 reads in test since" in err
        assert "1 would have been denied" in err
        project.refresh_from_db()
        assert project.takes_in_test == "any"
        assert "takes 'registered' in test" in run(*take)[1]
        project.refresh_from_db()
        assert project.takes_in_test == "registered"


class TestMatrix:
    def test_cells_are_closed_and_opened_again(self, email: str, project: Project) -> None:
        matrix = ("purpose", "matrix", email, "test")
        scheduling, recommending = "schedule:scheduling", "preferences:recommendation"
        close = (f"--close={scheduling}", f"--close={recommending}")
        assert run(*matrix, *close)[0] == [recommending, scheduling]
        assert run(*matrix, f"--open={scheduling}")[0] == [recommending]
        project.refresh_from_db()
        assert (project.closed_in_test, project.closed_in_live) == ([recommending], [])
        with pytest.raises(CommandError, match="no such cell to close: preferences:scheduling"):
            run(*matrix, "--close=preferences:scheduling")


class TestDenied:
    def test_it_lists_what_was_denied(self, email: str, project: Project) -> None:
        api = Api(make_key(project, "Now", at=timezone.now() - timedelta(days=1))[1])
        assert "No purpose" in run("purpose", "denied", email, "test")[1]
        api.post(READ, read_body(purpose="sell the profile"))
        api.post(READ, read_body(purpose="build a \u202eziuq"))
        (last, first), _ = run("purpose", "denied", email, "test")
        assert "\u202e" not in last
        count, _, text, reason, _ = first.split("\t")
        assert (count, text) == ("1", "sell the profile")
        assert reason.startswith("PURPOSE_VETOED (")
