"""Keys that were seen where they must not be."""

from __future__ import annotations

import bz2
import gzip
import lzma
from collections.abc import Callable
from datetime import timedelta
from io import BytesIO, StringIO, TextIOWrapper
from pathlib import Path
from smtplib import SMTPServerDisconnected
from typing import Any

import pytest
from django.core import mail
from django.core.management import CommandError, call_command
from pytest_django import Settings

from accounts.models import AuditEvent, Project
from apikeys import leaks, services, throttling, tokens
from apikeys.counters import LocalCounters
from apikeys.models import ApiKey, Kind
from apikeys.notices import outbox
from tests.doors import Api
from tests.mailbox import mailbox
from tests.makers import BY, NOW, make_key


@pytest.fixture(autouse=True)
def at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """Give the test counters of its own, and do at once what waits for the commit."""
    fresh = LocalCounters()
    monkeypatch.setattr(throttling, "counters", fresh)
    monkeypatch.setattr(throttling, "_blocked", {})
    monkeypatch.setattr("apikeys.notices.outbox.transaction.on_commit", lambda work: work())


def report(*tokens: Any, **fields: Any) -> Any:
    return Api(None).post("/leaks", {"tokens": list(tokens), **fields})


class TestFindingKeysInText:
    def test_they_are_found_among_other_text(self) -> None:
        one, other = tokens.new_key("test"), tokens.new_key("live")
        text = f'KEY="{one}"\n{other},{other}. curl -H X-API-Key:{one}'
        assert leaks.keys_in(text) == {one, other}

    def test_the_checksum_alone_tells_a_key_from_noise(self) -> None:
        key = tokens.new_key("test")
        other = "1" if key[-1] == "0" else "0"  # or what follows would complete the key
        assert leaks.keys_in(f"{key[:-1]}{other} {key[:-1]} {other} SK{key[2:]}") == set()


class TestReporting:
    def test_a_live_key_is_deleted_its_owner_told_and_it_is_recorded(
        self, project: Project
    ) -> None:
        key, plaintext = make_key(project, "Web app")
        assert report(plaintext, url="https://paste.example/1").json() == {"deleted": 1}
        assert Api(plaintext).get("/policy").status_code == 401
        event = AuditEvent.objects.get(event_type="KEY_DELETE")
        assert (event.api_key_id, event.reason_code, event.meta["actor"]) == (
            key.pk,
            "LEAKED",
            "report",
        )
        (sent,) = mailbox()
        assert sent.to == [project.owner.email]
        assert "Web app" in sent.subject
        assert "https[://]paste[.]example/1" in sent.body
        assert plaintext not in sent.subject + sent.body

    def test_the_second_report_finds_nothing(self, project: Project) -> None:
        plaintext = make_key(project)[1]
        assert [report(plaintext).json()["deleted"] for _ in range(2)] == [1, 0]
        assert len(mail.outbox) == 1

    def test_two_secrets_of_one_key_are_one_key(self, project: Project) -> None:
        key, old = make_key(project)
        new = rotate(key, old, grace=timedelta(days=3650))
        mail.outbox.clear()  # of the rotation
        assert report(old, new).json() == {"deleted": 1}
        assert len(mail.outbox) == 1

    def test_a_replaced_secret_takes_nothing_with_it(self, project: Project) -> None:
        key, first = make_key(project, "Web app")
        second = rotate(key, first, grace=timedelta(days=3650))
        third = rotate(key, second, grace=timedelta(days=3650))
        mail.outbox.clear()  # of the rotations
        assert report(first, url="https://paste.example/1").json() == {"deleted": 1}
        works = [Api(one).get("/policy").status_code for one in (first, second, third)]
        assert works == [401, 200, 200]
        event = AuditEvent.objects.get(reason_code="LEAKED")
        assert (event.event_type, event.api_key_id) == ("KEY_UPDATE", key.pk)
        (sent,) = mailbox()
        assert sent.subject == "An old secret of your API key “Web app” has leaked and was ended"
        assert f"••••{tokens.last_four(first)}" in sent.body
        assert "The secret that replaced it goes on." in sent.body
        assert report(first).json() == {"deleted": 0}
        assert report(second).json() == {"deleted": 1}
        assert len(mail.outbox) == 2
        assert Api(third).get("/policy").status_code == 200

    def test_a_key_whose_newest_secret_leaked_is_deleted(self, project: Project) -> None:
        key, old = make_key(project)
        new = rotate(key, old, grace=timedelta(days=3650))
        assert report(new).json() == {"deleted": 1}
        assert [Api(one).get("/policy").status_code for one in (old, new)] == [401, 401]

    def test_a_rotation_at_the_same_moment_saves_the_new_secret(
        self, project: Project, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """The report found the newest secret, and waits for the lock that the rotation holds."""
        key, old = make_key(project)
        new = ""
        look_up = leaks._live_secrets

        def rotated_meanwhile(*args: Any, **options: Any) -> Any:
            nonlocal new
            found = list(look_up(*args, **options))
            new = rotate(key, old, grace=timedelta(days=3650))
            return found

        monkeypatch.setattr(leaks, "_live_secrets", rotated_meanwhile)
        assert report(old).json() == {"deleted": 1}
        assert [Api(one).get("/policy").status_code for one in (old, new)] == [401, 200]

    def test_a_secret_that_was_rotated_out_ends_nothing(self, project: Project) -> None:
        key, old = make_key(project)
        new = rotate(key, old, grace=timedelta(0))
        assert report(old).json() == {"deleted": 0}
        assert Api(new).get("/policy").status_code == 200

    def test_a_secret_that_fell_silent_ends_nothing(self, project: Project) -> None:
        key, old = make_key(project)
        new = rotate(key, old, grace=timedelta(days=3650), ends_when_silent=True)
        assert report(old).json() == {"deleted": 0}
        assert Api(new).get("/policy").status_code == 200

    def test_guessing_here_is_counted_as_it_is_anywhere(
        self, settings: Settings, project: Project
    ) -> None:
        settings.RATE_LIMIT_FAILURES = 3
        plaintext = make_key(project)[1]
        answers = [report(tokens.new_key("test")).status_code for _ in range(4)]
        assert answers == [200, 200, 200, 429]
        assert report(plaintext).status_code == 429
        assert Api(plaintext).get("/policy").status_code == 200

    @pytest.mark.django_db
    @pytest.mark.parametrize(
        ("body", "status", "code"),
        [
            ({}, 400, "missing_field"),
            ({"tokens": "sk_test_x"}, 400, "invalid_type"),
            ({"tokens": [1]}, 400, "invalid_type"),
            ({"tokens": []}, 422, "out_of_range"),
            ({"tokens": ["x"] * 101}, 422, "out_of_range"),
            ({"tokens": ["x"], "url": 1}, 400, "invalid_type"),
            ({"tokens": ["x"], "url": "a\nb"}, 422, "out_of_range"),
            ({"tokens": ["x"], "url": "a" * 501}, 422, "out_of_range"),
            ({"tokens": ["x"], "url": tokens.new_key("test")}, 422, "out_of_range"),
            *(
                ({"tokens": ["x"], "url": url}, 422, "invalid_value")
                for url in (
                    *("where it was found", "You won! Claim at https://thief.example", "x.example"),
                    *("javascript:alert(1)", "ftp://x.example/", "//x.example/", "https:///x"),
                    *("https://a b.example/", "https://me:pass@x.example/", "https://x:0/"),
                    *("https://x.example\\@thief.example/", "https://x:99999/", "http://[::1"),
                )
            ),
            ({"tokens": ["x"], "url": "https://x.example/\u202efdp.exe"}, 422, "out_of_range"),
            ({"tokens": ["x"], "url": "https://x.example/" + "ü" * 300}, 422, "out_of_range"),
            ([], 400, "malformed_json"),
        ],
    )
    def test_bad_reports_are_refused(self, body: object, status: int, code: str) -> None:
        answer = Api(None).post("/leaks", body)
        assert (answer.status_code, answer.json()["code"]) == (status, code)

    def test_a_mail_that_fails_leaves_the_key_deleted(
        self, project: Project, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
    ) -> None:
        def fail(*arguments: Any) -> None:
            raise SMTPServerDisconnected("owner@example.com")

        monkeypatch.setattr("foundation.mail.EmailMultiAlternatives.send", fail)
        plaintext = make_key(project)[1]
        assert report(plaintext).json() == {"deleted": 1}
        assert "SMTPServerDisconnected" in caplog.text
        assert "owner@example.com" not in caplog.text


class TestThePlace:
    @pytest.mark.parametrize(
        ("url", "mailed"),
        [
            ("https://paste.example/1", "https[://]paste[.]example/1"),
            (
                " HTTP://paste.example:8080/a?b=c.d#e ",
                "HTTP[://]paste[.]example[:]8080/a?b=c[.]d#e",
            ),
            ("https://[2001:db8::1]/", "https[://][2001:db8::1]/"),
            ("http://192.0.2.1/x", "http[://]192[.]0[.]2[.]1/x"),
            ("https://bücher.example/ü", "https[://]b%C3%BCcher[.]example/%C3%BC"),
            ("https://x.example/שלום", "https[://]x[.]example/%D7%A9%D7%9C%D7%95%D7%9D"),
        ],
    )
    def test_it_is_mailed_as_text_and_is_no_link(
        self, project: Project, url: str, mailed: str
    ) -> None:
        assert report(make_key(project)[1], url=url).json() == {"deleted": 1}
        (sent,) = mailbox()
        assert f"    {mailed}\n" in sent.body
        assert sent.page.count("<a ") == 1  # to the key's page

    def test_without_one_nothing_is_said_of_it(self, project: Project) -> None:
        report(make_key(project)[1], url="")
        assert "place" not in mailbox()[0].body


@pytest.mark.django_db
def test_a_notice_from_before_says_where_too(project: Project) -> None:
    """It has another name for it in its details."""
    key, _ = make_key(project)
    outbox.tell(
        kind=Kind.LEAK,
        key_id=key.pk,
        about="",
        at=NOW,
        details={"masked": "sk_test_••••abcd", "place": "https://paste.example/1"},
    )
    assert "https[://]paste[.]example/1" in mailbox()[0].body


class TestCommand:
    def test_it_ends_the_keys_in_a_file(self, project: Project, tmp_path: Path) -> None:
        plaintext, safe = make_key(project, "Leaked")[1], make_key(project, "Safe")[1]
        (tmp_path / "dump").write_bytes(f"\xff KEY={plaintext}\n".encode("latin-1"))
        out, err = StringIO(), StringIO()
        call_command("revokeleaked", str(tmp_path / "dump"), stdout=out, stderr=err)
        assert out.getvalue() == f"Deleted 'Leaked' of 'Default project' ({project.owner.email})\n"
        assert err.getvalue() == "Keys in the text: 1. Deleted: 1.\n"
        assert Api(plaintext).get("/policy").status_code == 401
        assert Api(safe).get("/policy").status_code == 200

    def test_of_a_replaced_secret_it_says_so(self, project: Project, tmp_path: Path) -> None:
        key, old = make_key(project, "Leaked")
        new = rotate(key, old, grace=timedelta(days=3650))
        (tmp_path / "dump").write_text(old)
        out, err = StringIO(), StringIO()
        call_command("revokeleaked", str(tmp_path / "dump"), stdout=out, stderr=err)
        assert out.getvalue().startswith("Ended an old secret of 'Leaked' of 'Default project'")
        assert err.getvalue() == "Keys in the text: 1. Deleted: 0. Only an old secret: 1.\n"
        assert Api(new).get("/policy").status_code == 200

    def test_standard_input_is_a_file_too(
        self, project: Project, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        text = BytesIO(make_key(project)[1].encode("utf-16"))
        monkeypatch.setattr("sys.stdin", TextIOWrapper(text))
        err = StringIO()
        call_command("revokeleaked", "-", stdout=StringIO(), stderr=err)
        assert "Deleted: 1" in err.getvalue()

    def test_several_files_are_read_and_what_cannot_be_is_named(
        self, project: Project, tmp_path: Path
    ) -> None:
        packs: list[Callable[[bytes], bytes]] = [gzip.compress, bz2.compress, lzma.compress]
        for number, pack in enumerate(packs):
            leaked = make_key(project, f"Key {number}")[1].encode()
            (tmp_path / f"{number}").write_bytes(pack(leaked))
        (tmp_path / "3").write_bytes(b"\x28\xb5\x2f\xfd" + b"0" * 50)
        out, err = StringIO(), StringIO()
        with pytest.raises(CommandError, match="3 was not read to the end: it is packed by zstd"):
            call_command(
                "revokeleaked", *(str(tmp_path / f"{n}") for n in range(4)), stdout=out, stderr=err
            )
        assert err.getvalue() == "Keys in the text: 3. Deleted: 3.\n"

    @pytest.mark.django_db
    def test_a_missing_file_is_reported(self) -> None:
        with pytest.raises(CommandError, match="cannot read /nowhere"):
            call_command("revokeleaked", "/nowhere")


def rotate(key: ApiKey, old: str, *, grace: timedelta, ends_when_silent: bool = False) -> str:
    return services.rotate_key(
        key=key,
        last_four=tokens.last_four(old),
        grace=grace,
        ends_when_silent=ends_when_silent,
        at=NOW,
        by=BY,
    )
