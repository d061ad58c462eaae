"""The load tool's options, and the settings with which it starts the service."""

from __future__ import annotations

import os
from importlib.util import find_spec
from pathlib import Path
from urllib.parse import urlsplit

import psycopg
import pytest

from apikeys.usage.collector import Collector
from bench import options, service, without_usage
from bench.database import libpq_environment, libpq_url, own_database
from config import gunicorn, processes
from tests.makers import NOW, sample


class TestSettings:
    def test_the_caller_s_database_and_env_file_are_not_the_service_s(
        self, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setenv("DATABASE_URL", "postgres://somebody@elsewhere/precious")
        monkeypatch.setenv("ENV_FILE", "/precious/.env")
        settings = service.environment("sqlite:///ours", 8001, extra={"WEB_THREADS": "3"})
        assert settings["DATABASE_URL"] == "sqlite:///ours"
        assert settings["ENV_FILE"] == "/dev/null"
        assert (settings["PORT"], settings["WEB_THREADS"]) == ("8001", "3")

    def test_no_env_file_is_read_but_the_one_that_the_settings_name(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.delenv("WEB_THREADS", raising=False)
        file = tmp_path / "named"
        file.write_text("WEB_THREADS=3\n")
        assert service.workers_and_threads({"ENV_FILE": str(file)})[1] == 3
        assert service.workers_and_threads({"ENV_FILE": os.devnull})[1] == 8

    def test_libpq_is_not_given_django_s_options(self) -> None:
        url = "postgres://u@h:1/d?CONN_MAX_AGE=5&sslmode=require"
        assert libpq_url(url) == "postgresql://u@h:1/d?sslmode=require"

    def test_a_password_is_not_on_the_command_line(self) -> None:
        url, environment = libpq_environment("postgres://u:p%40ss@h:1/d")
        assert url == "postgresql://u@h:1/d"
        assert environment["PGPASSWORD"] == "p@ss"

    @pytest.mark.postgresql
    def test_a_database_of_its_own_needs_no_other_to_be_there(self) -> None:
        nowhere = urlsplit(os.environ["TEST_DATABASE_URL"])._replace(path="/not_there")
        with (
            own_database(nowhere.geturl()) as database,
            psycopg.connect(libpq_url(database.url)) as connection,
        ):
            assert connection.execute("SELECT 1").fetchone() == (1,)
        with pytest.raises(psycopg.OperationalError, match="does not exist"):
            psycopg.connect(libpq_url(database.url))


class TestOptions:
    def test_lists_and_settings(self) -> None:
        parsed = options.parse(
            ["--connections", "1,8", "--only", "create,read5", "--env", "A=b=c", "--seconds", ".5"]
        )
        assert (parsed.connections, parsed.only) == ([1, 8], ["create", "read5"])
        assert (parsed.env, parsed.seconds) == ({"A": "b=c"}, 0.5)
        assert (parsed.without_usage, parsed.pages) == (False, False)

    @pytest.mark.parametrize(
        "arguments",
        [
            ["--connections", "0"],
            ["--only", "create,delete"],
            ["--env", "DATABASE_URL=sqlite:///db.sqlite3"],
            ["--env", "WEB_THREADS"],
            ["--seconds", "nan"],
            ["--rows", "-1"],
        ],
    )
    def test_nonsense_is_refused(
        self, arguments: list[str], capsys: pytest.CaptureFixture[str]
    ) -> None:
        with pytest.raises(SystemExit):
            options.parse(arguments)
        assert arguments[0] in capsys.readouterr().err


class TestWithoutUsage:
    """The service is configured as it always is; its processes record nothing."""

    def test_it_is_the_services_own_configuration(self) -> None:
        ours = {name: value for name, value in vars(without_usage).items() if name[0] != "_"}
        own = {name: value for name, value in vars(gunicorn).items() if name[0] != "_"}
        assert set(ours) - set(own) == {"patch", "record_nothing"}
        assert {name for name in own if own[name] is not ours[name]} == {"post_worker_init"}

    def test_a_worker_records_nothing(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(Collector, "record", Collector.record)  # to have it back afterwards
        without_usage.post_worker_init(None)
        own = Collector()
        own.record(sample(NOW))
        assert own.flush() == 0

    def test_the_files_are_where_the_tool_looks_for_them(self) -> None:
        assert service.WITHOUT_USAGE.keys() == processes.SERVERS.keys()
        assert (service.ROOT / service.WITHOUT_USAGE["gunicorn"]).is_file()
        assert find_spec(service.WITHOUT_USAGE["granian"]) is not None
