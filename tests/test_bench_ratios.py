"""What the load tool says of two services beside each other, and the words that name the other."""

from __future__ import annotations

import math

import pytest

from bench import options
from bench.endpoints import Endpoint, parsed
from bench.filling import Api
from bench.inside import environ_of
from bench.ratios import Ratio, heading, ratios, row
from tests.test_bench import figures

URL = ["--against-url", "http://127.0.0.1:9000"]


class TestRatios:
    def test_each_run_is_compared_with_its_own(self) -> None:
        ours = [figures(requests_per_second=each) for each in (100.0, 200.0, 400.0)]
        other = [figures(requests_per_second=each) for each in (50.0, 300.0, 400.0)]
        found = ratios(ours, other)
        assert (found.operation, found.connections) == ("create", 16)
        assert found.of["requests_per_second"] == Ratio(1.0, 0.5, 1.5)
        assert str(found.of["requests_per_second"]) == "1.00 (0.50-1.50)"

    def test_what_one_of_them_does_not_tell_has_no_ratio(self) -> None:
        unseen = figures(application_cpu_us=None, p99_ms=math.nan)
        found = ratios([figures()], [unseen])
        assert found.of["application_cpu_us"] is found.of["database_cpu_us"] is None
        assert found.of["p99_ms"] is None
        assert ratios([unseen], [figures()]).of["application_cpu_us"] is None
        assert found.as_json()["p99_ms"] is None
        assert found.as_json()["p50_ms"] == {"median": 1.0, "least": 1.0, "most": 1.0}

    def test_a_run_that_tells_nothing_leaves_the_others(self) -> None:
        found = ratios([figures(), figures()], [figures(p50_ms=math.nan), figures(p50_ms=4.0)])
        assert found.of["p50_ms"] == Ratio(2.0, 2.0, 2.0)

    def test_a_figure_of_zero_is_divided_by_nothing(self) -> None:
        nothing = figures(requests_per_second=0.0)
        assert ratios([nothing], [figures()]).of["requests_per_second"] is None
        assert ratios([figures()], [nothing]).of["requests_per_second"] == Ratio(0.0, 0.0, 0.0)

    def test_the_table_has_a_column_for_each(self) -> None:
        line = row(ratios([figures()], [figures()]))
        assert line.split()[:4] == ["create", "16", "1.00", "(1.00-1.00)"]
        assert line.split()[-1] == "-"
        assert len(line) <= len(heading())


class TestEndpoint:
    def test_an_address_has_a_host_a_port_and_perhaps_a_path(self) -> None:
        assert parsed("http://127.0.0.1:9000") == Endpoint("127.0.0.1", 9000)
        assert parsed("http://[::1]:9000/api/") == Endpoint("::1", 9000, prefix="/api")
        assert parsed("http://[::1]:9000/api/").url == "http://[::1]:9000/api"
        assert parsed("http://localhost").address == ("localhost", 80)

    @pytest.mark.parametrize(
        "url",
        ["127.0.0.1:9000", "https://h", "http://", "http://h?a=b", "http://a:b@h", "http://h:x"],
    )
    def test_anything_else_is_refused(self, url: str) -> None:
        with pytest.raises(ValueError, match=r".+"):
            parsed(url)

    def test_a_request_goes_to_their_path_with_their_headers(self) -> None:
        theirs = Endpoint(
            "127.0.0.1", 9000, {"X-API-Key": "sesame"}, "/v1", {"/memory/read": "/memories"}
        )
        read = environ_of(theirs.request("/memory/read", {"a": "é"}))
        assert (read["PATH_INFO"], read["HTTP_X_API_KEY"]) == ("/memories", "sesame")
        assert read["HTTP_HOST"] == "127.0.0.1:9000"
        body = read["wsgi.input"].read()
        assert read["CONTENT_LENGTH"] == str(len(body))
        assert environ_of(theirs.request("/memory", {}))["PATH_INFO"] == "/v1/memory"

    def test_its_key_is_not_shown(self) -> None:
        assert "sesame" not in repr(Endpoint("h", 1, {"X-API-Key": "sesame"}))


class TestBounds:
    def test_fewer_users_read_where_each_has_more(self) -> None:
        api = Api(Endpoint("127.0.0.1", 9000))
        assert [api.readers(each) for each in (5, 50, 500)] == [200, 40, 10]


class TestOptions:
    def test_a_command_is_words(self) -> None:
        told = options.parse([*URL, "--against", "uvicorn 'my app:main' --port 9000"])
        assert told.against == ["uvicorn", "my app:main", "--port", "9000"]
        assert (told.other, told.against_url) == (True, Endpoint("127.0.0.1", 9000))
        assert options.parse([]).other is False

    def test_headers_and_paths_and_settings_are_pairs(self) -> None:
        words = ["--against-header", "X-API-Key: a: b", "--against-header", "Accept:x"]
        words += ["--against-path", "/memory/read=/read", "--against", "x"]
        told = options.parse([*URL, *words, "--against-env", "A=b=c"])
        assert told.against_header == [("X-API-Key", "a: b"), ("Accept", "x")]
        assert told.against_path == [("/memory/read", "/read")]
        assert told.against_env == {"A": "b=c"}

    @pytest.mark.parametrize(
        ("arguments", "said"),
        [
            (["--against", "x"], "needs --against-url"),
            (["--against", "'", *URL], "No closing quotation"),
            (["--against", "", *URL], "no command"),
            (["--against-url", "https://h"], "is not http://HOST:PORT"),
            (["--against-header", "A: b"], "--against-header needs --against-url"),
            (["--against-env", "A=b"], "--against-env needs --against-url"),
            ([*URL, "--against-env", "A=b"], "that the tool starts"),
            ([*URL, "--against-header", "A b"], "'NAME: VALUE'"),
            ([*URL, "--against-header", "A: b\r\nC: d"], "'NAME: VALUE'"),
            ([*URL, "--against-path", "/memories=/read"], "OURS=THEIRS"),
            ([*URL, "--against-path", "/memory/read"], "OURS=THEIRS"),
            ([*URL, "--against-pid", "0"], "no process"),
            ([*URL, "--against", "x", "--against-pid", "1"], "that runs already"),
            ([*URL, "--against-checkout", "."], "does not go with --against-checkout"),
            (["--against-checkout", ".", "--against-env", "PORT=1"], "set by the tool itself"),
            ([*URL, "--profile"], "--profile measures one service alone"),
        ],
    )
    def test_what_does_not_go_together_is_refused(
        self, arguments: list[str], said: str, capsys: pytest.CaptureFixture[str]
    ) -> None:
        with pytest.raises(SystemExit):
            options.parse(arguments)
        assert said in capsys.readouterr().err
