"""Where a service answers, and what every request to it has."""

from __future__ import annotations

import http.client
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

PATIENCE_SECONDS = 30


@dataclass(frozen=True)
class Endpoint:
    """`paths` names those that are others than ours; `prefix` stands before ours.

    Headers may hold a key: they are not shown.
    """

    host: str
    port: int
    headers: Mapping[str, str] = field(default_factory=dict, repr=False)
    prefix: str = ""
    paths: Mapping[str, str] = field(default_factory=dict)

    @property
    def address(self) -> tuple[str, int]:
        return self.host, self.port

    @property
    def url(self) -> str:
        host = f"[{self.host}]" if ":" in self.host else self.host
        return f"http://{host}:{self.port}{self.prefix}"

    def path(self, ours: str) -> str:
        """Return the path under which it does what we do under ours."""
        return self.paths.get(ours, self.prefix + ours)

    def request(self, path: str, body: Mapping[str, Any]) -> bytes:
        """Return a whole POST to one of our paths, as bytes."""
        content = json.dumps(body, separators=(",", ":")).encode()
        lines = [
            f"POST {self.path(path)} HTTP/1.1",
            f"Host: {self.url.removeprefix('http://').partition('/')[0]}",
            *(f"{name}: {value}" for name, value in self.headers.items()),
            "Content-Type: application/json",
            f"Content-Length: {len(content)}",
        ]
        return "\r\n".join([*lines, "", ""]).encode("latin-1") + content

    def connection(self) -> http.client.HTTPConnection:
        """Return a connection for `post`, which opens itself; whoever asked for it closes it."""
        return http.client.HTTPConnection(self.host, self.port, timeout=PATIENCE_SECONDS)

    def post(
        self,
        connection: http.client.HTTPConnection,
        path: str,
        body: Mapping[str, Any],
        headers: Mapping[str, str] | None = None,
    ) -> tuple[int, bytes]:
        """Return status and content of the answer. Raises OSError or HTTPException for none."""
        every = {**self.headers, **(headers or {}), "Content-Type": "application/json"}
        connection.request("POST", self.path(path), json.dumps(body).encode(), every)
        answer = connection.getresponse()
        return answer.status, answer.read()


def parsed(url: str) -> Endpoint:
    """Return the endpoint that an address names. Raises ValueError, in words."""
    parts = urlsplit(url)
    if parts.scheme != "http" or not parts.hostname:
        raise ValueError("is not http://HOST:PORT")
    if parts.query or parts.fragment or parts.username is not None:
        raise ValueError("may have a path, and nothing else behind the port or before the host")
    return Endpoint(parts.hostname, parts.port or 80, prefix=parts.path.rstrip("/"))
