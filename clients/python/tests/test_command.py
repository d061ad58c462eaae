"""`memory-scope` from a shell, and the wheel that brings it."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
import venv
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from apikeys.tokens import new_key
from clients.python.tests.servers import READ, Script, answer
from memory_scope.__main__ import main

FOLDER = Path(__file__).parent.parent


@pytest.fixture
def shell(service: str, key: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MEMORY_SCOPE_API_KEY", key)
    monkeypatch.setenv("MEMORY_SCOPE_BASE_URL", service)


def run(capsys: pytest.CaptureFixture[str], *words: str) -> dict[str, Any]:
    assert main(words) == 0
    answer: dict[str, Any] = json.loads(capsys.readouterr().out)
    return answer


@pytest.mark.usefixtures("shell")
class TestCommand:
    def test_people_can_try_each_operation(self, capsys: pytest.CaptureFixture[str]) -> None:
        stored = run(
            capsys, "store", "u", "preferences", '{"likes": ["jazz"]}', "--domain", "music"
        )
        assert stored["domain"] == "music"
        words = ("read", "u", "preferences", "suggest songs", "--domain", "music")
        found = run(capsys, *words)
        assert found["summary_struct"]["likes"] == ["jazz"]
        token = str(found["revocation_token"])
        assert run(capsys, "read", "--token", token)["confidence"] == 0.47
        assert run(capsys, "revoke", token)["revoked"] is True
        assert run(capsys, *words)["summary_struct"] == {}
        assert "preferences" in run(capsys, "policy")["matrix"]

    def test_a_user_can_be_told_and_erased(
        self,
        capsys: pytest.CaptureFixture[str],
    ) -> None:
        run(capsys, "store", "a/b", "preferences", '{"likes": ["jazz"]}')
        (listed,) = run(capsys, "list", "a/b", "--scope", "preferences")["items"]
        assert listed["value_json"] == {"likes": ["jazz"]}
        assert run(capsys, "user", "a/b")["memories"] == 1
        assert run(capsys, "delete", listed["id"])["id"] == listed["id"]
        run(capsys, "store", "a/b", "preferences", '{"likes": ["jazz"]}')
        assert run(capsys, "revoke", "--user", "a/b")["memories_hidden"] == 1
        assert len(run(capsys, "export", "a/b")["memories"]) == 1
        assert "/me/open/" in run(capsys, "link", "a/b")["url"]
        assert run(capsys, "erase", "a/b", "--dry-run")["memories_deleted"] == 1
        assert run(capsys, "erase", "a/b")["memories_deleted"] == 1
        assert run(capsys, "user", "a/b")["stored"] == 0

    def test_whoami_says_which_key_it_is_and_not_the_key(
        self, capsys: pytest.CaptureFixture[str], key: str
    ) -> None:
        answer = run(capsys, "whoami")
        assert (answer["key"], answer["environment"]) == (f"sk_test_••••{key[-4:]}", "test")
        assert key not in str(answer)

    def test_usage_says_what_is_left_of_the_limit(self, capsys: pytest.CaptureFixture[str]) -> None:
        answer = run(capsys, "usage")
        assert answer["remaining"] < answer["limit"]
        assert len(answer["days"]) == 30

    def test_who_says_so_is_the_user_where_nothing_else_is_told(
        self, capsys: pytest.CaptureFixture[str]
    ) -> None:
        run(capsys, "store", "u", "preferences", '{"likes": ["jazz"]}')
        run(capsys, "store", "u", "preferences", '{"likes": ["tea"]}', "--source", "inferred")
        told = [one["source"] for one in run(capsys, "list", "u")["items"]]
        assert told == ["inferred", "explicit_user_input"]

    def test_a_refusal_is_one_line_and_a_status(self, capsys: pytest.CaptureFixture[str]) -> None:
        assert main(["read", "u", "preferences", "sell it"]) == 1
        output = capsys.readouterr()
        assert output.out == ""
        assert output.err.startswith("memory-scope: Purpose class 'unrecognized' not allowed")
        assert output.err.count("\n") == 1


@pytest.mark.parametrize(
    "words", [[], ["read", "u"], ["store", "u", "preferences", "{"], ["forget"]]
)
def test_an_impossible_command_line_is_refused(words: list[str]) -> None:
    with pytest.raises(SystemExit) as caught:
        main(words)
    assert caught.value.code == 2


EXAMPLES = re.findall(r"```python\n(.*?)```", (FOLDER / "README.md").read_text(), re.DOTALL)


def test_every_example_of_the_readme_works(service: str, key: str, tmp_path: Path) -> None:
    """In the order in which they stand, as somebody would try them."""
    for example in EXAMPLES:
        subprocess.run(
            [sys.executable, "-W", "error", "-c", example],
            check=True,
            capture_output=True,
            cwd=tmp_path,
            env={
                "PATH": os.environ["PATH"],
                "PYTHONPATH": str(FOLDER / "src"),
                "MEMORY_SCOPE_API_KEY": key,
                "MEMORY_SCOPE_BASE_URL": service,
            },
        )
    assert (tmp_path / "user_8.json").is_file()


def test_the_wheel_builds_and_the_readme_works(service: str, key: str, tmp_path: Path) -> None:
    """Install the wheel in an environment of its own, which finds its dependencies by a link."""
    build = [sys.executable, "-m", "pip", "wheel", "--quiet", "--no-deps", "--no-build-isolation"]
    subprocess.run([*build, "--wheel-dir", str(tmp_path), str(FOLDER)], check=True)
    (wheel,) = tmp_path.glob("*.whl")
    venv.create(tmp_path / "env", with_pip=False)
    python = tmp_path / "env" / "bin" / "python"
    packages = subprocess.run(
        [python, "-c", "import sysconfig; print(sysconfig.get_path('purelib'))"],
        check=True,
        capture_output=True,
        text=True,
    ).stdout.strip()
    install = [sys.executable, "-m", "pip", "install", "--quiet", "--no-deps", "--target", packages]
    subprocess.run([*install, str(wheel)], check=True)
    import httpx2

    (Path(packages) / "given.pth").write_text(str(Path(httpx2.__file__).parent.parent))
    finished = subprocess.run(
        [python, "-c", EXAMPLES[0]],
        check=True,
        capture_output=True,
        text=True,
        cwd=tmp_path,
        env={**os.environ, "MEMORY_SCOPE_API_KEY": key, "MEMORY_SCOPE_BASE_URL": service},
    )
    assert "Likes: 2, Dislikes: 1, Settings: 0" in finished.stdout
    assert "task_execution" in finished.stdout
    files = {path.name for path in (Path(packages) / "memory_scope").iterdir()}
    assert {"py.typed", "client.py", "exceptions.py"} <= files


SPOKEN = {**READ, "summary_struct": {"likes": ["Müsli 🥣", "\u202e", "日本"]}}


def shell_out(
    address: str, *words: str, encoding: str = "utf-8", wrap: str = '"$@"'
) -> subprocess.CompletedProcess[bytes]:
    """Run the command as a shell does, on a terminal of that encoding."""
    return subprocess.run(
        ["bash", "-c", wrap, "bash", sys.executable, "-m", "memory_scope", *words],
        cwd=FOLDER,
        env={
            "PATH": os.environ["PATH"],
            "PYTHONPATH": "src",
            "PYTHONIOENCODING": encoding,
            "MEMORY_SCOPE_API_KEY": new_key("test"),
            "MEMORY_SCOPE_BASE_URL": address,
        },
        capture_output=True,
        check=False,
    )


class TestTerminals:
    @pytest.mark.parametrize("encoding", ["utf-8", "ascii", "latin-1", "cp1252", "utf-16", "cp932"])
    def test_json_is_valid_on_each(self, encoding: str, script: Callable[..., Script]) -> None:
        told = script(answer(200, SPOKEN))
        ran = shell_out(told.address, "read", "u", "preferences", "eat", encoding=encoding)
        assert (ran.returncode, ran.stderr) == (0, b"")
        printed = json.loads(ran.stdout.decode(encoding))
        assert printed["summary_struct"] == SPOKEN["summary_struct"]
        assert printed["revocation_token"] == READ["revocation_token"]

    @pytest.mark.parametrize("encoding", ["utf-8", "ascii", "cp1252"])
    def test_what_goes_wrong_is_one_line_on_each(
        self, encoding: str, script: Callable[..., Script]
    ) -> None:
        told = script(answer(404, {"detail": "Weiß\nnicht 🥣"}))
        ran = shell_out(told.address, "revoke", "rev_x", encoding=encoding)
        assert (ran.returncode, ran.stdout) == (1, b"")
        (line,) = ran.stderr.decode(encoding).splitlines()
        assert line.startswith("memory-scope: Wei")

    def test_what_a_terminal_would_obey_is_shown_instead(
        self, script: Callable[..., Script]
    ) -> None:
        sly = "\x1b[2J\x9b31m\x7f\u202eevil"
        told = script(
            answer(200, {**READ, "summary_struct": {"likes": [sly]}}),
            answer(404, {"detail": f"Not {sly}"}),
        )
        read = shell_out(told.address, "read", "u", "preferences", "eat")
        assert json.loads(read.stdout)["summary_struct"] == {"likes": [sly]}
        refused = shell_out(told.address, "revoke", "rev_x")
        escaped = "\\u001b[2J\\u009b31m\\u007f\\u202eevil"
        for printed in (read.stdout.decode(), refused.stderr.decode()):
            assert escaped in printed
            assert not set(sly) & set(printed) - set("[2J31mevil")

    @pytest.mark.parametrize(
        "wrap",
        ['"$@" >/dev/full', '"$@" >&-', 'set -o pipefail; "$@" | (exec <&-; sleep 1)'],
        ids=["full", "closed", "nobody reads"],
    )
    def test_no_token_is_lost_where_it_cannot_be_printed(
        self, wrap: str, script: Callable[..., Script]
    ) -> None:
        told = script(answer(200, SPOKEN))
        ran = shell_out(told.address, "read", "u", "preferences", "eat", wrap=wrap)
        assert ran.returncode == 1
        (line,) = ran.stderr.decode().splitlines()
        assert line.startswith("memory-scope: The answer could not be printed: ")
        assert READ["revocation_token"] in line

    def test_arguments_that_are_no_text_are_refused(self, script: Callable[..., Script]) -> None:
        told = script()
        ran = shell_out(
            told.address, "read", "u", "preferences", "eat", wrap="\"$@\" --domain $'\\xff'"
        )
        assert ran.returncode == 1
        assert ran.stderr.decode() == (
            "memory-scope: domain holds characters that cannot be sent: lone surrogates.\n"
        )
        assert told.requests == []
