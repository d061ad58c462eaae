"""The documentation as a whole: nothing is missing, nothing leads nowhere."""

from __future__ import annotations

import re
from collections import Counter

import pytest
from django.test import Client
from pytest_django import DjangoDbBlocker

from config.environment import BASE_DIR
from config.manual import contents, sources
from config.manual.links import Links
from config.manual.search import CALLED_HERE
from config.manual.views import index, site
from tests.docs.reading import Read, Reader, crawled, read

pytestmark = pytest.mark.django_db

# Texts of which every section must be on the site.
WHOLE = (
    "docs/api.md",
    "docs/policy.md",
    "clients/python/README.md",
    "clients/typescript/README.md",
    "CHANGELOG.md",
)


@pytest.fixture(scope="module")
def pages(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> dict[str, Read]:
    with django_db_blocker.unblock():
        return crawled(Client())


class TestPages:
    def test_links_lead_to_all_of_them(self, pages: dict[str, Read]) -> None:
        assert set(pages) == {page.path for page in site().pages.values()}
        assert {page.status for page in pages.values()} == {200}

    def test_no_link_and_no_anchor_is_dead(self, pages: dict[str, Read]) -> None:
        others: dict[str, int] = {}
        dead = []
        for path, page in pages.items():
            for link in page.links:
                target, _, anchor = link.partition("#")
                if target in ("", *pages):
                    if anchor and anchor not in pages[target or path].anchors:
                        dead.append((path, link))
                elif target not in others and not target.startswith(("https://", "mailto:")):
                    others[target] = read(Client(), target).status
        assert dead == []
        assert {link for link, status in others.items() if status not in (200, 302)} == set()

    def test_readers_are_sent_to_no_file_and_to_no_other_address(self) -> None:
        sources = re.compile(r"\b(?:api|policy|architecture)\.md\b|(?:localhost|127\.0\.0\.1):8000")
        told = {
            page.path: sources.findall(page.html_at("https://memory.example"))
            for page in site().pages.values()
            if page.slug != "changelog"
        }
        assert {path: found for path, found in told.items() if found} == {}

    def test_each_has_a_title_of_its_own(self, pages: dict[str, Read]) -> None:
        titles = Counter(page.title for page in pages.values())
        assert [title for title, times in titles.items() if times > 1] == []
        assert all(title.endswith("Memory Scope docs") for title in titles)

    def test_an_anchor_stands_once_on_a_page(self, pages: dict[str, Read]) -> None:
        twice = {
            path: anchor
            for path, page in pages.items()
            for anchor, times in Counter(page.anchors).items()
            if times > 1
        }
        assert twice == {}

    def test_all_code_tells_its_language(self, pages: dict[str, Read]) -> None:
        assert [path for path, page in pages.items() if page.unmarked] == []

    def test_each_is_in_the_navigation_of_each(self, pages: dict[str, Read]) -> None:
        for path, page in pages.items():
            assert set(pages) - {"/docs/"} <= set(page.links), path

    def test_each_leads_to_the_next(self, pages: dict[str, Read]) -> None:
        ordered = list(site().pages.values())
        for before, page, after in zip(ordered, ordered[1:], ordered[2:], strict=False):
            assert site().neighbours(page) == (before, after)
        assert site().neighbours(ordered[0])[0] is None
        assert site().neighbours(ordered[-1])[1] is None

    def test_each_is_found_by_its_title(self) -> None:
        for page in site().pages.values():
            assert page.path in [result.path for result in index().find(page.title)], page.title

    def test_what_is_no_page_is_not_found(self, client: Client) -> None:
        for path in ("/docs/nothing/", "/docs/reference/nothing/", "/docs/a/b/"):
            assert client.get(path).status_code == 404


@pytest.mark.parametrize("file", WHOLE)
def test_every_section_of_a_text_is_on_the_site(file: str) -> None:
    entries = [
        entry
        for group in (*contents.BEFORE_REFERENCE, *contents.AFTER_REFERENCE)
        for entry in group.entries
    ]
    shown = Links(entries).sections(file)
    assert shown
    assert {one.anchor for one in sources.sections(file)} - shown == set()


def test_every_guide_is_on_the_site() -> None:
    files = {f"docs/guide/{file.name}" for file in (BASE_DIR / "docs/guide").iterdir()}
    placed = {
        part.file
        for group in contents.BEFORE_REFERENCE
        for entry in group.entries
        for part in entry.parts
    }
    assert files <= placed


class TestHowItIsServed:
    def test_a_page_is_kept_by_nobody_else(self, client: Client) -> None:
        answer = client.get("/docs/quickstart/")
        assert answer.headers["Cache-Control"] == "private, no-cache"

    def test_what_is_the_same_for_everyone_is_asked_for_once(self, client: Client) -> None:
        for path in ("/llms.txt", "/llms-full.txt"):
            first = client.get(path)
            assert first.headers["Cache-Control"] == "public, max-age=3600"
            assert first.headers["Content-Type"] == "text/plain; charset=utf-8"
            again = client.get(path, headers={"if-none-match": first.headers["ETag"]})
            assert (again.status_code, again.content) == (304, b"")

    def test_a_head_has_no_body(self, client: Client) -> None:
        for path in ("/docs/", "/docs/quickstart/", "/docs/search/?q=key", "/llms.txt"):
            answer = client.head(path)
            assert (answer.status_code, answer.content) == (200, b"")
            assert client.post(path).status_code == 405

    def test_language_models_get_every_page(self, client: Client) -> None:
        listed = client.get("/llms.txt").content.decode()
        full = client.get("/llms-full.txt").content.decode()
        for page in site().pages.values():
            assert f"[{page.title}](http://testserver{page.path}): {page.summary}" in listed
            assert f"\n# {page.title}\n" in full
        assert "curl -sS http://testserver/memory/read \\\n  -H " in full


class TestSearch:
    def find(self, client: Client, question: str) -> list[str]:
        page = client.get("/docs/search/", {"q": question}).content.decode()
        main = page[page.index("<main") : page.index("</main")]
        found = Read("", 200)
        Reader(found).feed(main)
        return [link for link in found.links if link.startswith("/docs/")]

    def test_a_code_leads_to_what_it_means(self, client: Client) -> None:
        assert self.find(client, "policy_denied")[0] == "/docs/errors/#policy_denied"

    def test_every_word_must_be_there(self, client: Client) -> None:
        assert self.find(client, "revoke without a token")
        assert self.find(client, "revoke zebra") == []

    @pytest.mark.parametrize(
        ("question", "path"),
        [
            ("gdpr", "/docs/erasure/"),
            ("forget", "/docs/reference/erase-user/"),
            ("pagination", "/docs/requests/#queries"),
            ("sdk", "/docs/python/"),
            ("javascript", "/docs/typescript/"),
            ("swagger", "/docs/reference/get-openapi-json/"),
            ("idempotent", "/docs/idempotency/"),
            ("revoking", "/docs/reference/revoke-access/"),
        ],
    )
    def test_what_people_call_otherwise_is_found(
        self, client: Client, question: str, path: str
    ) -> None:
        assert self.find(client, question)[0] == path

    @pytest.mark.parametrize("word", sorted(CALLED_HERE))
    def test_a_word_that_the_site_has_needs_no_other(self, word: str) -> None:
        assert index().known(word) == CALLED_HERE[word]

    def test_what_is_nowhere_is_not_made_up(self, client: Client) -> None:
        assert self.find(client, "zebras") == []

    def test_the_beginning_of_a_word_is_enough(self, client: Client) -> None:
        assert "/docs/idempotency/" in self.find(client, "idempot")
        assert "/docs/idempotency/" in self.find(client, "IDEMPOTENCY")

    def test_the_inside_of_a_word_is_not(self, client: Client) -> None:
        assert self.find(client, "dempotency") == []

    def test_a_piece_of_a_name_finds_it(self, client: Client) -> None:
        assert any("#policy_denied" in one for one in self.find(client, "denied"))

    def test_a_result_shows_the_words_that_were_looked_for(self) -> None:
        for question in ("revoke", "grants_closed"):
            for result in index().find(question)[:5]:
                marked = [piece.casefold() for found, piece in result.excerpt if found]
                shown = [*marked, result.title.casefold().replace("/", " ")]
                assert any(question in one for one in shown), result

    def test_nothing_asked_finds_nothing(self, client: Client) -> None:
        for question in ("", "   ", "?!", "_"):
            assert self.find(client, question) == []

    def test_a_question_stays_text(self, client: Client) -> None:
        page = client.get("/docs/search/", {"q": "<script>key</script>"}).content.decode()
        assert "<script>key" not in page
        assert "&lt;script&gt;key" in page
