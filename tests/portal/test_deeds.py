"""What people do on the page about themselves, and what nobody can do to others by it."""

from __future__ import annotations

import json
import re
from typing import Any
from uuid import UUID, uuid4

import pytest
from django.test import Client

from accounts.models import AuditEvent, EventType, Project
from memory.models import Memory, RevocationGrant
from portal.models import Link
from proof import receipts, signing
from tests.doors import Api
from tests.makers import make_key, make_project, read_body
from tests.portal.visiting import Person, form_token, link

pytestmark = pytest.mark.django_db


def done_by_the_person(event_type: EventType) -> AuditEvent:
    event = AuditEvent.objects.get(event_type=event_type)
    assert (event.api_key_id, event.meta["actor"]) == (None, "person")
    return event


class TestTakingBack:
    def test_a_scope_is_hidden_after_a_question_that_says_how_much(self, api: Api) -> None:
        for domain in ("food", "music"):
            api.remember(domain=domain)
        kept = api.remember(scope="schedule", value_json={"free": ["Monday"]})
        token = api.read()["revocation_token"]
        person = Person(api)
        question = person.page("take-back/preferences/")
        assert "2 statements are hidden from everybody" in question
        assert Memory.objects.visible().count() == 3
        assert "2 statements are taken back" in person.done("take-back/preferences/")
        assert [str(one.pk) for one in Memory.objects.visible()] == [kept["id"]]
        body = {"revocation_token": token}
        assert api.post("/memory/read/continue", body).json()["detail"] == "REVOKED"
        assert done_by_the_person(EventType.MEMORY_REVOKE).scope == "preferences"
        assert "<bdi>You</bdi>" in person.page()

    def test_one_access_ends_and_what_it_saw_is_hidden(self, api: Api) -> None:
        api.remember()
        other = api.remember(domain="music")
        first, second = api.read(), api.read(domain="music")
        person = Person(api)
        grant = RevocationGrant.objects.get(domain="food")
        assert f"reads/{grant.pk}/take-back/" in person.page()
        question = person.page(f"reads/{grant.pk}/take-back/")
        assert "One statement is hidden" in question
        assert "recommend restaurants" in question
        assert "The access has ended." in person.done(f"reads/{grant.pk}/take-back/")
        assert done_by_the_person(EventType.MEMORY_REVOKE).revocation_grant_id == grant.pk
        assert [str(one.pk) for one in Memory.objects.visible()] == [other["id"]]
        ended = api.post("/memory/read/continue", {"revocation_token": first["revocation_token"]})
        assert ended.json()["detail"] == "REVOKED"
        going_on = {"revocation_token": second["revocation_token"]}
        assert api.post("/memory/read/continue", going_on).status_code == 200
        assert "gone already" in person.done(f"reads/{grant.pk}/take-back/")  # sent twice


class TestRemoving:
    def test_one_statement_goes_and_the_rest_stays(self, api: Api) -> None:
        gone, kept = api.remember(), api.remember(value_json={"likes": ["soup"]})
        person = Person(api)
        assert "pizza" in person.page(f"statements/{gone['id']}/remove/")
        assert Memory.objects.count() == 2
        assert "The statement is removed." in person.done(f"statements/{gone['id']}/remove/")
        assert [str(one.pk) for one in Memory.objects.all()] == [kept["id"]]
        assert done_by_the_person(EventType.MEMORY_DELETE).memory_ids == [gone["id"]]
        assert "gone already" in person.done(f"statements/{gone['id']}/remove/")  # sent twice


class TestDisputing:
    def test_it_takes_no_part_until_it_is_true_after_all(self, api: Api) -> None:
        memory = api.remember()
        person, path = Person(api), f"statements/{memory['id']}"
        question = person.page(f"{path}/dispute/")
        assert "pizza" in question
        assert "the application sees that you say so" in question
        assert api.read()["summary_struct"]["likes"] == ["pizza"]
        assert "takes no part in anything" in person.done(f"{path}/dispute/")
        assert api.read()["summary_struct"] == {}
        assert api.get(f"/memory/{memory['id']}").json()["disputed_at"]
        done_by_the_person(EventType.MEMORY_DISPUTE)
        page = person.page()
        assert "You say that this is not true" in page
        assert "pizza" in page
        assert "counts again" in person.done(f"{path}/undispute/")
        assert api.read()["summary_struct"]["likes"] == ["pizza"]
        done_by_the_person(EventType.MEMORY_DISPUTE_END)


class TestEverything:
    @pytest.mark.parametrize("environment", ["test", "live"])
    def test_it_is_downloaded_without_a_reason(self, project: Project, environment: str) -> None:
        api = Api(make_key(project, environment=environment)[1])
        api.remember()
        api.remember(user_id="user_2", value_json={"likes": ["another's"]})
        answer = Person(api).post("download/")
        content = b"".join(answer)
        told = json.loads(content)
        assert [one["value_json"]["likes"] for one in told["memories"]] == [["pizza"]]
        assert b"another" not in content
        assert told["complete"] is True
        assert "user_1" not in answer.headers["Content-Disposition"]
        done_by_the_person(EventType.USER_EXPORT)

    def test_it_is_forgotten_after_a_tick_and_the_page_closes(self, api: Api) -> None:
        api.remember()
        api.remember(user_id="user_2")
        api.read()
        person, window = Person(api), Client()
        window.cookies["person"] = person.client.cookies["person"].value
        assert "One statement is deleted" in person.page("forget/")
        assert "tick the box first" in person.done("forget/")
        assert Memory.objects.count() == 2
        answer = person.post("forget/", {"sure": "yes"})
        shown = answer.content.decode()
        assert "One statement was deleted." in shown
        (receipt,) = re.findall(r"<code>(.*?)</code>", shown)
        told: dict[str, Any] = signing.read(receipt, typ=receipts.TYPE)
        assert told["kind"] == "erase"
        assert (told["before"]["memories"], told["after"]["memories"]) == (1, 0)
        assert [one.user_id for one in Memory.objects.all()] == ["user_2"]
        assert not AuditEvent.objects.filter(user_id="user_1").exists()
        assert done_by_the_person(EventType.USER_ERASE).meta["memories_deleted"] == 1
        for browser in (person.client, window):  # also the form again, and another window
            assert browser.post("/me/forget/", {"sure": "yes"}).status_code == 403
            assert browser.get("/me/").status_code == 403
        assert not AuditEvent.objects.filter(user_id="user_1").exists()


class TestOfOthers:
    """Ids of others in every form: nothing of them changes, and nothing of them is told."""

    @pytest.mark.parametrize("whose", ["another person", "another environment", "another project"])
    def test_what_belongs_to_others_is_as_if_it_were_not(
        self, api: Api, project: Project, whose: str
    ) -> None:
        other = {
            "another person": api,
            "another environment": Api(make_key(project, "Live", environment="live")[1]),
            "another project": Api(make_key(make_project(project.owner, "Elsewhere"))[1]),
        }[whose]
        user_id = "user_2" if other is api else "user_1"
        api.remember(value_json={"likes": ["mine"]})
        theirs = other.remember(user_id=user_id, value_json={"likes": ["secret tea"]})
        other.post("/memory/read", read_body(user_id=user_id))
        grant = RevocationGrant.objects.get()
        person = Person(api)
        before = kept()
        paths = [
            f"statements/{theirs['id']}/remove/",
            f"statements/{theirs['id']}/dispute/",
            f"reads/{grant.pk}/take-back/",
            f"statements/{uuid4()}/remove/",
            f"reads/{UUID(int=0)}/take-back/",
        ]
        for path in paths:
            body = {"user_id": user_id, "memory_id": theirs["id"], "environment": "live"}
            for answer in (person.get(path, user_id=user_id), person.post(path, body)):
                assert answer.headers["Location"] == "/me/"
                assert "secret" not in answer.content.decode()
            assert "gone already" in person.done(path)
        assert kept() == before
        assert "secret" not in person.page()
        page = person.post("download/")
        assert b"secret" not in b"".join(page)

    def test_a_scope_that_is_none_is_not_every_scope(self, api: Api) -> None:
        api.remember()
        assert Person(api).post("take-back/everything/").status_code == 404
        assert Memory.objects.visible().count() == 1

    def test_a_form_of_another_site_is_refused(self, api: Api) -> None:
        memory = api.remember()
        person = Person(api)
        person.client.handler.enforce_csrf_checks = True
        for path in (f"statements/{memory['id']}/remove/", "forget/", "download/", "close/"):
            assert person.post(path, {"sure": "yes"}).status_code == 403
        assert Memory.objects.count() == 1
        assert person.get().status_code == 200

    def test_a_form_of_whoever_came_before_in_this_browser_is_refused(self, api: Api) -> None:
        for user_id in ("user_1", "user_2"):
            api.remember(user_id=user_id)
        browser = Client(enforce_csrf_checks=True, headers={"Accept": "text/html"})
        first, second = link(api, "user_1"), link(api, "user_2")
        of_second = form_token(browser.get(second))
        button = form_token(browser.get(first))
        for _ in range(2):  # clicked twice
            assert browser.post(first, button).headers["Location"] == "/me/"
        of_first = form_token(browser.get("/me/forget/"))
        again = browser.post(second, of_second)  # asked for before the first was opened
        assert (again.status_code, f'href="{second}"' in again.content.decode()) == (403, True)
        assert browser.post(second, form_token(browser.get(second))).status_code == 302
        answer = browser.post("/me/forget/", {**of_first, "sure": "yes"})
        assert (answer.status_code, Memory.objects.count()) == (403, 2)
        assert "Nothing was changed." in answer.content.decode()
        of_second = form_token(browser.get("/me/forget/"))
        assert browser.post("/me/forget/", {**of_second, "sure": "yes"}).status_code == 200
        assert [one.user_id for one in Memory.objects.all()] == ["user_1"]

    def test_a_link_of_whoever_came_before_asks_nothing_of_the_next(self, api: Api) -> None:
        for user_id in ("user_1", "user_2"):
            api.remember(user_id=user_id)
        person = Person(api)
        questions = re.findall(r'href="/me/((?:forget|take-back)[^"]+)"', person.page())
        assert len(questions) == 2
        for path in questions:
            assert person.get(path).status_code == 200
        person.client.post(link(api, "user_2"))
        for path in questions:
            for answer in (person.get(path), person.post(path, {"sure": "yes"})):
                assert answer.status_code == 403
                assert "Nothing was changed." in answer.content.decode()
        assert Memory.objects.visible().count() == 2

    def test_what_is_sent_after_the_session_changes_nothing(self, api: Api) -> None:
        memory = api.remember()
        api.read()
        grant = RevocationGrant.objects.get()
        person = Person(api)
        Link.objects.update(session_ends_at=Link.objects.get().created_at)
        cookie = person.client.cookies["person"].value
        for path in (
            f"statements/{memory['id']}/remove/", f"reads/{grant.pk}/take-back/",
            "take-back/preferences/", "forget/", "download/",
        ):  # fmt: skip
            person.client.cookies["person"] = cookie
            answer = person.post(path, {"sure": "yes"})
            assert answer.status_code == 403
            assert "pizza" not in answer.content.decode()
        assert Memory.objects.visible().count() == 1
        assert RevocationGrant.objects.filter(revoked_at=None).count() == 1


def kept() -> list[Any]:
    kinds = (Memory, RevocationGrant)
    return [row for kind in kinds for row in kind._default_manager.order_by("pk").values()]
