"""How Markdown becomes an article."""

from __future__ import annotations

import json

import pytest

from config.manual.examples import Example, curl, python
from config.manual.highlighting import WIDEST, laid_out
from config.manual.markdown import Article, drawn, parsed


def article(text: str, places: dict[str, str] | None = None) -> str:
    return drawn(parsed(text), Article(lambda file, link: (places or {}).get(link)))


class TestArticles:
    def test_the_second_heading_of_a_name_has_an_anchor_of_its_own(self) -> None:
        html = article("## Limits\n\n## Limits\n\n## GET /users/{user_id}\n")
        for anchor in ("limits", "limits-1", "get-usersuser_id"):
            assert f'<h2 id="{anchor}"><a href="#{anchor}">' in html

    def test_a_link_that_leads_nowhere_is_its_words(self) -> None:
        html = article("See [one](a.md) and [*another*](b.md).", {"a.md": "/docs/a/#x"})
        assert html == ('<p>See <a href="/docs/a/#x">one</a> and <em>another</em>.</p>\n')

    def test_html_stays_text(self) -> None:
        assert "<script>" not in article("<script>x</script> `<b>`\n\n```sh\n<i>\n```\n\n# <u>\n")

    def test_a_cell_tells_its_column_and_the_first_its_row(self) -> None:
        html = article("| a | b | |\n|---|---|---|\n| `x` | y | z |\n| | w | |\n")
        assert '<th scope="col">a</th>' in html
        assert '<th scope="row"><code>x</code></th>' in html
        assert '<td data-label="b">y</td>' in html
        assert html.count("<td></td>") == 3  # the header without words, and two cells
        assert "<td>z</td>" in html

    def test_two_tables_under_a_heading_are_told_apart(self) -> None:
        table = "| a |\n|---|\n| b |\n\n"
        html = article(f"## Limits\n\n{table}{table}")
        assert 'aria-label="Limits"' in html
        assert 'aria-label="Limits (2)"' in html

    def test_code_says_how_it_is_answered(self) -> None:
        html = article("```sh 403\ncurl x\n```\n\n```json\n{}\n```\n")
        assert '<code class="language-sh" id="code-1" data-answers="403">curl x</code>' in html
        assert '<code class="language-json" id="code-2">{}</code>' in html

    def test_an_unknown_language_is_no_silent_text(self) -> None:
        with pytest.raises(KeyError):
            article("```cobol\nSTOP RUN.\n```\n")


class TestJson:
    def test_what_is_too_wide_is_broken_where_it_must_be(self) -> None:
        value = {"a": ["x"] * 30, "b": {"c": 1}, "d": []}
        text = laid_out(json.dumps(value))
        assert json.loads(text) == value
        assert max(map(len, text.splitlines())) <= WIDEST
        assert '  "b": {"c": 1},' in text.splitlines()

    def test_what_is_shortened_stays_as_it_stands(self) -> None:
        assert laid_out('{"a":[…]}') == '{"a":[…]}'


class TestExamples:
    def test_a_request_is_written_for_a_shell(self) -> None:
        said = Example(path={"id": "$MEMORY_ID"}, query={"dry_run": "true"})
        assert curl("DELETE", "http://x/m/{id}", said) == (
            'curl -sS -X DELETE "http://x/m/$MEMORY_ID?dry_run=true" \\\n'
            '  -H "X-API-Key: $MEMORY_SCOPE_API_KEY"'
        )
        told = curl("POST", "http://x/m", Example(keyed=False), {"revocation_token": "$TOKEN"})
        assert '  -d "{\\"revocation_token\\": \\"$TOKEN\\"}"' in told

    def test_and_for_python_where_the_client_can(self) -> None:
        said = {"user_id": "u", "replace": True, "value_json": {"a": [1]}}
        calls: list[dict[str, object]] = []

        class Client:
            def __enter__(self) -> Client:
                return self

            def __exit__(self, *raised: object) -> None:
                pass

            def m(self, **told: object) -> None:
                calls.append(told)

        code = python(Example(method="m"), said).removeprefix(
            "from memory_scope import MemoryScopeClient\n"
        )
        exec(code, {"MemoryScopeClient": Client})
        assert calls == [said]
        assert python(Example(), said) == ""
