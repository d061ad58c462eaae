"""`memory-scope mcp` over stdio as a process: what it writes, and how it ends."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest

from apikeys.tokens import new_key
from clients.python.tests.mcp_hosts import PERSON, SECONDS, command, environment

KEY = new_key("test")
NOWHERE = "http://127.0.0.1:9"
OPENING = {
    "jsonrpc": "2.0",
    "id": 1,
    "method": "initialize",
    "params": {
        "protocolVersion": "2025-06-18",
        "capabilities": {},
        "clientInfo": {"name": "test", "version": "1"},
    },
}
OPENED = {"jsonrpc": "2.0", "method": "notifications/initialized"}


@contextmanager
def started(service: str = NOWHERE, code: str = "") -> Iterator[subprocess.Popen[str]]:
    """Start the command, or code that runs it."""
    process = subprocess.Popen(
        [sys.executable, "-W", "error", "-c", code] if code else command(),
        env=environment(service, KEY, MEMORY_SCOPE_USER_ID=PERSON),
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    try:
        yield process
    finally:
        process.kill()
        process.wait(timeout=SECONDS)
        for stream in (process.stdin, process.stdout, process.stderr):
            if stream is not None:
                stream.close()


def say(process: subprocess.Popen[str], *messages: Any) -> None:
    """Send messages; a text goes as it is."""
    assert process.stdin is not None
    for one in messages:
        process.stdin.write((one if isinstance(one, str) else json.dumps(one)) + "\n")
    process.stdin.flush()


def hear(process: subprocess.Popen[str], number: int) -> dict[str, Any]:
    """Return the answer to the request of this number."""
    assert process.stdout is not None
    while line := process.stdout.readline():
        message: dict[str, Any] = json.loads(line)
        if message.get("id") == number:
            return message
    raise AssertionError(f"It ended without an answer: {process.stderr and process.stderr.read()}")


def calling(number: int, tool: str, **arguments: Any) -> dict[str, Any]:
    params = {"name": tool, "arguments": arguments}
    return {"jsonrpc": "2.0", "id": number, "method": "tools/call", "params": params}


class TestOutput:
    def test_it_carries_the_protocol_alone(self) -> None:
        chatty = (
            "import sys, memory_scope.mcp.tools as tools, memory_scope.__main__ as command\n"
            "act = tools.acting.what_is_known\n"
            "async def loud(acting, given):\n"
            "    print('printed by something'); import os; os.system('echo by a child')\n"
            "    return await act(acting, given)\n"
            "object.__setattr__(tools._WHAT_IS_KNOWN, 'act', loud)\n"
            "sys.exit(command.main(['mcp']))"
        )
        with started(code=chatty) as process:
            say(process, OPENING, OPENED, calling(2, "what_is_known"))
            assert hear(process, 2)["result"]["isError"]
            said, errors = process.communicate(timeout=SECONDS)
        assert said == ""
        assert "printed by something" in errors
        assert "by a child" in errors

    def test_what_is_no_message_is_passed_over_and_not_logged(self) -> None:
        odd = ["nonsense, my password is hunter2", '{"jsonrpc": "2.0"', "", "[]", "\u2028", "\x00"]
        with started() as process:
            say(process, OPENING, OPENED, *odd, "x" * 5_000_000, {**OPENING, "method": "hunter2"})
            say(process, {"jsonrpc": "2.0", "id": 2, "method": "ping"})
            assert hear(process, 2)["result"] == {}
            said, errors = process.communicate(timeout=SECONDS)
        assert all(json.loads(line)["jsonrpc"] == "2.0" for line in said.splitlines())
        assert "hunter2" not in said + errors
        assert "Traceback" not in errors
        assert process.returncode == 0


class TestTheEnd:
    @pytest.mark.parametrize("opened", [True, False])
    def test_closing_its_input_ends_it(self, opened: bool) -> None:
        with started() as process:
            if opened:
                say(process, OPENING, OPENED)
                hear(process, 1)
            said, errors = process.communicate(timeout=SECONDS)
        assert (said, errors, process.returncode) == ("", "", 0)

    def test_closing_its_input_ends_it_in_the_middle_of_a_call(self) -> None:
        with socket.create_server(("127.0.0.1", 0)) as silent:
            address = f"http://127.0.0.1:{silent.getsockname()[1]}"
            with started(address) as process:
                say(process, OPENING, OPENED, calling(2, "what_is_known"))
                silent.settimeout(SECONDS)
                with silent.accept()[0]:  # the call is on its way
                    said, errors = process.communicate(timeout=SECONDS)
        assert process.returncode == 0
        assert errors == ""
        assert '"id":2' not in said

    @pytest.mark.parametrize("sent", [signal.SIGTERM, signal.SIGINT])
    def test_a_signal_ends_it_at_once(self, sent: signal.Signals) -> None:
        with started() as process:
            say(process, OPENING, OPENED)
            hear(process, 1)
            process.send_signal(sent)
            assert process.wait(timeout=SECONDS) == -sent
            assert process.stderr is not None
            assert process.stderr.read() == ""

    def test_a_host_that_reads_no_longer_ends_it(self) -> None:
        with started() as process:
            say(process, OPENING, OPENED)
            hear(process, 1)
            assert process.stdout is not None
            process.stdout.close()
            say(process, {"jsonrpc": "2.0", "id": 2, "method": "ping"})
            assert process.wait(timeout=SECONDS) == 1
            assert process.stderr is not None
            errors = process.stderr.read()
        assert "The session broke off" in errors
        assert "Traceback" not in errors


class TestTheStart:
    def run(self, *words: str, code: str = "", **more: str) -> subprocess.CompletedProcess[str]:
        own = {**environment(NOWHERE, KEY), **more}
        return subprocess.run(
            [sys.executable, "-c", code] if code else command(*words),
            env={name: value for name, value in own.items() if value},
            capture_output=True,
            text=True,
            stdin=subprocess.DEVNULL,
            timeout=SECONDS,
        )

    def test_without_the_extra_it_says_what_to_install(self) -> None:
        missing = (
            "import sys, importlib.metadata as metadata\n"
            "version = metadata.version\n"
            "def without(name):\n"
            "    if name == 'mcp': raise metadata.PackageNotFoundError(name)\n"
            "    return version(name)\n"
            "metadata.version = without\n"
            "import memory_scope.__main__ as command\n"
        )
        ran = self.run(code=f"{missing}sys.exit(command.main(['mcp', '--user-id', 'u']))")
        assert ran.returncode == 1
        assert ran.stderr == (
            "memory-scope: The MCP server needs the extra mcp. In the project's folder: "
            "pip install 'clients/python[mcp]'\n"
        )
        ran = self.run(code=f"{missing}import memory_scope.mcp")
        assert "ImportError: The MCP server needs the extra mcp." in ran.stderr
        later = missing.replace("raise metadata.PackageNotFoundError(name)", "return '2.3.0'")
        ran = self.run(code=f"{later}import memory_scope.mcp")
        assert "needs the package mcp 1.x, and 2.3.0 is there" in ran.stderr

    @pytest.mark.parametrize(
        ("words", "more", "sentence"),
        [
            ([], {}, "Whose memories are these?"),
            (["--user-id", ""], {"MEMORY_SCOPE_USER_ID": "u"}, "--user-id or MEMORY_SCOPE_USER_ID"),
            (["--user-id", "u"], {"MEMORY_SCOPE_API_KEY": ""}, "No API key"),
            (["--user-id", "u"], {"MEMORY_SCOPE_BASE_URL": ""}, "No address"),
            (["--user-id", "u"], {"MEMORY_SCOPE_API_KEY": f"{KEY}x"}, "malformed"),
        ],
    )
    def test_what_is_missing_is_one_line(
        self, words: list[str], more: dict[str, str], sentence: str
    ) -> None:
        ran = self.run(*words, **more)
        assert ran.returncode == 1
        assert ran.stdout == ""
        assert sentence in ran.stderr
        assert ran.stderr.count("\n") == 1
        assert KEY not in ran.stderr

    def test_help_tells_every_option(self) -> None:
        ran = self.run("--help", COLUMNS="100")
        assert ran.returncode == 0
        for option in ("--user-id", "--source", "--allow-deleting", "--http", "--jwt-issuer"):
            assert option in ran.stdout
        assert os.environ["PATH"] not in ran.stdout
