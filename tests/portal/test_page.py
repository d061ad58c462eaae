"""What people see on the page about themselves."""

from __future__ import annotations

import re

import pytest

from accounts.models import AuditEvent, EventType, Project
from console.telling import tell
from memory.policy.hints import HINTS
from portal.values import Said, laid_out
from portal.words import reason
from tests.doors import Api
from tests.makers import make_key, read_body
from tests.memory.conftest import Clock
from tests.portal.visiting import Person

pytestmark = pytest.mark.django_db


def words(page: str) -> str:
    """Return the page's text alone."""
    inline = re.sub(r"</?(?:b|bdi|q|time|code|a)\b[^>]*>", "", page)
    return " ".join(re.sub(r"<[^>]+>", " ", inline).split())


class TestWhatIsRemembered:
    def test_it_stands_scope_by_scope_with_who_said_it_and_when(
        self, api: Api, clock: Clock
    ) -> None:
        api.remember()
        api.remember(scope="schedule", source="inferred", value_json={"free_days": ["Monday"]})
        text = words(Person(api).page())
        assert "What Default project remembers about you" in text
        assert "Likes: pizza Dislikes: olives You said so, 23 November 2026" in text
        assert "Your times free days: Monday The application concluded it, 23 November 2026" in text

    def test_of_whom_nothing_is_held_it_says_so_and_writes_no_id(self, api: Api) -> None:
        assert "Nothing is remembered about you" in Person(api).page()
        assert not AuditEvent.objects.filter(user_id="user_1").exists()

    def test_what_somebody_typed_is_no_markup(self, api: Api) -> None:
        api.remember(value_json={"<b>x</b>": ["<script>alert(1)</script>"]}, domain="<i>")
        page = Person(api).page()
        assert "&lt;script&gt;" in page
        assert not re.search("<script>alert|<b>x|<i>", page)

    def test_more_than_a_page_has_another_page(self, api: Api) -> None:
        for some in range(2):
            value = [{"scope": "preferences", "user_id": "user_1", "source": "system",
                      "value_json": {"n": 100 * some + one}} for one in range(60)]  # fmt: skip
            assert api.post("/memory/batch", {"memories": value}).status_code == 201
        person = Person(api)
        first = person.page()
        assert first.count("/remove/") == 100
        older = re.search(r'href="\?cursor=([^"&]+)"', first)
        assert older is not None
        assert person.page(cursor=older[1]).count("/remove/") == 20

    @pytest.mark.parametrize(
        ("value", "told"),
        [
            ({"likes": ["tea", "jam"]}, [Said("Likes", ("tea", "jam"))]),
            ({"News": True, "x_y": None}, [Said("News", ("yes",)), Said("x y", ("nothing",))]),
            (["no spam"], [Said("", ("no spam",))]),
            ({"windows": [{"start": "9:00", "end": "17:00"}]},
             [Said("Times, From", ("9:00",)), Said("Times, To", ("17:00",))]),
            ({"rules": [], "max_price": 0},
             [Said("Rules", ("nothing",)), Said("Highest price", ("0",))]),
        ],
    )  # fmt: skip
    def test_a_value_is_laid_out_in_words(self, value: object, told: list[Said]) -> None:
        assert laid_out(value) == (told, False)

    def test_a_long_value_is_cut(self) -> None:
        parts, is_cut = laid_out({"a": "x" * 600, "b": "y" * 600, "c": "z"})
        assert is_cut
        assert sum(len(text) for part in parts for text in part.texts) <= 1000

    @pytest.mark.parametrize(
        ("value", "shown"),
        [
            ({"likes": ["tea"] * 9 + ["x" * 2000] + ["jam"]}, 10),
            ({"": [""] * 9000}, 200),
            ({"": [[""]] * 9000}, 200),
            ({"n" * 9000: ["tea"]}, 0),
        ],
    )
    def test_of_too_much_the_beginning_is_shown(self, value: object, shown: int) -> None:
        parts, is_cut = laid_out(value)
        assert (is_cut, sum(len(part.texts) for part in parts)) == (True, shown)
        assert len(str(parts)) < 20_000


class TestWhoRead:
    def test_allowed_and_denied_with_purpose_key_and_reason(
        self, project: Project, clock: Clock
    ) -> None:
        api = Api(make_key(project, "Shop window")[1])
        api.remember()
        api.read(purpose="recommend restaurants")
        assert api.post("/memory/read", read_body(purpose="train a model")).status_code == 403
        text = words(Person(api).page())
        assert "Allowed · Read: What you like and dislike (food) recommend restaurants" in text
        assert "Default project, Shop window, 23 November 2026" in text
        assert "Purpose: to recommend something" in text
        assert "Denied · Wanted to read: What you like and dislike (food) train a model" in text
        assert "This may not be used for that purpose." in text

    @pytest.mark.parametrize("code", [*HINTS, "GRANT_REVOKED", "GRANT_EXPIRED"])
    def test_each_reason_has_words(self, code: str) -> None:
        assert reason(code)

    def test_what_they_look_at_themselves_is_left_out_and_recorded(self, api: Api) -> None:
        api.remember()
        person = Person(api)
        assert "Looked at" not in words(person.page())
        assert "Looked at" not in words(person.page())
        looks = AuditEvent.objects.filter(event_type=EventType.MEMORY_LIST)
        assert {(event.api_key_id, event.meta["actor"]) for event in looks} == {(None, "person")}
        api.get("/memory?user_id=user_1")
        assert "Looked at what was said: everything" in words(person.page())

    def test_the_owner_reads_in_the_record_that_it_was_the_person(
        self, api: Api, project: Project
    ) -> None:
        api.remember()
        Person(api)
        events = AuditEvent.objects.filter(event_type=EventType.USER_LINK_OPEN)
        (told,) = tell(project, "test", events)
        assert words(told.sentence).startswith("The person opened the page of")


class TestEveryAnswer:
    def test_nothing_is_kept_found_or_sent_elsewhere(self, api: Api) -> None:
        api.remember()
        answer = Person(api).get()
        assert "no-store" in answer.headers["Cache-Control"]
        assert answer.headers["X-Robots-Tag"] == "noindex, nofollow"
        assert answer.headers["Referrer-Policy"] == "same-origin"
        page = answer.content.decode()
        assert not re.findall(r"<script|https?://", page.replace("http://testserver", ""))
        assert "user_1" not in page
        assert set(answer.cookies) <= {"csrf"}
