"""What operators do with keys from the shell."""

from __future__ import annotations

from datetime import timedelta
from io import StringIO
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.test import override_settings
from django.utils import timezone

from accounts.models import AuditEvent, Project, User
from apikeys.authentication import find_principal
from apikeys.models import ApiKey
from apikeys.principal import Principal
from tests.memory.registered import register


def run(command: str, *arguments: str, **options: Any) -> tuple[list[str], str]:
    """Run a command; return the lines of its standard output, and its standard error."""
    out, err = StringIO(), StringIO()
    call_command(command, *arguments, stdout=out, stderr=err, **options)
    return out.getvalue().splitlines(), err.getvalue()


def opened_by(plaintext: str) -> Principal | None:
    return find_principal(plaintext, at=timezone.now())


@pytest.mark.django_db
class TestCreateKey:
    def test_the_last_line_is_the_key(self, owner: User) -> None:
        lines, err = run("createkey", owner.email)
        principal = opened_by(lines[-1])
        assert principal is not None
        assert principal.environment == "test"
        assert len(principal.permissions) == 7
        assert lines[-1] not in err
        assert AuditEvent.objects.get(event_type="KEY_CREATE").meta["actor"] == "command"

    def test_it_takes_every_setting_of_a_key(self, owner: User) -> None:
        lines, _ = run(
            "createkey",
            owner.email.upper(),
            "--project=Robots",
            "--environment=live",
            "--name=Arm",
            "--permission=memory:read",
            "--permission=memory:revoke",
            "--scope=schedule",
            "--purpose-class=scheduling",
            "--rate-limit=50",
            "--expires-in=30",
        )
        principal = opened_by(lines[-1])
        assert principal is not None
        assert principal.environment == "live"
        assert principal.permissions == {"memory:read", "memory:revoke"}
        assert principal.scopes == frozenset({"schedule"})
        assert principal.purpose_classes == frozenset({"scheduling"})
        assert principal.rate_limit == 50
        key = ApiKey.objects.get()
        assert (key.name, key.project.name) == ("Arm", "Robots")
        assert key.expires_at == key.created_at + timedelta(days=30)

    def test_a_key_for_some_purposes_is_listed_with_them(
        self, owner: User, project: Project
    ) -> None:
        for name in ("gift_finder", "book_finder"):
            register(project, purpose_id=name)
        purposes = ["--purpose=gift_finder", "--purpose=book_finder"]
        lines, _ = run("createkey", owner.email, "--name=Gifts", *purposes)
        principal = opened_by(lines[-1])
        assert principal is not None
        assert principal.purposes == frozenset({"gift_finder", "book_finder"})
        (line,) = run("listkeys")[0]
        assert line.endswith("\tGifts\tfor book_finder, gift_finder")

    def test_it_opens_an_account_when_told_to(self, db: None) -> None:
        with pytest.raises(CommandError, match="There is no account"):
            run("createkey", "new@example.com")
        run("createkey", "New@Example.com", "--create-account")
        new = User.objects.get()
        assert (new.email, new.has_usable_password()) == ("new@example.com", False)
        assert new.projects.get().api_keys.count() == 1

    def test_a_wrong_address_opens_nothing(self, db: None) -> None:
        with pytest.raises(CommandError, match="valid e-mail"):
            run("createkey", "not an address", "--create-account")
        assert not User.objects.exists()

    def test_a_key_without_a_name_is_given_one(self, owner: User) -> None:
        run("createkey", owner.email)
        run("createkey", owner.email)
        assert set(ApiKey.objects.values_list("name", flat=True)) == {"Key 1", "Key 2"}

    @pytest.mark.parametrize(
        "arguments",
        [
            ["--name=Taken"],
            ["--permission=memory:everything"],
            ["--scope=everything"],
            ["--purpose-class=anything"],
            ["--purpose=unregistered"],
            ["--environment=prod"],
            ["--rate-limit=0"],
            ["--expires-in=0"],
        ],
    )
    def test_impossible_settings_make_no_key(self, owner: User, arguments: list[str]) -> None:
        run("createkey", owner.email, "--name=Taken")
        with pytest.raises(CommandError):
            run("createkey", owner.email, *arguments)
        assert ApiKey.objects.count() == 1

    def test_no_project_is_made_for_an_impossible_key(self, owner: User) -> None:
        with pytest.raises(CommandError):
            run("createkey", owner.email, "--project=New", "--scope=everything")
        assert owner.projects.count() == 1

    def test_a_new_project_keeps_the_rules_of_projects_and_has_its_event(
        self, owner: User, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        run("createkey", owner.email, "--project= Robots ")
        run("createkey", owner.email, "--project=ROBOTS")
        robots = owner.projects.get(name="Robots")
        event = AuditEvent.objects.get(event_type="PROJECT_CREATE", app_id=robots.pk)
        assert event.meta == {"actor": "command", "name": "Robots"}
        for name in ("x" * 101, "a\nb", "a\u200bb"):
            with pytest.raises(CommandError, match="1 to 100 printable characters"):
                run("createkey", owner.email, "--project", name)
        monkeypatch.setattr("accounts.services.MOST_PROJECTS", 2)
        with pytest.raises(CommandError, match="at most 2 projects"):
            run("createkey", owner.email, "--project=Third")
        assert owner.projects.count() == 2

    @override_settings(ALLOWED_KEY_ENVIRONMENTS=["test"])
    def test_it_says_when_the_key_opens_nothing_here(self, owner: User) -> None:
        assert "ALLOWED_KEY_ENVIRONMENTS" in run("createkey", owner.email, environment="live")[1]


@pytest.mark.django_db
class TestLife:
    def test_a_key_is_listed_masked(self, owner: User) -> None:
        plaintext = run("createkey", owner.email, "--name=Laptop")[0][-1]
        lines, _ = run("listkeys")
        key = ApiKey.objects.get()
        assert lines == [
            f"{key.pk}\tsk_test_••••{plaintext[-4:]}\tactive\tDefault project"
            "\towner@example.com\tLaptop"
        ]
        assert run("listkeys", "nobody@example.com")[0] == []

    def test_a_rotated_key_has_two_secrets_for_a_while(self, owner: User) -> None:
        old = run("createkey", owner.email)[0][-1]
        new = run("rotatekey", str(ApiKey.objects.get().pk))[0][-1]
        assert opened_by(old) is not None
        assert opened_by(new) is not None
        newest = run("rotatekey", str(ApiKey.objects.get().pk), "--grace-hours=0")[0][-1]
        assert opened_by(new) is None
        assert opened_by(newest) is not None

    def test_a_deleted_key_opens_nothing_and_is_listed_only_when_asked_for(
        self, owner: User
    ) -> None:
        plaintext = run("createkey", owner.email)[0][-1]
        key = str(ApiKey.objects.get().pk)
        run("deletekey", key)
        assert opened_by(plaintext) is None
        assert run("listkeys")[0] == []
        assert "deleted" in run("listkeys", "--all")[0][0]
        for command in ("deletekey", "rotatekey"):
            with pytest.raises(CommandError, match="no live key"):
                run(command, key)

    def test_nonsense_finds_no_key(self, project: Project) -> None:
        for text in ("nonsense", "", "01a20683-2fbf-776e-8e34-5dc7940f60b3"):
            with pytest.raises(CommandError, match="no live key"):
                run("deletekey", text)

    def test_a_grace_has_its_limits(self, owner: User) -> None:
        run("createkey", owner.email)
        for hours in (-1, 169):
            with pytest.raises(CommandError, match="0 to 168 hours"):
                run("rotatekey", str(ApiKey.objects.get().pk), f"--grace-hours={hours}")
