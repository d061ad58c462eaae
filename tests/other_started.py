"""Starts the other service of tests about two (tests/other_service.py), as the load tool does."""

from __future__ import annotations

import argparse
import shlex
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager

from bench import against, options
from bench.comparing import Side
from bench.service import ROOT

OTHER = ROOT / "tests" / "other_service.py"
QUICK = ["--connections", "2", "--seconds", "0.1", "--requests", "20", "--rows", "10"]


def command(port: int) -> str:
    return shlex.join([sys.executable, str(OTHER), str(port)])


def told(
    *words: str, env: Mapping[str, str] | None = None, port: int | None = None
) -> argparse.Namespace:
    """Parse words; with a port, the other service is the one of these tests."""
    own = [*QUICK, *words]
    if port is not None:
        own += ["--against", command(port), "--against-url", f"http://127.0.0.1:{port}"]
    for name, value in (env or {}).items():
        own += ["--against-env", f"{name}={value}"]
    return options.parse(own)


@contextmanager
def side(name: str, parsed: argparse.Namespace) -> Iterator[Side]:
    with against.running(parsed) as other:
        assert other is not None
        yield Side(other.endpoint, other.target, other.log, name=name)
