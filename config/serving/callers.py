"""Who asks, as far as turns go: a project, or an address whose keys are not known here yet."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from config.serving.answering import Connection

MOST_KNOWN = 10_000  # keys
# Requests that have turns of their own, so that they are answered whatever the others wait for.
PROBES = frozenset({"/healthz", "/readyz", "/metrics"})
PROBE = "probe"


class Callers:
    """Remembers which project a key is of, once the application has told."""

    def __init__(self) -> None:
        self._projects: dict[str, str] = {}

    def line_of(self, connection: Connection) -> str:
        """Return the name of the line in which a connection's request waits.

        Keys that are invented have no line of their own: nobody gets more turns by inventing many.
        """
        forwarded: list[str] = []
        headers: list[tuple[str, str]] = connection.request.headers
        for name, value in headers:
            if name == "X-API-KEY":
                connection.key_line = key_line(value)
                if project := self._projects.get(connection.key_line):
                    return project
            elif name == "X-FORWARDED-FOR":
                forwarded.append(value)
        # Some proxies add a line of their own. The application sees them joined, too.
        addresses = {"REMOTE_ADDR": connection.address}
        if forwarded:
            addresses["HTTP_X_FORWARDED_FOR"] = ",".join(forwarded)
        return self._line_of_address(addresses)

    def line_of_environ(self, environ: Mapping[str, Any]) -> str:
        """Return the same for a request as WSGI describes it."""
        key = environ.get("HTTP_X_API_KEY")
        project = self._projects.get(key_line(key)) if key else None
        return project or self._line_of_address(environ)

    def remember(self, connection: Connection) -> None:
        """Let all keys of a project wait in one line."""
        if connection.project:
            self.remember_key(connection.key_line, connection.project)

    def remember_key(self, line: str, project: str) -> None:
        if line not in self._projects and len(self._projects) >= MOST_KNOWN:
            self._projects = {}
        self._projects[line] = project

    @staticmethod
    def _line_of_address(addresses: Mapping[str, Any]) -> str:
        from foundation.addresses import counted_networks  # of the application: see the package

        return counted_networks(addresses)[0]


def key_line(key: str) -> str:
    """Return the name of a key as far as turns go: the key itself is kept nowhere."""
    return f"key {hash(key)}"
