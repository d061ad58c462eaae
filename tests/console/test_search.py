"""The search finds where to go, within the project and its environment, and shows no secret."""

from __future__ import annotations

import re
from html import unescape
from urllib.parse import quote
from uuid import UUID

import pytest
from django.test import Client

from accounts.models import AuditEvent, Project, User
from apikeys.models import LoggedRequest
from apikeys.usage.collector import collector
from console import walks
from foundation.identifiers import new_id
from tests.console.logged import log
from tests.doors import Api, signed_in
from tests.makers import make_key, read_body

pytestmark = pytest.mark.django_db
HIT = re.compile(r'<li><a href="([^"]*)">.*?<bdi>(.*?)</bdi></span><span class="end">(.*?)</span>')


def hits(browser: Client, project: Project, asked: str = "", place: str = "test") -> list[str]:
    """Return what is found, each as "kind: name, path"."""
    path = f"/console/projects/{project.pk}/{place}/search/?q={quote(asked)}"
    answer = browser.get(path)
    assert answer.status_code == 200
    found = HIT.findall(answer.content.decode())
    return [unescape(f"{kind}: {name}, {href}") for href, name, kind in found]


def a_day_before(id_: UUID) -> UUID:
    """Return an id that tells the time a day before this one's: its first 48 bits are its time."""
    return UUID(int=id_.int - (24 * 3600 * 1000 << 80))


def test_without_a_question_it_lists_pages_keys_and_topics(
    browser: Client, project: Project
) -> None:
    key, _ = make_key(project, "Worker")
    found = hits(browser, project)
    assert f"Page: Overview, /console/projects/{project.pk}/test/" in found
    assert f"Key ••••{key.current_secret().last_four}: Worker, /console/keys/{key.pk}/" in found
    assert any(one.startswith("Docs: ") for one in found)


@pytest.mark.parametrize("asked", ["work", "WORKER", "{four}", "••••{four}", "{id}"])
def test_a_key_is_found_by_name_last_four_and_id(
    browser: Client, project: Project, asked: str
) -> None:
    key, plaintext = make_key(project, "Worker")
    make_key(project, "Other")
    asked = asked.format(four=plaintext[-4:], id=key.pk)
    found = [one for one in hits(browser, project, asked) if one.startswith("Key")]
    assert [one.split(", ")[-1] for one in found] == [f"/console/keys/{key.pk}/"]


def test_a_request_and_its_decision_are_found_by_their_ids(
    browser: Client, project: Project
) -> None:
    api = Api(make_key(project)[1])
    api.remember()
    api.post("/memory/read", read_body(), HTTP_X_REQUEST_ID="my-read-17")
    collector.flush()
    logged = LoggedRequest.objects.get(request_id="my-read-17")
    event = AuditEvent.objects.get(request_id="my-read-17")
    there = f"/console/projects/{project.pk}/test/requests/{logged.pk}/"
    for asked in ("my-read-17", "my-read", str(logged.server_request_id), str(logged.pk)):
        assert any(one.endswith(there) for one in hits(browser, project, asked)), asked
    there = f"/console/projects/{project.pk}/test/audit/{event.pk}/"
    for asked in (str(event.decision_id), str(event.pk)):
        assert any(one.endswith(there) for one in hits(browser, project, asked)), asked
        assert not any(one.endswith(there) for one in hits(browser, project, asked, "live"))


def test_older_requests_are_left_to_the_log_but_for_ids_that_tell_their_time(
    browser: Client, project: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    key, _ = make_key(project)
    logged = log(key, request_id="my-first", server_request_id=a_day_before(new_id()))
    LoggedRequest.objects.filter(pk=logged.pk).update(id=a_day_before(logged.pk))
    first = LoggedRequest.objects.get(request_id="my-first")
    for number in range(3):
        log(key, request_id=f"my-{number}")
    requests = f"/console/projects/{project.pk}/test/requests/"
    assert any(one.endswith(f"{requests}{first.pk}/") for one in hits(browser, project, "my-first"))
    monkeypatch.setattr(walks, "MOST", 2)
    further = f"Look further back in the request log: my-first, {requests}?request_id=my-first"
    found = hits(browser, project, "my-first")
    assert further in found
    assert not [one for one in found if one.startswith("Request")]
    for asked in (str(first.server_request_id), str(first.pk)):
        found = hits(browser, project, asked)
        assert any(one.endswith(f"{requests}{first.pk}/") for one in found)
        assert not [one for one in found if one.startswith("Look")]


def test_every_word_counts(browser: Client, project: Project) -> None:
    assert any("Create key" in one for one in hits(browser, project, "new key"))
    assert not [one for one in hits(browser, project, "new zebra") if one.startswith("Page")]


@pytest.mark.parametrize(
    "asked", ["ffffffff-ffff-ffff-ffff-ffffffffffff", "00000000-0000-0000-0000-000000000000", "%"]
)
def test_what_is_nowhere_is_not_found(browser: Client, project: Project, asked: str) -> None:
    make_key(project, "Worker")
    found = hits(browser, project, asked)
    assert not [one for one in found if not one.startswith(("End user", "Docs"))]


def test_a_stranger_finds_nothing(stranger: User, project: Project) -> None:
    make_key(project, "Worker")
    other = signed_in(stranger)
    path = f"/console/projects/{project.pk}/test/search/?q=Worker"
    assert other.get(path).status_code == 404
    own = stranger.projects.get()
    assert not [one for one in hits(other, own, "Worker") if one.startswith("Key")]


def test_no_secret_is_in_it(browser: Client, project: Project) -> None:
    _, plaintext = make_key(project, "Worker")
    path = f"/console/projects/{project.pk}/test/search/"
    for asked in ("", "Worker", plaintext[-4:]):
        assert plaintext[8:-4] not in browser.get(path, {"q": asked}).content.decode()


def test_a_question_that_is_too_long_is_refused(browser: Client, project: Project) -> None:
    path = f"/console/projects/{project.pk}/test/search/"
    answer = browser.get(path, {"q": "a" * 256})
    assert answer.status_code == 400
    assert 'role="alert"' in answer.content.decode()
