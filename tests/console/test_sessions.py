"""Where a person is signed in: each browser by name, each to be signed out."""

from __future__ import annotations

import re

import pytest
from allauth.usersessions.models import UserSession
from django.test import Client

from accounts import sessions
from accounts.models import User
from tests.doors import signed_in

PAGE = "/accounts/sessions/"
HOME = "/console/projects/"
FIREFOX = "Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:128.0) Gecko/20100101 Firefox/128.0"


def opened(person: User, user_agent: str, **meta: str) -> Client:
    """Return a browser of the person's that has been used."""
    browser = signed_in(person)
    browser.defaults.update({"HTTP_USER_AGENT": user_agent, **meta})
    assert browser.get(HOME).status_code == 200
    return browser


def session_of(browser: Client) -> UserSession:
    return UserSession.objects.get(session_key=browser.session.session_key)


@pytest.mark.django_db
class TestSessions:
    def test_each_is_told_by_name_and_this_one_comes_first(self, owner: User) -> None:
        opened(owner, "curl/8 <b>")
        here = opened(owner, FIREFOX, REMOTE_ADDR="203.0.113.9")
        opened(owner, "curl/8 <b>")
        page = here.get(PAGE).content.decode()
        names = re.findall(r"<h2>(.*?)</h2>", page)
        assert names == ["Firefox on Windows", "Unknown browser", "Unknown browser"]
        assert page.count("This browser") == 1
        assert page.index("This browser") < page.index("Unknown browser")
        assert "203.0.113.9" in page
        assert FIREFOX not in page
        assert "curl/8 &lt;b&gt;" in page

    def test_when_it_was_seen_is_written_once_a_minute_and_from_where_at_once(
        self, owner: User
    ) -> None:
        here = opened(owner, FIREFOX)
        first = session_of(here).last_seen_at
        here.get(HOME)
        assert session_of(here).last_seen_at == first
        earlier = first - sessions.RECORDED_EVERY
        UserSession.objects.update(last_seen_at=earlier)
        here.get(HOME)
        assert session_of(here).last_seen_at >= first
        UserSession.objects.update(last_seen_at=first)
        here.get(HOME, REMOTE_ADDR="203.0.113.9")
        assert session_of(here).ip == "203.0.113.9"
        here.get(HOME, REMOTE_ADDR="203.0.113.9", HTTP_USER_AGENT="curl/8")
        assert session_of(here).user_agent == "curl/8"

    def test_one_is_signed_out_and_the_others_stay(self, owner: User) -> None:
        here, there, elsewhere = (opened(owner, FIREFOX) for _ in range(3))
        answer = here.post(f"/console/account/sessions/{session_of(there).pk}/end/", follow=True)
        assert "Firefox on Windows is signed out." in answer.content.decode()
        assert there.get(HOME).status_code == 302
        assert elsewhere.get(HOME).status_code == 200

    def test_this_one_signs_the_person_out(self, owner: User) -> None:
        here = opened(owner, FIREFOX)
        answer = here.post(f"/console/account/sessions/{session_of(here).pk}/end/")
        assert answer.headers["Location"] == "/accounts/login/"
        assert here.get(HOME).status_code == 302

    def test_a_strangers_is_not_found_and_goes_on(self, owner: User, stranger: User) -> None:
        theirs = opened(stranger, FIREFOX)
        path = f"/console/account/sessions/{session_of(theirs).pk}/end/"
        assert opened(owner, FIREFOX).post(path).status_code == 404
        assert theirs.get(HOME).status_code == 200

    def test_all_others_are_signed_out_where_there_are_any(self, owner: User) -> None:
        here = opened(owner, FIREFOX)
        assert "Sign out all others" not in here.get(PAGE).content.decode()
        there = opened(owner, FIREFOX)
        assert "Sign out all others" in here.get(PAGE).content.decode()
        here.post(PAGE)
        assert there.get(HOME).status_code == 302
        assert here.get(HOME).status_code == 200
