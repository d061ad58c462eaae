"""Settings are safe when nothing is set, and a wrong one stops the start with its name."""

from __future__ import annotations

import os
import re
import socket
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from django.test import override_settings

from config.checks import check_settings
from config.environment import BASE_DIR
from config.first_start import write_env
from tests.doors import SERVERS

LOCAL_MEMORY = "django.core.cache.backends.locmem.LocMemCache"
GOOD = {
    "ENV_FILE": os.devnull,
    "SECRET_KEY": "0123456789" * 5,
    "ALLOWED_HOSTS": "memory-scope.example",
    "SECOND_FACTOR_KEYS": "9876543210" * 5,
    "SIGNING_KEYS": "A" * 43,
    "SITE_URL": "https://memory-scope.example",
    "EMAIL_URL": "smtp://mail.memory-scope.example",
}


def manage(*arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
    """Run manage.py with these settings and no others."""
    keep = {"PATH": os.environ["PATH"]}
    return subprocess.run(
        [sys.executable, "manage.py", *arguments],
        cwd=BASE_DIR,
        env={**keep, **environment},
        capture_output=True,
        text=True,
    )


def ids(**changed: Any) -> set[str | None]:
    base = {
        "DEBUG": False,
        "SECRET_KEY": "k" * 50,
        "ALLOWED_HOSTS": ["memory-scope.example"],
        "HTTPS_ONLY": True,
        "DATABASE_POOLER": False,
        "DATABASE_POOL_SIZE": 0,
        "REDIS_URL": "",
        "WEB_CONCURRENCY": 1,
        "SECOND_FACTOR_KEYS": ["f" * 50],
        "SIGNING_KEYS": ["A" * 43],
        "SITE_URL": "https://memory-scope.example",
        "EMAIL_BACKEND": "django.core.mail.backends.smtp.EmailBackend",
        "METRICS_TOKEN": "t" * 16,
    }
    with override_settings(**{**base, **changed}):
        return {message.id for message in check_settings()}


class TestAWrongValueStopsTheStart:
    @pytest.mark.parametrize(
        ("name", "value"),
        [
            ("SECRET_KEY", ""),
            ("ALLOWED_HOSTS", ""),
            ("DEBUG", "maybe"),
            ("HTTPS_ONLY", "2"),
            ("DATABASE_URL", "mysql://root@localhost/db"),
            ("DATABASE_URL", "not an address"),
            ("DATABASE_CONN_MAX_AGE", "-1"),
            ("DATABASE_POOL_SIZE", "many"),
            ("DATABASE_POOLER", "perhaps"),
            ("REDIS_URL", "localhost:6379"),
            ("ALLOWED_KEY_ENVIRONMENTS", "test,prod"),
            ("ALLOWED_KEY_ENVIRONMENTS", ","),
            ("TRUSTED_PROXY_COUNT", "one"),
            ("PORT", "70000"),
            ("RATE_LIMIT_HOUR", "0"),
            ("RATE_LIMIT_SECOND", "few"),
            ("RATE_LIMIT_FAILURES", "-1"),
            ("WEB_CONCURRENCY", "0"),
            ("EMAIL_URL", "gopher://mail"),
            ("LOG_LEVEL", "LOUD"),
            ("SIGNING_KEYS", "A" * 42),
            ("SEALS_URL", "http://example.com/seals"),
            ("SIGNING_KEYS", "public:" + "A" * 43),
            ("SIGNING_KEYS", f"{'A' * 43},{'A' * 43}"),
        ],
    )
    def test_it_is_named(self, name: str, value: str) -> None:
        ran = manage("check", **{**GOOD, name: value})
        assert ran.returncode != 0
        assert name in ran.stderr.splitlines()[-1]

    def test_a_secret_in_a_wrong_value_is_not_printed(self) -> None:
        ran = manage("check", **{**GOOD, "DATABASE_URL": "mysql://root:hunter2@localhost/db"})
        assert "hunter2" not in ran.stderr + ran.stdout

    def test_a_wrong_server_setting_is_named_too(self) -> None:
        ran = subprocess.run(
            [sys.executable, "-m", "gunicorn", "-c", "config/gunicorn.py", "--check-config"],
            cwd=BASE_DIR,
            env={"PATH": os.environ["PATH"], **GOOD, "WEB_THREADS": "lots"},
            capture_output=True,
            text=True,
        )
        assert ran.returncode != 0
        assert "WEB_THREADS must be a whole number" in ran.stderr + ran.stdout


def serve(**settings: str) -> subprocess.CompletedProcess[str]:
    """Start the service with settings that do not let it serve."""
    return subprocess.run(
        [sys.executable, "-m", "config.serve"],
        cwd=BASE_DIR,
        env={"PATH": os.environ["PATH"], **GOOD, **settings},
        capture_output=True,
        text=True,
    )


class TestServer:
    def test_there_are_two(self) -> None:
        ran = serve(SERVER="unicorn")
        assert ran.returncode != 0
        assert ran.stderr == "SERVER must be one of: gunicorn, granian.\n"

    @pytest.mark.parametrize("server", SERVERS)
    def test_either_stops_at_a_wrong_setting(self, server: str) -> None:
        ran = serve(SERVER=server, WEB_THREADS="lots")
        assert ran.returncode != 0
        assert ran.stderr == "WEB_THREADS must be a whole number from 1 to 256.\n"

    @pytest.mark.parametrize("server", SERVERS)
    def test_either_stops_at_a_broken_rule(self, server: str) -> None:
        ran = serve(SERVER=server, WEB_CONCURRENCY="2")
        assert ran.returncode != 0
        assert "memory_scope.E005" in ran.stderr + ran.stdout

    def test_a_port_that_is_taken_is_told_in_a_sentence(self) -> None:
        if "granian" not in SERVERS:
            pytest.skip("granian is not installed")
        with socket.create_server(("127.0.0.1", 0)) as taken:
            port = str(taken.getsockname()[1])
            ran = serve(SERVER="granian", PORT=port)
        assert ran.returncode != 0
        assert ran.stderr == f"Cannot listen on 127.0.0.1:{port}: Address already in use\n"


class TestSafeWhenNothingIsSet:
    def test_the_deployment_checks_find_nothing(self) -> None:
        ran = manage("check", "--deploy", "--fail-level", "WARNING", **GOOD)
        assert ran.returncode == 0, ran.stderr

    def test_debug_is_off_and_https_is_on(self) -> None:
        code = "from django.conf import settings as s; print(s.DEBUG, s.SECURE_SSL_REDIRECT)"
        assert manage("shell", "-v", "0", "-c", code, **GOOD).stdout.strip() == "False True"


class TestRulesBetweenSettings:
    def test_good_settings_break_none(self) -> None:
        assert ids() == set()

    @pytest.mark.parametrize(
        ("changed", "id_"),
        [
            ({"DEBUG": True}, "memory_scope.E001"),
            ({"SECRET_KEY": "short"}, "memory_scope.E002"),
            ({"DATABASE_POOLER": True, "DATABASE_POOL_SIZE": 4}, "memory_scope.E003"),
            ({"ALLOWED_HOSTS": ["*"]}, "memory_scope.E004"),
            ({"WEB_CONCURRENCY": 2}, "memory_scope.E005"),
            ({"SECOND_FACTOR_KEYS": []}, "memory_scope.E006"),
            ({"CACHES": {"default": {"BACKEND": LOCAL_MEMORY}}}, "memory_scope.E007"),
            ({"METRICS_TOKEN": "t" * 15}, "memory_scope.E008"),
            ({"HTTPS_ONLY": False}, "memory_scope.W001"),
            ({"EMAIL_BACKEND": "foundation.mail.DevelopmentBackend"}, "memory_scope.W002"),
            ({"SITE_URL": "http://127.0.0.1:8000"}, "memory_scope.W003"),
            ({"SITE_URL": "http://localhost:8000"}, "memory_scope.W003"),
            ({"SIGNING_KEYS": []}, "memory_scope.W004"),
        ],
    )
    def test_a_broken_one_has_its_id(self, changed: dict[str, Any], id_: str) -> None:
        assert id_ in ids(**changed)

    def test_metrics_may_be_off(self) -> None:
        assert ids(METRICS_TOKEN="") == set()

    def test_several_processes_may_share_a_redis(self) -> None:
        assert ids(WEB_CONCURRENCY=4, REDIS_URL="redis://127.0.0.1:6379/0") == set()

    def test_several_processes_without_one_do_not_start(self) -> None:
        ran = subprocess.run(
            [sys.executable, "-m", "gunicorn", "-c", "config/gunicorn.py"],
            cwd=BASE_DIR,
            env={"PATH": os.environ["PATH"], **GOOD, "WEB_CONCURRENCY": "2"},
            capture_output=True,
            text=True,
        )
        assert ran.returncode != 0
        assert "memory_scope.E005" in ran.stderr + ran.stdout

    def test_this_machine_alone_may_do_without_https(self) -> None:
        assert ids(HTTPS_ONLY=False, ALLOWED_HOSTS=["127.0.0.1", "localhost"]) == set()


@pytest.mark.parametrize(
    ("host", "reached"),
    [
        ("127.0.0.1", False),
        ("127.8.0.1", False),
        ("localhost", False),
        ("::1", False),
        ("[::1]", False),
        ("0.0.0.0", True),
        ("::", True),
        ("[::]", True),
        ("", True),
        ("192.168.0.7", True),
        ("fe80::1%eth0", True),
        ("memory-scope.example", True),
    ],
)
class TestWhatTheServerListensTo:
    def test_others_reach_no_debug_pages_and_no_plain_http(self, host: str, reached: bool) -> None:
        here = {"HOST": host, "ALLOWED_HOSTS": ["127.0.0.1", "localhost"]}
        assert ("memory_scope.E001" in ids(DEBUG=True, **here)) is reached
        assert ("memory_scope.E009" in ids(HTTPS_ONLY=False, **here)) is reached

    def test_behind_a_proxy_that_ends_tls_any_will_do(self, host: str, reached: bool) -> None:
        assert ids(HOST=host, TRUSTED_PROXY_COUNT=1) == set()


def test_plain_http_for_others_stops_the_start() -> None:
    reached = {"HOST": "0.0.0.0", "HTTPS_ONLY": "off"}
    ran = manage("check", **{**GOOD, **reached})
    assert ran.returncode != 0
    assert "memory_scope.E009" in ran.stderr


class TestTheExample:
    def test_it_names_every_variable_and_no_other(self) -> None:
        names = set()
        for source in ("settings.py", "processes.py"):
            text = (BASE_DIR / "config" / source).read_text()
            names |= set(re.findall(r'env\.\w+\(\s*"([A-Z_]+)"', text))
        example = (BASE_DIR / ".env.example").read_text()
        assert set(re.findall(r"^#?([A-Z_]+)=", example, re.MULTILINE)) == names

    def test_the_first_start_writes_it_with_fresh_secrets(self, tmp_path: Path) -> None:
        target = tmp_path / ".env"
        assert write_env(BASE_DIR / ".env.example", target)
        secrets = re.findall(
            r"^(?:SECRET_KEY|SECOND_FACTOR_KEYS)=(.+)$", target.read_text(), re.MULTILINE
        )
        assert len(set(secrets)) == 2
        assert all(len(secret) >= 50 for secret in secrets)
        assert target.stat().st_mode & 0o077 == 0

    def test_a_later_start_keeps_what_is_there(self, tmp_path: Path) -> None:
        target = tmp_path / ".env"
        target.write_text("SECRET_KEY=mine\n")
        assert not write_env(BASE_DIR / ".env.example", target)
        assert target.read_text() == "SECRET_KEY=mine\n"
