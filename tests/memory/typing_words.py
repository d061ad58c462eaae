"""Fills in every form and every field of the API, each with a word of its own."""

from __future__ import annotations

import re
from datetime import timedelta

from django.test import Client
from django.utils import timezone

from accounts.models import AccessRequest, Note, Project, User
from apikeys.models import ApiKey
from tests.apikeys import drifting
from tests.console.key_pages import FULL
from tests.console.people_pages import look_in
from tests.doors import Api, signed_in
from tests.mailbox import mailbox
from tests.makers import give_password, make_key, memory_body, read_body
from tests.memory import drafted
from tests.memory.registered import register


def confirm(browser: Client) -> None:
    link = re.search(r"/accounts/confirm-email/\S+", mailbox()[-1].body)
    assert link is not None
    browser.post(link[0])


def ask_for_access(email: str) -> None:
    typed = {"name": "wordname", "company": "wordcompany", "plans": "wordplans"}
    Client().post("/request-access/", {"email": email, **typed})


def name_by_an_operator(person: User) -> None:
    operator = give_password(User.objects.create_superuser("operator@example.com"))
    page = f"/admin/accounts/user/{person.pk}/change/"
    body = {"name": "wordperson", "is_active": "on"}
    assert signed_in(operator, second_factor=True).post(page, body).status_code == 302


def write_as_an_operator(person: User) -> None:
    """Fill in the forms of the operators' desk, about the person, a project and a request."""
    operator = User.objects.create_superuser("desk@example.com")
    desk = signed_in(operator, second_factor=True)
    for asked in AccessRequest.objects.all():
        page = f"/admin/accounts/accessrequest/{asked.pk}"
        desk.post(f"{page}/note/", {"text": "wordnoted"})
        desk.post(f"{page}/cohort/", {"cohort": "wordcohort"})
        desk.post(f"{page}/decline/", {"words": "worddeclining"})
    desk.post(f"/admin/accounts/user/{person.pk}/note/", {"text": "wordaccount"})
    for project in Project.objects.filter(owner=person):
        page = f"/admin/accounts/project/{project.pk}"
        desk.post(f"{page}/switch-off/", {"reason": "wordreason"})
        desk.post(f"{page}/switch-on/", {"reason": "wordreason"})
    assert Note.objects.count() >= 5


def pages(browser: Client, person: User) -> None:
    """Fill in the forms of the console."""
    browser.post("/console/projects/new/", {"name": "wordproject"})
    project = Project.objects.get(name="wordproject")
    console = f"/console/projects/{project.pk}/test"
    browser.post(f"{console}/settings/", {"name": "wordrenamed"})
    browser.post(f"{console}/contact/", {"contact": "https://shop.example/wordcontact"})
    browser.post("/console/projects/new/", {"name": "worddeleted"})
    deleted = Project.objects.get(name="worddeleted")
    made = {**FULL, "expires": "never", "notes": "wordnotes"}
    for path in (console, f"/console/projects/{deleted.pk}/test"):
        assert browser.post(f"{path}/keys/new/", {**made, "name": "wordkey"}).status_code == 200
    key = ApiKey.objects.get(project=project)
    renamed = {"name": "wordother", "notes": "wordnotes\nand more"}
    browser.post(f"/console/keys/{key.pk}/rename/", renamed)
    browser.post("/console/account/mail/", {})
    browser.post(f"/console/projects/{deleted.pk}/test/delete/", {"typed": "worddeleted"})
    assert Project.objects.get(pk=deleted.pk).deleted_at


def look_at_live_memories(browser: Client, project: Project) -> None:
    page = f"/console/projects/{project.pk}/live/people/file/values/?user_id=worduser"
    look = look_in(browser.get(page).content.decode())
    answer = browser.post(page, {"reason": "wordlook for a reason", "look": look})
    assert "wordvalue" in answer.content.decode()


def calls(person: User) -> None:
    """Fill in the fields of the API."""
    project = Project.objects.get(name="wordrenamed")
    register(project, purpose_id="wordregistered", sentence="wordsentence")
    drafted.purpose(project, purpose_id="wordplan", sentence="worddrafted")
    narrowed = {"purposes": ["wordregistered"]}
    gifts = Api(make_key(project, "wordkey third", at=timezone.now(), **narrowed)[1])
    plaintext = make_key(project, "wordkey second", at=timezone.now())[1]
    api = Api(plaintext)
    assert api.get("/policy").status_code == 200  # the next address is told, and not the first
    headers = {
        "HTTP_USER_AGENT": "wordagent",
        "HTTP_X_FORWARDED_FOR": "203.0.113.88",
        "HTTP_X_REQUEST_ID": "wordrequest-2",
    }
    about = {"user_id": "worduser", "domain": "worddomain"}
    value = {"likes": ["wordvalue"]}
    stored = memory_body(value_json=value, **about)
    api.post("/memory", stored, HTTP_IDEMPOTENCY_KEY="wordidempotency", **headers)
    both = {"memories": [stored, {**stored, "user_id": "worduser 2"}]}
    api.post("/memory/batch", both, HTTP_IDEMPOTENCY_KEY="wordidempotency 2", **headers)
    read = read_body(purpose="recommend wordpurpose restaurants", **about)
    token = api.post("/memory/read", read, **headers).json()["revocation_token"]
    places = [{"scope": "preferences", "domain": one} for one in ("worddomain", "*")]
    several = {"user_id": "worduser", "purpose": "recommend wordpurpose", "reads": places}
    assert api.post("/memory/read/batch", several, **headers).status_code == 200
    denied = {**several, "purpose": "train wordrefused model"}
    assert api.post("/memory/read/batch", denied, **headers).status_code == 200
    refused = read_body(purpose="train wordrefused model", user_id="worduser", domain="wordasked")
    assert api.post("/memory/read", refused, **headers).status_code == 403
    assert gifts.post("/memory/read", read_body(purpose="wordregistered")).status_code == 200
    assert gifts.post("/memory/read", {**read, "scope": "schedule"}).status_code == 403
    api.post("/memory/read/continue", {"revocation_token": token}, **headers)
    api.post("/memory/read", read, **headers)
    api.post("/memory/revoke", {"revocation_token": token}, **headers)
    live = Api(make_key(project, "wordkey fourth", environment="live", at=timezone.now())[1])
    live.post("/memory", stored)
    assert live.post("/users/worduser/link", "").status_code == 201
    look_at_live_memories(signed_in(person), project)
    leak = {"tokens": [plaintext], "url": "https://paste.example/wordfound"}
    assert api.post("/leaks", leak, **headers).json() == {"deleted": 1}


def use_in_a_new_way(person: User) -> None:
    """Let a key that asked for one thing for weeks ask for a registered purpose."""
    now = timezone.now()
    key = make_key(Project.objects.get(name="wordrenamed"), "wordkey fifth", at=now)[0]
    drifting.four_weeks(key, until=now)
    drifting.use(
        key,
        now - timedelta(minutes=9),
        60,
        purpose="wordregistered",
        meta={"purpose_id": "wordregistered"},
    )
    assert drifting.turn(now) == 1
