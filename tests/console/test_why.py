"""The bench for decisions: what would be allowed and why, without reading or recording anything."""

from __future__ import annotations

import re
from typing import Any
from urllib.parse import urlencode

import pytest
from django.test import Client

from accounts.models import AuditEvent, Project, User
from apikeys.models import ApiKey, LoggedRequest
from apikeys.usage.collector import collector
from console.why import EXAMPLES, LONGEST_PURPOSE
from memory.models import RevocationGrant
from memory.policy.access import is_allowed
from memory.policy.purposes import understand
from memory.policy.vocabulary import Scope
from tests.console.why_pages import ask, path_of, said, verdict, words
from tests.doors import Api, signed_in
from tests.makers import make_key, read_body

pytestmark = pytest.mark.django_db


class TestAsking:
    def test_before_a_question_there_is_no_answer(self, browser: Client, project: Project) -> None:
        page = ask(browser, project)
        assert "Ask, and see what the policy says" in page
        assert "Nothing is read here, and nothing is recorded." in page
        assert "verdict" not in page
        assert re.search(r'value="preferences"[^>]*checked', page)

    def test_a_link_can_choose_scope_and_key_and_leave_the_purpose_open(
        self, browser: Client, project: Project
    ) -> None:
        key, _ = make_key(project)
        page = ask(browser, project, scope="schedule", key=str(key.pk))
        assert "verdict" not in page
        assert re.search(r'value="schedule"[^>]*checked', page)
        assert f'<option value="{key.pk}" selected>' in page

    def test_what_is_allowed(self, browser: Client, project: Project) -> None:
        page = ask(browser, project, scope="preferences", purpose="recommend restaurants")
        assert verdict(page) == "Allowed"
        assert "<bdi><mark>recommend</mark> restaurants</bdi>" in page
        assert "“recommend”, a telling word: it names its class by itself." in words(page)
        assert said(page)["allowed"] is True

    def test_what_is_denied(self, browser: Client, project: Project) -> None:
        page = ask(browser, project, scope="preferences", purpose="order lunch for tomorrow")
        assert verdict(page) == "Denied"
        assert "<mark>order</mark> lunch for tomorrow" in page
        text = words(page)
        assert "Purpose class 'task_execution' not allowed for scope 'preferences'" in text
        assert "“order”, a weak word: it counts because no telling word stands beside it." in text
        assert "The policy lets this class read preferences. No" in text
        assert re.findall(
            r'href="\?scope=(\w+)&amp;purpose=order\+lunch\+for\+tomorrow"', page
        ) == [
            "constraints",
            "schedule",
        ]
        assert page.count('<td aria-current="true">') == 1

    def test_what_is_unrecognized(self, browser: Client, project: Project) -> None:
        page = ask(browser, project, scope="preferences", purpose="gift for my sister")
        text = words(page)
        assert "No word of it is known to the policy. Unknown means no, for every scope." in text
        assert "recommendation: gift for my sister" in text
        assert "The purpose has a class. No" in text
        assert "The policy lets this class read preferences. Not asked" in text
        assert 'aria-current="true"' not in page

    def test_what_is_vetoed(self, browser: Client, project: Project) -> None:
        page = ask(browser, project, scope="preferences", purpose="sell it to a data broker")
        assert "<mark>sell</mark> it to a data <mark>broker</mark>" in page
        assert "whatever else it says. Here “sell” and “broker”." in words(page)

    def test_words_that_are_passed_over_say_why(self, browser: Client, project: Project) -> None:
        page = ask(browser, project, scope="preferences", purpose="order history suggestions")
        assert "“order” ( task_execution ) does not count before “history”." in words(page)

    def test_what_nobody_can_read(self, browser: Client, project: Project) -> None:
        text = words(ask(browser, project, scope="preferences", purpose="s e l l x"))
        assert "Four or more single letters stand in a row." in text

    def test_what_is_typed_can_hide_nothing(self, browser: Client, project: Project) -> None:
        page = ask(browser, project, scope="preferences", purpose="recommend <b>\u202etxt</b>")
        assert "\u202e" not in page.replace("</textarea>", "", 1).split("</form>")[1]
        assert "recommend &lt;b&gt;[U+202E]txt&lt;/b&gt;" in page

    @pytest.mark.parametrize("scope", Scope)
    def test_examples_show_a_yes_and_a_no(
        self, browser: Client, project: Project, scope: Scope
    ) -> None:
        page = ask(browser, project, scope=scope, purpose="recommend")
        for example in EXAMPLES[scope]:
            asked = urlencode({"scope": str(scope), "purpose": example}).replace("&", "&amp;")
            assert f'href="?{asked}"' in page
        *good, bad = EXAMPLES[scope]
        assert all(is_allowed(scope, understand(one).purpose_class) for one in good)
        assert not is_allowed(scope, understand(bad).purpose_class)


class TestTheAnswer:
    @pytest.mark.parametrize(
        "purpose", ["order lunch", "gift for my sister", "sell it", "a\u202eb"]
    )
    def test_it_is_what_a_read_is_answered(
        self, browser: Client, project: Project, purpose: str
    ) -> None:
        key, plaintext = make_key(project)
        answer = said(ask(browser, project, scope="preferences", purpose=purpose, key=str(key.pk)))
        real = Api(plaintext).post("/memory/read", read_body(purpose=purpose)).json()
        assert set(answer) == set(real)
        assert (answer.pop("request_id"), answer.pop("decision_id")) == ("…", "…")
        assert answer.items() <= real.items()

    def test_a_key_that_may_not_read_is_told_so(self, browser: Client, project: Project) -> None:
        key, plaintext = make_key(project, permissions=["memory:write"])
        asked: dict[str, Any] = {"scope": "preferences", "purpose": "recommend", "key": str(key.pk)}
        page = ask(browser, project, **asked)
        assert verdict(page) == "Denied"
        real = Api(plaintext).post("/memory/read", read_body()).json()
        assert {**said(page), "request_id": real["request_id"]} == real
        assert "The key has the permission memory:read. No" in words(page)

    def test_what_is_allowed_is_what_a_check_says(
        self, browser: Client, api: Api, project: Project
    ) -> None:
        asked: dict[str, Any] = {"scope": "constraints", "purpose": "Book a 'room' & more"}
        page = ask(browser, project, **asked)
        assert said(page) == api.post("/policy/check", asked).json()
        assert """-d '{"scope":"constraints","purpose":"Book a '"'"'room'"'"' &amp; more"}'""" in (
            page.replace("&quot;", '"').replace("&#x27;", "'")
        )


class TestMistakes:
    @pytest.mark.parametrize(
        ("asked", "sentences"),
        [
            (
                {"purpose": ""},
                ["Field 'scope' is required", "Field 'purpose' is required"],
            ),
            (
                {"scope": "moods", "purpose": "recommend"},
                ["Invalid scope value. Must be one of: preferences, constraints"],
            ),
            (
                {"scope": "schedule", "purpose": "x" * (LONGEST_PURPOSE + 1)},
                ["Field 'purpose' must be between 1 and 1000 characters"],
            ),
            (
                {"scope": "schedule", "purpose": "one\r\ntwo"},
                ["Field 'purpose' must not contain control characters"],
            ),
            (
                {"scope": "schedule", "purpose": "a\x00b"},
                ["Field 'purpose' must not contain control characters"],
            ),
        ],
    )
    def test_they_are_told_as_the_api_tells_them(
        self,
        browser: Client,
        api: Api,
        project: Project,
        asked: dict[str, str],
        sentences: list[str],
    ) -> None:
        text = words(ask(browser, project, status=400, **asked))
        answer = api.post("/policy/check", {name: one for name, one in asked.items() if one}).json()
        told = [error["message"] for error in answer["errors"]]
        for sentence in (*sentences, *told):
            assert sentence in text

    def test_as_much_as_a_read_takes_is_taken(self, browser: Client, project: Project) -> None:
        page = ask(browser, project, scope="schedule", purpose="ab " * 333 + "x")
        assert verdict(page) == "Denied"


class TestDoors:
    def test_a_strangers_project_is_not_found(self, stranger: User, project: Project) -> None:
        assert signed_in(stranger).get(path_of(project)).status_code == 404

    def test_the_address_stays_at_home(self, browser: Client, project: Project) -> None:
        answer = browser.get(path_of(project, scope="preferences", purpose="about Anna"))
        assert answer.headers["Referrer-Policy"] in ("same-origin", "no-referrer")
        assert "no-store" in answer.headers["Cache-Control"]

    def test_it_leaves_no_trace(self, browser: Client, project: Project) -> None:
        key, _ = make_key(project)
        before = (
            AuditEvent.objects.count(),
            ApiKey.objects.get(pk=key.pk).secrets.get().last_used_at,
        )
        for purpose in ("recommend restaurants", "sell it"):
            ask(browser, project, scope="preferences", purpose=purpose, key=str(key.pk))
        collector.flush()
        after = AuditEvent.objects.count(), ApiKey.objects.get(pk=key.pk).secrets.get().last_used_at
        assert before == after
        assert not LoggedRequest.objects.exists()
        assert not RevocationGrant.objects.exists()
