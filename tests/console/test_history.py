"""What happened to a key is told to its owner in words: who, when, from where."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from accounts.audit import ChangedBy
from accounts.models import AuditEvent, Project, User
from apikeys import leaks, pausing, services, tokens
from apikeys.drift import answering
from console import history
from tests.doors import signed_in
from tests.makers import BY, NOW, make_key

pytestmark = pytest.mark.django_db


def told(owner: User) -> list[tuple[str, str]]:
    events = AuditEvent.objects.exclude(api_key_id=None).order_by("id")
    return [(line.what, line.who) for line in history.lines(events, owner_id=owner.pk)]


def test_the_whole_life_of_a_key(owner: User, project: Project) -> None:
    by: Any = {"at": NOW, "by": ChangedBy(actor=str(owner.pk), request_id="r")}
    nobody = "01900000-0000-7000-8000-000000000000"
    operator: Any = {"at": NOW, "by": ChangedBy(actor=nobody, request_id="r")}
    key, first = make_key(project, **by)
    services.rename_key(key=key, name="Worker", **by)
    services.set_limits(key=key, rate_limit=5000, burst_limit=None, **operator)
    services.lower_limits(key=key, rate_limit=20, burst_limit=None, **by)
    for grace, silent in ((timedelta(0), False), (timedelta(hours=24), True)):
        second, first = (
            first,
            services.rotate_key(
                key=key,
                last_four=tokens.last_four(first),
                grace=grace,
                ends_when_silent=silent,
                **by,
            ),
        )
    for secret in key.secrets.exclude(replaced_at=None):
        services.end_secret(key=key, secret_id=secret.pk, though_used=False, **by)
    answering.choose(key=key, watched=True, pauses=True, **by)
    answering.choose(key=key, watched=False, pauses=False, **by)
    pausing.pause_key(key=key, because={"drift": ["volume"]}, **by)
    answering.enable(key=key, **by)
    services.switch_key(key=key, on=False, **operator)
    services.switch_key(key=key, on=True, **operator)
    services.delete_key(key=key, at=NOW, by=ChangedBy(actor="command", request_id="r"))
    assert told(owner) == [
        ("Created as “Key”", "you"),
        ("Renamed to “Worker”", "you"),
        ("Limits granted: 5000 an hour, the usual a second", "an operator"),
        ("Limits lowered: 20 an hour, the usual a second", "you"),
        ("Rotated; the old secret stopped at once", "you"),
        ("Rotated; old secret valid for 24 hours, or until unused for an hour", "you"),
        (f"The old secret ••••{second[-4:]} ended", "you"),
        ("It is watched, and disabled when it is used in a new way", "you"),
        ("It is not watched", "you"),
        ("Disabled, since it was used in a new way", "you"),
        ("Enabled again", "you"),
        ("Switched off", "an operator"),
        ("Switched on again", "an operator"),
        ("Deleted", "an operator, by a command"),
    ]


def test_a_leak_is_told_as_a_leak(owner: User, project: Project) -> None:
    key, _ = make_key(project)
    leaks.delete_leaked(
        secret=key.current_secret(),
        url="",
        at=NOW,
        by=ChangedBy(actor="report", request_id="r"),
    )
    assert told(owner)[-1] == ("Deleted, since it had leaked", "a report of a leak")


def test_a_leak_of_a_replaced_secret_is_told(owner: User, project: Project) -> None:
    key, old = make_key(project)
    services.rotate_key(
        key=key, last_four=tokens.last_four(old), grace=timedelta(hours=24), at=NOW, by=BY
    )
    leaks.end_leaked(plaintexts=[old], at=NOW, by=ChangedBy(actor="report", request_id="r"))
    assert told(owner)[-1] == ("An old secret ended, since it had leaked", "a report of a leak")


@pytest.mark.parametrize(
    ("hours", "words"),
    [(1, "1 hour"), (24, "24 hours"), (72, "3 days"), (168, "7 days")],
)
def test_graces_are_told_as_they_were_chosen(
    owner: User, project: Project, hours: int, words: str
) -> None:
    key, old = make_key(project)
    services.rotate_key(
        key=key,
        last_four=tokens.last_four(old),
        grace=timedelta(hours=hours),
        at=NOW,
        by=BY,
    )
    assert told(owner)[-1][0] == f"Rotated; old secret valid for {words}"


def test_the_page_says_who_when_and_from_where(owner: User, project: Project) -> None:
    key, _ = make_key(project)
    browser = signed_in(owner)
    browser.post(
        f"/console/keys/{key.pk}/rename/",
        {"name": "<b>Worker</b>"},
        REMOTE_ADDR="192.0.2.7",
        HTTP_X_REQUEST_ID="find-me",
    )
    page = browser.get(f"/console/keys/{key.pk}/").content.decode()
    for words in ("Renamed to “&lt;b&gt;Worker&lt;/b&gt;”", "By you", "192.0.2.7", "find-me"):
        assert words in page
    assert "<b>Worker" not in page


def test_the_audit_log_holds_all_of_one_key(owner: User, project: Project) -> None:
    key, _ = make_key(project)
    make_key(project, "Other")
    page = signed_in(owner).get(f"/console/projects/{project.pk}/test/audit/?key={key.pk}")
    assert [event.api_key_id for event in page.context["page"].rows] == [key.pk]
