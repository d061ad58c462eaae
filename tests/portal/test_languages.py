"""The pages for people in each of their languages, whole and fresh."""

from __future__ import annotations

import ast
import gettext
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.conf import settings
from django.test import Client
from django.utils.translation.template import templatize

from config.environment import BASE_DIR
from tests.doors import Api
from tests.memory.conftest import Clock
from tests.portal.visiting import Person, link

TRANSLATED = [code for code, _ in settings.LANGUAGES if code != "en"]
MARKS = ("_", "gettext", "gettext_lazy", "ngettext")
TEXT = re.compile(r'^(msgid|msgid_plural|msgstr)(?:\[(\d)\])? "(.*)"$', re.MULTILINE)
HOLES = re.compile(r"%\(\w+\)s")


def catalogue(code: str, ending: str) -> Path:
    return BASE_DIR / "locale" / code / "LC_MESSAGES" / f"django.{ending}"


def written(code: str) -> dict[str | tuple[str, int], str]:
    """Return what the .po says: each text and its translation; of a plural, each form's."""
    found: dict[str | tuple[str, int], str] = {}
    now = ""
    for kind, form, text in TEXT.findall(catalogue(code, "po").read_text()):
        text = text.replace('\\"', '"')
        if kind == "msgid":
            now = text
        elif kind == "msgstr" and now:
            found[(now, int(form)) if form else now] = text
    return found


def texts() -> Iterator[str]:
    """Yield each text that is marked as one, in the code and in the templates of these pages."""
    sources = [path.read_text() for path in (BASE_DIR / "portal").rglob("*.py")]
    for path in (BASE_DIR / "templates" / "portal").glob("*.html"):
        calls = re.findall(r"n?gettext\(.*?\)(?= |$|X)", templatize(path.read_text()))
        sources += [call.strip() for call in calls]
    for source in sources:
        for node in ast.walk(ast.parse(source)):
            if isinstance(node, ast.Call) and getattr(node.func, "id", "") in MARKS:
                assert isinstance(node.args[0], ast.Constant), ast.unparse(node)
                yield str(node.args[0].value)


@pytest.mark.parametrize("code", TRANSLATED)
class TestEachTranslation:
    def test_it_has_every_text(self, code: str) -> None:
        """Where it lacks one: `make messages`, and write it there."""
        known = {key if isinstance(key, str) else key[0] for key in written(code)}
        marked = set(texts())
        assert len(marked) > 100
        assert marked - known == set()
        assert known - marked == set()
        assert [key for key, text in written(code).items() if not text] == []

    def test_it_fills_the_same_holes(self, code: str) -> None:
        for key, text in written(code).items():
            if isinstance(key, str):
                assert sorted(HOLES.findall(key)) == sorted(HOLES.findall(text)), key

    def test_what_is_served_is_what_is_written(self, code: str) -> None:
        """Where it is not: `make messages`."""
        with catalogue(code, "mo").open("rb") as file:
            served = gettext.GNUTranslations(file)._catalog  # type: ignore[attr-defined] # gettext has no other way
        assert {key: text for key, text in served.items() if key} == written(code)


@pytest.mark.django_db
class TestWhichLanguage:
    def test_it_is_what_the_browser_asks_for(self, api: Api, clock: Clock) -> None:
        api.remember(value_json={"likes": ["Tee"], "dislikes": []})
        api.read()
        answer = Person(api, language="fr, de-AT;q=0.8, en;q=0.5").get()
        page = answer.content.decode()
        assert '<html lang="de"' in page
        assert answer.headers["Content-Language"] == "de"
        for text in ("über Sie weiß", "<bdi>Mag</bdi>: ", "Das haben Sie gesagt", "Erlaubt",
                     "etwas zu empfehlen", "Alles vergessen …", "November"):  # fmt: skip
            assert text in page, text
        assert '<html lang="en"' in Person(api, language="fr").page()

    def test_the_switch_holds_on_all_pages_and_leads_back(self, api: Api) -> None:
        api.remember()
        person = Person(api)
        assert "über Sie weiß" in person.page(language="de")
        assert "Alles über Sie vergessen lassen?" in person.page("forget/")
        question = person.done("take-back/preferences/")
        assert "Eine Angabe ist zurückgenommen" in question
        assert "remembers about you" in person.page(language="en")
        assert "Forget everything about you?" in person.page("forget/")

    def test_a_language_that_is_none_changes_nothing(self, api: Api) -> None:
        answer = Person(api).get(language="xx<script>")
        assert "person_language" not in answer.cookies
        assert '<html lang="en"' in answer.content.decode()

    def test_whoever_is_not_let_in_reads_it_in_theirs(self, api: Api) -> None:
        path = link(api)
        german = Client(headers={"Accept-Language": "de"})
        assert "Meine Seite öffnen" in german.get(path).content.decode()
        german.post(path)
        other = Client(headers={"Accept-Language": "de"})
        assert "schon verwendet" in other.get(path).content.decode()
        assert "Ihre Seite ist geschlossen" in other.get("/me/").content.decode()
        strict = Client(enforce_csrf_checks=True, headers={"Accept-Language": "de"})
        answer = strict.post("/me/forget/", {"sure": "yes"})
        assert (answer.status_code, "Bitte noch einmal" in answer.content.decode()) == (403, True)

    def test_all_other_pages_stay_english(self) -> None:
        page = Client(headers={"Accept-Language": "de"}).get("/accounts/login/")
        assert "Sign in" in page.content.decode()
        assert not re.search("Anmelden|Passwort", page.content.decode())
