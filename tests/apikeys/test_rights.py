"""What a key may do, and until when, is changed later: told apart, recorded, told, at once."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from django.core import mail
from pytest_django import Settings

from accounts.audit import ChangedBy
from accounts.models import AuditEvent, Project, User
from apikeys import rights, services
from apikeys.authentication import find_principal
from apikeys.models import ApiKey
from apikeys.notices import recipients
from apikeys.principal import PERMISSIONS
from apikeys.rights import Rights
from memory.policy.vocabulary import PURPOSE_CLASSES, Scope
from tests.apikeys.mailed import subjects
from tests.doors import Api
from tests.mailbox import mailbox
from tests.makers import BY, NOW, make_key, memory_body
from tests.memory.registered import register

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)
ALL = Rights(permissions=PERMISSIONS, scopes=None, purpose_classes=None, purposes=None)
SCOPES = tuple(map(str, Scope))
CLASSES = tuple(map(str, PURPOSE_CLASSES))


def event() -> Any:
    return AuditEvent.objects.get(event_type="KEY_UPDATE").meta


def change(key: ApiKey, new: Rights, **options: Any) -> str | None:
    seen = options.pop("seen", rights.rights_of(ApiKey.objects.get(pk=key.pk)).seal())
    return rights.change_rights(key=key, rights=new, seen=seen, at=NOW, by=BY)


class TestWidening:
    @pytest.mark.parametrize(
        ("before", "after", "wider"),
        [
            ({}, {}, False),
            ({}, {"permissions": ("memory:read",)}, False),
            ({"permissions": ("memory:read",)}, {"permissions": ("memory:list",)}, True),
            ({}, {"scopes": ("schedule",)}, False),
            ({"scopes": ("schedule",)}, {}, True),
            ({"scopes": ("schedule",)}, {"scopes": ("attention",)}, True),
            ({"scopes": ("schedule", "attention")}, {"scopes": ("attention",)}, False),
            ({"scopes": SCOPES}, {"scopes": None}, False),
            ({"purpose_classes": ("recommendation",)}, {"purpose_classes": CLASSES}, True),
            ({"purpose_classes": CLASSES}, {}, False),
            ({}, {"purposes": ("gifts",)}, False),
            ({"purposes": ("gifts",)}, {}, True),  # free text is more than any list
            ({"purposes": ("gifts",)}, {"purposes": ("gifts", "dinner")}, True),
            ({"scopes": ("schedule",)}, {"permissions": ("memory:read",)}, True),  # of both kinds
        ],
    )
    def test_it_is_told_from_narrowing(
        self, before: dict[str, Any], after: dict[str, Any], wider: bool
    ) -> None:
        assert replace(ALL, **after).widens(replace(ALL, **before)) is wider

    @pytest.mark.parametrize(
        ("end", "before", "longer"),
        [
            (NOW, NOW, False),
            (NOW + DAY, NOW, True),
            (NOW, NOW + DAY, False),
            (None, NOW, True),
            (NOW, None, False),
            (None, None, False),
        ],
    )
    def test_a_later_end_is_more(self, end: Any, before: Any, longer: bool) -> None:
        assert rights.extends(end, before) is longer


class TestChangingRights:
    def test_it_holds_with_the_next_request(self, project: Project) -> None:
        key, plaintext = make_key(project)
        api = Api(plaintext)
        api.remember()
        change(key, replace(ALL, scopes=("schedule",)))
        assert api.post("/memory", memory_body()).status_code == 403
        change(key, replace(ALL, scopes=("preferences",)))
        assert api.post("/memory", memory_body()).status_code == 201
        change(key, replace(ALL, permissions=("memory:read",)))
        assert api.post("/memory", memory_body()).status_code == 403

    def test_narrowing_is_recorded_with_before_and_after(self, project: Project) -> None:
        key, _ = make_key(project)
        assert change(key, replace(ALL, scopes=("schedule",))) == "narrowed"
        assert event() == {
            "actor": "test",
            "name": "Key",
            "rights": "narrowed",
            "before": {"scopes": None},
            "after": {"scopes": ["schedule"]},
        }

    def test_a_change_of_both_kinds_is_widening(self, project: Project) -> None:
        key, _ = make_key(project, scopes=["schedule"])
        new = replace(ALL, permissions=("memory:read",), scopes=("schedule", "attention"))
        assert change(key, new) == "widened"
        assert event()["rights"] == "widened"
        assert set(event()["after"]) == {"permissions", "scopes"}

    def test_purposes_are_recorded_where_an_erasure_finds_them(self, project: Project) -> None:
        register(project)
        key, _ = make_key(project)
        change(key, replace(ALL, purposes=("gift_finder",)))
        assert event()["purposes"] == {"before": None, "after": ["gift_finder"]}
        assert "gift_finder" not in str({**event(), "purposes": ""})

    def test_what_changes_nothing_leaves_no_event_and_no_mail(self, project: Project) -> None:
        key, _ = make_key(project)
        assert change(key, ALL) is None
        assert not AuditEvent.objects.filter(event_type="KEY_UPDATE").exists()
        assert subjects() == []

    def test_who_saw_other_rights_overwrites_nothing(self, project: Project) -> None:
        key, _ = make_key(project)
        seen = rights.rights_of(key).seal()
        change(key, replace(ALL, scopes=("schedule",)), seen=seen)
        with pytest.raises(services.KeyChanged):
            change(key, replace(ALL, permissions=("memory:read",)), seen=seen)
        key.refresh_from_db()
        assert (key.scopes, key.permissions) == (["schedule"], list(PERMISSIONS))

    def test_a_deleted_key_is_not_changed(self, project: Project) -> None:
        key, _ = make_key(project)
        services.delete_key(key=key, at=NOW, by=BY)
        with pytest.raises(services.KeyEnded):
            change(key, replace(ALL, scopes=("schedule",)))
        with pytest.raises(services.KeyEnded):
            rights.change_expiry(key=key, expires_at=None, seen=None, at=NOW, by=BY)

    @pytest.mark.parametrize(
        "wrong",
        [{"scopes": []}, {"permissions": ["memory:all"]}, {"purposes": ["unknown"]}],
    )
    def test_what_cannot_be_is_refused(self, project: Project, wrong: dict[str, Any]) -> None:
        key, _ = make_key(project)
        chosen: dict[str, Any] = {
            "permissions": PERMISSIONS, "scopes": None, "purpose_classes": None, "purposes": None,
        }  # fmt: skip
        with pytest.raises(services.InvalidKeySettings):
            rights.chosen(key=key, **{**chosen, **wrong})


class TestChangingTheEnd:
    def end(self, key: ApiKey, end: Any, **options: Any) -> str | None:
        seen = options.get("seen", ApiKey.objects.get(pk=key.pk).expires_at)
        return rights.change_expiry(key=key, expires_at=end, seen=seen, at=NOW, by=BY)

    def test_an_expired_key_works_again(self, project: Project) -> None:
        key, plaintext = make_key(project, at=NOW - 9 * DAY, expires_at=NOW - DAY)
        assert find_principal(plaintext, at=NOW) is None
        assert self.end(key, NOW + DAY) == "extended"
        assert find_principal(plaintext, at=NOW) is not None
        assert event()["expiry"] == "extended"
        assert event()["before"] == {"expires_at": (NOW - DAY).isoformat()}
        assert event()["after"] == {"expires_at": (NOW + DAY).isoformat()}

    def test_an_earlier_end_is_shorter(self, project: Project) -> None:
        key, plaintext = make_key(project)
        assert self.end(key, NOW + DAY) == "shortened"
        assert find_principal(plaintext, at=NOW + DAY) is None
        assert self.end(key, NOW + DAY) is None

    def test_an_end_that_has_passed_is_refused(self, project: Project) -> None:
        key, _ = make_key(project)
        with pytest.raises(services.InvalidKeySettings):
            self.end(key, NOW)

    def test_who_saw_another_end_overwrites_nothing(self, project: Project) -> None:
        key, _ = make_key(project, expires_at=NOW + DAY)
        with pytest.raises(services.KeyChanged):
            self.end(key, None, seen=NOW + 2 * DAY)

    def test_an_expired_key_counts_again(self, project: Project, settings: Settings) -> None:
        settings.KEYS_PER_PROJECT = 1
        key, _ = make_key(project, at=NOW - 9 * DAY, expires_at=NOW - DAY)
        make_key(project, name="Another")
        with pytest.raises(services.TooManyKeys):
            self.end(key, NOW + DAY)
        settings.KEYS_PER_PROJECT = 2
        self.end(key, NOW + DAY)
        settings.KEYS_PER_PROJECT = 1
        assert self.end(key, NOW + 2 * DAY) == "extended"  # it counts already


class TestMails:
    def by(self, owner: User) -> Any:
        return {
            "at": NOW,
            "by": ChangedBy(actor=str(owner.pk), request_id="r", address="192.0.2.7"),
        }

    def test_more_is_told_whatever_was_chosen(self, owner: User, project: Project) -> None:
        User.objects.update(**{f"mail_{kind}": False for kind in recipients.CHOICES})
        key, _ = make_key(project, scopes=["schedule"], expires_at=NOW + DAY)
        rights.change_rights(
            key=key, rights=ALL, seen=rights.rights_of(key).seal(), **self.by(owner)
        )
        rights.change_expiry(key=key, expires_at=None, seen=key.expires_at, **self.by(owner))
        assert subjects() == ["Your API key “Key” may do more now"] * 2
        scopes, expiry = (one.body for one in mailbox())
        assert "- scopes: all (before: schedule)" in scopes
        assert "by you from 192.0.2.7" in scopes
        assert "- expires: never (before: 2026-11-24 12:00 UTC)" in expiry
        assert f"/console/keys/{key.pk}/" in scopes
        assert "Choose which mails" not in scopes

    def test_less_is_told_unless_it_was_switched_off(self, owner: User, project: Project) -> None:
        key, _ = make_key(project)
        rights.change_rights(
            key=key,
            rights=replace(ALL, permissions=("memory:read",)),
            seen=rights.rights_of(key).seal(),
            **self.by(owner),
        )
        assert subjects() == ["Your API key “Key” may do less now"]
        assert "- permissions: memory:read (before: memory:write," in mail.outbox[0].body
        User.objects.update(mail_narrowing=False)
        rights.change_expiry(key=key, expires_at=NOW + DAY, seen=None, **self.by(owner))
        assert subjects() == []
