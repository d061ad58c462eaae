"""What an owner does about one end user: take back, erase, export, delete one memory."""

from __future__ import annotations

import json
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from django.contrib.messages import get_messages
from django.db import connection
from django.http import StreamingHttpResponse
from django.test import Client

from accounts.models import AuditEvent, Project, User
from console import person_deeds
from memory.models import IdempotencyRecord, Memory, RevocationGrant
from tests.console.people_pages import WHY, File, door, newest
from tests.doors import Api, signed_in
from tests.makers import make_project, memory_body

pytestmark = pytest.mark.django_db

BOTH = pytest.mark.parametrize("environment", ["test", "live"])


def said(answer: Any) -> str:
    given = get_messages(answer.wsgi_request)
    return " ".join(str(message) for message in given if message.extra_tags != "receipt")


def exported(answer: Any) -> dict[str, Any]:
    assert isinstance(answer, StreamingHttpResponse), answer.content
    body: dict[str, Any] = json.loads(answer.getvalue())
    return body


class TestPlaces:
    @pytest.mark.parametrize(
        "place",
        [
            {"domain": "food"},
            {"scope": ""},
            {"scope": "strange", "domain": "food"},
            {"scope": "preferences", "domain": "fo\0od"},
            {"scope": "preferences", "domain": "f" * 256},
        ],
    )
    def test_nothing_is_taken_back_of_a_place_that_cannot_be(
        self, browser: Client, project: Project, api: Api, place: dict[str, str]
    ) -> None:
        api.remember()
        file = File(browser, project)
        answer = file.post("take-back/", None, **place)
        assert answer.headers["Location"] == file.path()
        assert Memory.objects.filter(hidden_at=None).count() == 1


class TestTakingBack:
    @BOTH
    def test_a_place_is_taken_back_after_a_question(
        self, browser: Client, project: Project, environment: str
    ) -> None:
        api = door(project, environment)
        api.remember()
        api.remember(domain=None)
        token = api.read()["revocation_token"]
        api.read(domain=None)
        file = File(browser, project, environment)
        place = {"scope": "preferences", "domain": "food"}
        question = file.get("take-back/", **place)
        assert "1 open read ends, and 1 memory is hidden" in question
        assert Memory.objects.filter(hidden_at=None).count() == 2
        answer = file.post("take-back/", None, **place)
        assert answer.headers["Location"] == file.path()
        assert said(answer) == "Taken back: 1 open read ended, 1 memory hidden."
        assert Memory.objects.get(hidden_at=None).domain == ""
        assert RevocationGrant.objects.get(revoked_at=None).domain == ""
        assert api.post("/memory/read/continue", {"revocation_token": token}).status_code == 403
        event = newest("MEMORY_REVOKE")
        assert (event.scope, event.domain, event.api_key_id) == ("preferences", "food", None)
        assert event.meta["actor"] == str(project.owner_id)

    def test_no_domain_is_what_has_none(self, browser: Client, project: Project, api: Api) -> None:
        api.remember()
        api.remember(domain=None)
        File(browser, project).post("take-back/", scope="preferences", domain="")
        assert Memory.objects.get(hidden_at=None).domain == "food"

    def test_everything_is_taken_back(self, browser: Client, project: Project, api: Api) -> None:
        api.remember()
        api.remember(scope="schedule")
        api.remember(user_id="user_2")
        file = File(browser, project)
        assert "everything" in file.get("take-back/")
        file.post("take-back/")
        assert Memory.objects.get(hidden_at=None).user_id == "user_2"
        assert said(file.post("take-back/")).endswith(
            "Taken back: 0 open reads ended, 0 memories hidden."
        )

    def test_an_unknown_scope_takes_nothing_back(
        self, browser: Client, project: Project, api: Api
    ) -> None:
        api.remember()
        file = File(browser, project)
        assert file.post("take-back/", scope="nonsense").headers["Location"] == file.path()
        assert Memory.objects.filter(hidden_at=None).count() == 1


class TestErasing:
    @BOTH
    def test_it_says_what_goes_and_then_it_is_gone(
        self, browser: Client, project: Project, environment: str
    ) -> None:
        api = door(project, environment)
        api.remember()
        api.post("/memory", memory_body(domain=None), HTTP_IDEMPOTENCY_KEY="one")
        api.read()
        api.remember(user_id="user_2")
        file = File(browser, project, environment)
        question = file.get("erase/")
        for text in ("2 deleted, with those", "1 ended", "1 deleted: a repeat", "events lose the"):
            assert text in question
        answer = file.post("erase/", {"typed": "user_1"})
        assert answer.headers["Location"] == file.people
        assert said(answer).startswith("Erased: 2 memories and 1 kept answer deleted, 1 open read")
        assert "user_1" not in said(answer)
        assert Memory.objects.get().user_id == "user_2"
        assert not IdempotencyRecord.objects.exists()
        event = newest("USER_ERASE")
        assert (event.user_id, event.meta["memories_deleted"]) == (None, 2)
        assert event.meta["actor"] == str(project.owner_id)
        assert not AuditEvent.objects.filter(user_id="user_1").exists()
        assert browser.get(file.people).status_code == 200
        assert not AuditEvent.objects.filter(user_id="user_1").exists()

    @pytest.mark.parametrize("typed", ["", "user_2", "USER_1"])
    def test_another_id_erases_nothing(
        self, browser: Client, project: Project, api: Api, typed: str
    ) -> None:
        api.remember()
        page = File(browser, project).post("erase/", {"typed": typed}).content.decode()
        assert "aria-invalid" in page
        assert Memory.objects.count() == 1

    def test_sent_twice_it_finds_nothing_the_second_time(
        self, browser: Client, project: Project, api: Api
    ) -> None:
        api.remember()
        file = File(browser, project)
        for memories in (1, 0):
            answer = file.post("erase/", {"typed": "user_1"})
            assert answer.headers["Location"] == file.people
            assert newest("USER_ERASE").meta["memories_deleted"] == memories

    def test_of_much_the_command_is_named(
        self, browser: Client, project: Project, api: Api, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        api.remember(user_id="an na")
        file = File(browser, project, user_id="an na")
        assert "eraseuser" not in file.get("erase/")
        monkeypatch.setattr(person_deeds, "MANY", 1)
        command = "manage.py eraseuser owner@example.com &#x27;an na&#x27; --environment test"
        assert command in file.get("erase/")

    def test_the_other_environment_stays(self, browser: Client, project: Project, api: Api) -> None:
        api.remember()
        door(project, "live").remember()
        File(browser, project).post("erase/", {"typed": "user_1"})
        assert Memory.objects.get().environment == "live"


@pytest.mark.postgresql
@pytest.mark.django_db(transaction=True)
def test_erased_from_two_pages_at_once_it_is_erased_once(owner: User, project: Project) -> None:
    api = door(project, "test")
    for _ in range(50):
        api.remember()
    files = [File(signed_in(owner), project) for _ in range(4)]

    def erase(file: File) -> int:
        try:
            return int(file.post("erase/", {"typed": "user_1"}).status_code)
        finally:
            connection.close()

    with ThreadPoolExecutor(len(files)) as pool:
        assert set(pool.map(erase, files)) == {302}
    assert not Memory.objects.exists()
    events = AuditEvent.objects.filter(event_type="USER_ERASE")
    assert sorted(event.meta["memories_deleted"] for event in events) == [0, 0, 0, 50]


class TestExporting:
    def test_test_is_exported_without_a_reason(
        self, browser: Client, project: Project, api: Api
    ) -> None:
        api.remember()
        api.read()
        file = File(browser, project)
        assert "Why do you look?" not in file.get("export/")
        answer = file.post("export/")
        assert answer.headers["Content-Disposition"].startswith('attachment; filename="end-user-')
        assert "user_1" not in answer.headers["Content-Disposition"]
        assert "no-store" in answer.headers["Cache-Control"]
        body = exported(answer)
        assert body["complete"] is True
        assert len(body["memories"]) == len(body["grants"]) == 1

    def test_live_is_exported_for_a_reason(self, browser: Client, project: Project) -> None:
        door(project, "live").remember()
        file = File(browser, project, "live")
        look = file.get("export/").partition('name="look" value="')[2][:36]
        for reason in ("", "short"):
            refused = file.post("export/", {"reason": reason, "look": look})
            assert not isinstance(refused, StreamingHttpResponse)
            assert "pizza" not in refused.content.decode()
        assert not AuditEvent.objects.filter(event_type="USER_EXPORT").exists()
        body = exported(file.post("export/", {"reason": WHY, "look": look}))
        assert body["memories"][0]["value_json"]["likes"] == ["pizza"]
        assert body["audit_events"][-1]["meta"]["reason"] == WHY
        assert newest("USER_EXPORT").meta["reason"] == WHY


class TestDeletingOne:
    @BOTH
    def test_it_is_gone_after_a_question_without_its_value(
        self, browser: Client, project: Project, environment: str
    ) -> None:
        api = door(project, environment)
        memory = api.remember()
        api.remember(domain=None)
        file = File(browser, project, environment)
        path = f"{file.people}memories/{memory['id']}/delete/?user_id=user_1"
        assert path.partition("?")[0] in file.get()
        question = browser.get(path)
        assert question.status_code == 200
        assert "pizza" not in question.content.decode()
        for _ in range(2):  # sent twice
            answer = browser.post(path)
            assert answer.headers["Location"] == file.path()
        assert Memory.objects.get().domain == ""
        assert AuditEvent.objects.filter(event_type="MEMORY_DELETE").count() == 1
        assert newest("MEMORY_DELETE").meta["actor"] == str(project.owner_id)
        assert browser.get(path).status_code == 404

    def test_of_another_project_or_environment_it_is_not_found(
        self, browser: Client, project: Project, owner: User, api: Api
    ) -> None:
        memory = api.remember()
        for file in (File(browser, project, "live"), File(browser, make_project(owner))):
            path = f"{file.people}memories/{memory['id']}/delete/?user_id=user_1"
            assert browser.get(path).status_code == 404
            browser.post(path)
        assert Memory.objects.count() == 1
