"""What other people typed can neither turn round nor hide what stands on a page."""

from __future__ import annotations

import pytest
from django.test import Client

from accounts.models import Project, User
from foundation.visible import is_blank, shown
from tests.doors import Api, signed_in

TURNED = "anna\u202etxt.exe\u2066"


class TestShown:
    @pytest.mark.parametrize(
        ("text", "seen"),
        [
            *(("a\x00b", "a\u2400b"), ("a\x1bb", "a\u241bb"), ("a\x7fb", "a\u2421b")),
            *(("a\u202eb", "a[U+202E]b"), ("a\u2066b\u2069", "a[U+2066]b[U+2069]")),
            *(("a\u200fb", "a[U+200F]b"), ("a\x85b", "a[U+0085]b"), ("a\ud800b", "a[U+D800]b")),
            *(("Büro\n\tline", "Büro\n\tline"), ("\u0646\u200c\u0645", "\u0646\u200c\u0645")),
        ],
    )
    def test_what_cannot_be_seen_has_a_sign(self, text: str, seen: str) -> None:
        assert shown(text) == seen
        assert shown(seen) == seen

    @pytest.mark.parametrize("text", [" ", "\t", "\xa0", "\u200b", "\ufeff", "\u3164", "\ufe0f"])
    def test_blanks_are_known(self, text: str) -> None:
        assert is_blank(text)
        assert not is_blank("a")


def test_the_console_isolates_them(api: Api, browser: Client, project: Project) -> None:
    api.remember(user_id=TURNED, domain=f"food{TURNED}")
    page = browser.get(f"/console/projects/{project.pk}/test/audit/").content.decode()
    assert "<bdi>anna[U+202E]txt.exe[U+2066]</bdi>" in page
    assert "<bdi>foodanna[U+202E]txt.exe[U+2066]</bdi>" in page
    assert "\u202e" not in page


def test_the_admin_shows_them(api: Api, project: Project) -> None:
    api.remember(user_id=TURNED)
    operator = User.objects.create_superuser("operator@example.com")
    desk = signed_in(operator, second_factor=True)
    page = desk.get("/admin/accounts/auditevent/").content.decode()
    assert "anna[U+202E]txt.exe[U+2066]" in page
    assert "\u202e" not in page


def test_markup_stays_text(api: Api, browser: Client, project: Project) -> None:
    api.remember(user_id="<b>anna</b>")
    page = browser.get(f"/console/projects/{project.pk}/test/audit/").content.decode()
    assert "<bdi>&lt;b&gt;anna&lt;/b&gt;</bdi>" in page
