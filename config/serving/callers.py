"""Who asks, as far as turns go: a project, or an address whose keys are not known here yet."""

from __future__ import annotations

from config.serving.answering import Connection

MOST_KNOWN = 10_000  # keys


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
                connection.key_line = f"key {hash(value)}"
                if project := self._projects.get(connection.key_line):
                    return project
            elif name == "X-FORWARDED-FOR":
                forwarded.append(value)
        from foundation.addresses import counted_networks

        # Some proxies add a line of their own. The application sees them joined, too.
        addresses = {"REMOTE_ADDR": connection.address}
        if forwarded:
            addresses["HTTP_X_FORWARDED_FOR"] = ",".join(forwarded)
        return counted_networks(addresses)[0]

    def remember(self, connection: Connection) -> None:
        """Let all keys of a project wait in one line."""
        if not connection.project:
            return
        if connection.key_line not in self._projects and len(self._projects) >= MOST_KNOWN:
            self._projects = {}
        self._projects[connection.key_line] = connection.project
