"""The key pages: what they show, what they change, and that a secret is in one answer alone."""

from __future__ import annotations

import gzip
import re
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.core import mail
from django.core.cache import cache
from django.db import connection, connections
from django.test import Client
from django.utils import timezone

from accounts.models import AuditEvent, Project, User
from apikeys import services
from apikeys.authentication import find_principal
from apikeys.models import ApiKey, Secret
from apikeys.usage.collector import collector
from tests.doors import Api, Response, signed_in
from tests.makers import BY, make_key, make_project

KEY = re.compile(r"sk_(?:test|live)_[0-9A-Za-z]{38}")
FULL = {"name": "Laptop", "environment": "test", "preset": "full", "expires": "90"}


@pytest.fixture
def browser(owner: User) -> Client:
    return signed_in(owner)


@pytest.fixture
def new(project: Project) -> str:
    return f"/console/projects/{project.pk}/keys/new/"


def secret_in(answer: Response) -> str:
    (found,) = set(KEY.findall(answer.content.decode()))
    return str(found)


def page_of(key: ApiKey, verb: str = "") -> str:
    return f"/console/keys/{key.pk}/{verb}"


@pytest.mark.django_db
class TestCreating:
    def test_the_key_is_shown_and_opens_the_api(self, browser: Client, new: str) -> None:
        answer = browser.post(new, FULL)
        assert "no-store" in answer.headers["Cache-Control"]
        assert Api(secret_in(answer)).get("/policy").status_code == 200
        assert KEY.search(browser.get(new).content.decode()) is None
        key = ApiKey.objects.get()
        assert key.expires_at is not None
        assert abs(key.expires_at - timezone.now() - timedelta(days=90)) < timedelta(minutes=5)

    def test_sent_twice_it_makes_one(self, browser: Client, new: str) -> None:
        browser.post(new, FULL)
        page = browser.post(new, FULL).content.decode()
        assert "already has a live key named" in page
        assert KEY.search(page) is None
        assert ApiKey.objects.count() == 1

    @pytest.mark.parametrize(
        ("preset", "permissions"),
        [("read", ["memory:read", "memory:list"]), ("write", ["memory:write"])],
    )
    def test_a_preset_is_what_it_says(
        self, browser: Client, new: str, preset: str, permissions: list[str]
    ) -> None:
        browser.post(new, {**FULL, "preset": preset})
        assert ApiKey.objects.get().permissions == permissions

    def test_a_custom_key_is_as_narrow_as_chosen(self, browser: Client, new: str) -> None:
        custom = {
            "preset": "custom",
            "permissions": ["memory:read"],
            "scopes": ["preferences"],
            "purpose_classes": ["recommendation"],
        }
        browser.post(new, {**FULL, **custom})
        key = ApiKey.objects.get()
        assert (key.permissions, key.scopes, key.purpose_classes) == (
            ["memory:read"],
            ["preferences"],
            ["recommendation"],
        )

    @pytest.mark.parametrize(
        ("changed", "said"),
        [
            ({"name": ""}, "This field is required."),
            ({"name": "x" * 51}, "at most 50 characters"),
            ({"name": "a\u200bb"}, "printable characters"),
            ({"environment": "prod"}, "not one of the available choices"),
            ({"preset": "custom"}, "Choose at least one permission."),
            ({"preset": "custom", "permissions": ["memory:all"]}, "not one of the available"),
            ({"expires": "date"}, "Say the date."),
            ({"expires": "date", "expires_on": "2020-01-01"}, "This day is over."),
            ({"expires": "date", "expires_on": "9999-12-31"}, "A day from 2000 to 2999."),
        ],
    )
    def test_what_is_wrong_is_said_and_nothing_is_made(
        self, browser: Client, new: str, changed: dict[str, Any], said: str
    ) -> None:
        page = browser.post(new, {**FULL, **changed}).content.decode()
        assert said in page
        assert KEY.search(page) is None
        assert not ApiKey.objects.exists()

    def test_the_last_day_is_served_whole(self, browser: Client, new: str) -> None:
        today = timezone.now().date()
        browser.post(new, {**FULL, "expires": "date", "expires_on": str(today)})
        ends = ApiKey.objects.get().expires_at
        assert ends is not None
        assert ends.date() == today + timedelta(days=1)
        assert (ends.hour, ends.minute) == (0, 0)


@pytest.mark.django_db(transaction=True)
def test_of_two_at_once_with_one_name_one_is_made(project: Project, owner: User) -> None:
    path = f"/console/projects/{project.pk}/keys/new/"
    browsers = [signed_in(owner) for _ in range(2)]

    def create(browser: Client) -> int:
        try:
            return len(KEY.findall(browser.post(path, FULL).content.decode())) > 0
        finally:
            connections.close_all()

    with ThreadPoolExecutor(2) as pool:
        assert sum(pool.map(create, browsers)) == 1
    assert ApiKey.objects.count() == Secret.objects.count() == 1


def everywhere(capture: pytest.LogCaptureFixture) -> str:
    """All that is kept: every table, the cache, the mails and the log."""
    texts = [capture.text, *(str(message.message()) for message in mail.outbox)]
    with connection.cursor() as cursor:
        for table in connection.introspection.table_names(cursor):
            cursor.execute(f"SELECT * FROM {connection.ops.quote_name(table)}")
            texts += [repr([_readable(value) for value in row]) for row in cursor.fetchall()]
    if hasattr(cache, "_cache") and hasattr(cache._cache, "get_client"):
        client = cache._cache.get_client()
        texts += [repr(client.get(name)) for name in client.scan_iter()]
    return "\n".join(texts)


def _readable(value: Any) -> Any:
    data = bytes(value) if isinstance(value, memoryview | bytes) else None
    if data and data[:2] == b"\x1f\x8b":
        return gzip.decompress(data)
    return value if data is None else data


@pytest.mark.django_db
class TestTheSecret:
    def test_it_is_in_one_answer_and_nowhere_else(
        self, browser: Client, new: str, project: Project, caplog: pytest.LogCaptureFixture
    ) -> None:
        caplog.set_level("DEBUG")
        first = browser.post(new, FULL)
        key = ApiKey.objects.get()
        canaries = [secret_in(first)]
        hint = canaries[0][-4:]
        rotation = browser.post(page_of(key, "rotate/"), {"grace": "24", "last_four": hint})
        canaries.append(secret_in(rotation))
        for canary in canaries:  # used, then in an error page and in a body that is refused
            api = Api(canary)
            api.remember()
            api.post("/memory", {"user_id": 1})
        collector.flush()
        places = [page_of(key), f"/console/projects/{project.pk}/", new, "/console/projects/"]
        shown = [browser.get(place).content.decode() for place in places]
        operator = User.objects.create_superuser("operator@example.com")
        desk = signed_in(operator, second_factor=True)
        for place in (
            "apikeys/apikey/",
            f"apikeys/apikey/{key.pk}/change/",
            "accounts/auditevent/",
        ):
            shown.append(desk.get(f"/admin/{place}").content.decode())
        kept = everywhere(caplog) + repr(dict(browser.session)) + "".join(shown)
        for canary in canaries:
            assert canary not in kept
            assert canary[12:40] not in kept
        assert "no-store" in rotation.headers["Cache-Control"]
        assert hint in kept  # the search does find what is kept

    def test_an_error_after_it_was_drawn_does_not_tell_it(
        self,
        browser: Client,
        new: str,
        monkeypatch: pytest.MonkeyPatch,
        caplog: pytest.LogCaptureFixture,
    ) -> None:
        drawn: list[str] = []

        def fail(request: Any, key: Any, plaintext: str, **more: Any) -> None:
            drawn.append(plaintext)
            raise RuntimeError(plaintext)

        monkeypatch.setattr("console.keys._shown_once", fail)
        browser.raise_request_exception = False
        answer = browser.post(new, FULL)
        assert answer.status_code == 500
        assert drawn[0] not in answer.content.decode()
        assert drawn[0] not in caplog.text


@pytest.mark.django_db
class TestRotating:
    def test_both_work_until_the_grace_is_ended(self, browser: Client, project: Project) -> None:
        key, old = make_key(project)
        answer = browser.post(page_of(key, "rotate/"), {"grace": "24", "last_four": old[-4:]})
        fresh = secret_in(answer)
        assert [Api(one).get("/policy").status_code for one in (old, fresh)] == [200, 200]
        collector.flush()
        page = browser.get(page_of(key)).content.decode()
        assert "Still in use" in page
        browser.post(page_of(key, "end-grace/"))
        assert [Api(one).get("/policy").status_code for one in (old, fresh)] == [401, 200]
        events = AuditEvent.objects.filter(event_type="KEY_UPDATE")
        assert [event.meta["grace"] for event in events] == ["ended"]
        browser.post(page_of(key, "end-grace/"))
        assert events.count() == 1

    def test_an_old_secret_that_nobody_uses_is_told_apart(
        self, browser: Client, project: Project
    ) -> None:
        key, old = make_key(project)
        Api(old).get("/policy")
        collector.flush()
        browser.post(page_of(key, "rotate/"), {"grace": "24", "last_four": old[-4:]})
        assert "Not used since the rotation" in browser.get(page_of(key)).content.decode()

    def test_sent_twice_it_rotates_once(self, browser: Client, project: Project) -> None:
        key, old = make_key(project)
        body = {"grace": "24", "last_four": old[-4:]}
        fresh = secret_in(browser.post(page_of(key, "rotate/"), body))
        again = browser.post(page_of(key, "rotate/"), {**body, "again": "on"}, follow=True)
        assert "was rotated meanwhile" in again.content.decode()
        assert key.secrets.count() == 2
        assert Api(fresh).get("/policy").status_code == 200

    def test_while_a_grace_runs_it_asks_first(self, browser: Client, project: Project) -> None:
        key, old = make_key(project)
        fresh = secret_in(
            browser.post(page_of(key, "rotate/"), {"grace": "24", "last_four": old[-4:]})
        )
        body = {"grace": "0", "last_four": fresh[-4:]}
        page = browser.post(page_of(key, "rotate/"), body).content.decode()
        assert "Yes, rotate again" in page
        assert key.secrets.count() == 2
        third = secret_in(browser.post(page_of(key, "rotate/"), {**body, "again": "on"}))
        statuses = [Api(one).get("/policy").status_code for one in (old, fresh, third)]
        assert statuses == [200, 401, 200]

    @pytest.mark.parametrize("grace", ["", "2", "9999", "-1"])
    def test_a_grace_that_is_not_offered_is_refused(
        self, browser: Client, project: Project, grace: str
    ) -> None:
        key, old = make_key(project)
        browser.post(page_of(key, "rotate/"), {"grace": grace, "last_four": old[-4:]})
        assert key.secrets.count() == 1


@pytest.mark.django_db
class TestDeleting:
    def test_one_in_use_is_deleted_when_its_name_was_typed(
        self, browser: Client, project: Project
    ) -> None:
        key, plaintext = make_key(project, name="Production")
        Api(plaintext).get("/policy")
        collector.flush()
        page = browser.post(page_of(key, "delete/"), {"typed": "production"}).content.decode()
        assert "That is not “Production”." in page
        assert Api(plaintext).get("/policy").status_code == 200
        browser.post(page_of(key, "delete/"), {"typed": "Production"})
        assert Api(plaintext).get("/policy").status_code == 401
        assert browser.post(page_of(key, "delete/"), {"typed": "Production"}).status_code == 404

    def test_one_that_was_never_used_needs_no_typing(
        self, browser: Client, project: Project
    ) -> None:
        key, plaintext = make_key(project)
        assert "It was never used." in browser.get(page_of(key, "delete/")).content.decode()
        browser.post(page_of(key, "delete/"))
        assert find_principal(plaintext, at=timezone.now()) is None

    def test_it_stays_listed_behind_a_filter(self, browser: Client, project: Project) -> None:
        key, _ = make_key(project, name="Old worker")
        browser.post(page_of(key, "delete/"), follow=True)
        browser.get("/console/projects/")  # shows the message, and forgets it
        page = f"/console/projects/{project.pk}/keys/"
        assert "Old worker" not in browser.get(page).content.decode()
        assert "Show 1 deleted or expired key" in browser.get(page).content.decode()
        assert "Old worker" in browser.get(f"{page}?show=all").content.decode()


@pytest.mark.django_db
class TestRenaming:
    def test_it_is_recorded(self, browser: Client, project: Project, owner: User) -> None:
        key, _ = make_key(project)
        browser.post(page_of(key, "rename/"), {"name": "Worker"})
        key.refresh_from_db()
        assert key.name == "Worker"
        event = AuditEvent.objects.get(event_type="KEY_UPDATE")
        assert event.meta == {
            "actor": str(owner.pk),
            "address": "127.0.0.1",
            "name": "Key",
            "new_name": "Worker",
        }

    def test_a_taken_name_is_refused(self, browser: Client, project: Project) -> None:
        make_key(project, name="Worker")
        key, _ = make_key(project)
        page = browser.post(page_of(key, "rename/"), {"name": "WORKER"}).content.decode()
        assert "already has a live key named" in page
        key.refresh_from_db()
        assert key.name == "Key"

    def test_a_deleted_one_is_not_renamed(self, project: Project, now: datetime) -> None:
        key, _ = make_key(project)
        services.delete_key(key=key, at=now, by=BY)
        with pytest.raises(services.KeyEnded):
            services.rename_key(key=key, name="Other", at=now, by=BY)
        with pytest.raises(services.KeyEnded):
            services.end_grace(key=key, at=now, by=BY)


@pytest.mark.django_db
class TestStatus:
    @pytest.mark.parametrize(
        ("used", "expires", "said"),
        [
            (None, None, "Never used"),
            (1, None, "Active"),
            (31, None, "Unused for 31 days"),
            (1, 5, "Expires in 5 days"),
            (1, 1, "Expires in 1 day"),
            (1, 0, "Expires today"),
            (1, -1, "Expired"),
        ],
    )
    def test_a_word_for_it(
        self, browser: Client, project: Project, used: int | None, expires: int | None, said: str
    ) -> None:
        now = timezone.now()
        key, _ = make_key(project, at=now - timedelta(days=100))
        if used is not None:
            Secret.objects.update(last_used_at=now - timedelta(days=used))
        if expires is not None:
            ends = now + timedelta(days=expires, minutes=5)
            ApiKey.objects.update(expires_at=ends)
        assert f">{said}</span>" in browser.get(page_of(key)).content.decode()

    def test_one_switched_off_by_us_says_so(self, browser: Client, project: Project) -> None:
        key, _ = make_key(project)
        services.switch_key(key=key, on=False, at=timezone.now(), by=BY)
        assert "Switched off by us" in browser.get(page_of(key)).content.decode()


@pytest.mark.django_db
class TestStrangers:
    @pytest.mark.parametrize("verb", ["rename/", "rotate/", "end-grace/", "delete/"])
    def test_a_strangers_change_is_not_found(
        self, stranger: User, project: Project, verb: str
    ) -> None:
        key, plaintext = make_key(project)
        body = {"name": "Mine", "grace": "0", "last_four": plaintext[-4:], "typed": "Key"}
        assert signed_in(stranger).post(page_of(key, verb), body).status_code == 404
        key.refresh_from_db()
        assert (key.name, key.deleted_at, key.secrets.count()) == ("Key", None, 1)

    def test_nor_is_a_key_made_in_somebodys_project(self, stranger: User, new: str) -> None:
        assert signed_in(stranger).post(new, FULL).status_code == 404
        assert not ApiKey.objects.exists()

    def test_of_two_projects_each_lists_its_own(
        self, browser: Client, owner: User, project: Project
    ) -> None:
        make_key(project, name="Here")
        other = make_project(owner)
        make_key(other, name="There")
        page = browser.get(f"/console/projects/{other.pk}/keys/").content.decode()
        assert "There" in page
        assert "Here" not in page

    @pytest.mark.parametrize("verb", ["rename/", "rotate/", "end-grace/", "delete/"])
    def test_without_a_csrf_token_nothing_is_changed(
        self, owner: User, project: Project, verb: str
    ) -> None:
        key, plaintext = make_key(project)
        browser = signed_in(owner)
        browser.handler.enforce_csrf_checks = True
        body = {"name": "Mine", "grace": "0", "last_four": plaintext[-4:], "typed": "Key"}
        assert browser.post(page_of(key, verb), body).status_code == 403
        key.refresh_from_db()
        assert (key.name, key.deleted_at, key.secrets.count()) == ("Key", None, 1)
