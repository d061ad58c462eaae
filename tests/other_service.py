"""Another implementation of the four operations, in memory: what the load tool can be held against.

`python tests/other_service.py PORT`; its environment says how it is different: `KEY` that its
requests must have, paths that it is `WITHOUT`, paths that `FAIL` with 500, `PREFIX` of all paths,
after how many requests it goes away by itself (`GONE_AFTER`), a `CHILD` that serves in its place.
"""

from __future__ import annotations

import json
import os
import secrets
import signal
import subprocess
import sys
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

PREFIX = os.environ.get("PREFIX", "")
KEY = os.environ.get("KEY")
WITHOUT = os.environ.get("WITHOUT", "").split()
FAIL = os.environ.get("FAIL", "").split()
GONE_AFTER = int(os.environ.get("GONE_AFTER", "0"))

memories: dict[str, list[Any]] = {}
tokens: dict[str, str] = {}
answered = 0


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    wbufsize = -1  # head and body together, or they wait for each other's acknowledgement

    def do_POST(self) -> None:
        global answered
        answered += 1
        if answered == GONE_AFTER:
            os._exit(0)
        body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        path = self.path.removeprefix(PREFIX)
        if not self.path.startswith(PREFIX) or path in WITHOUT:
            self.answer(404, {"detail": "Not found"})
        elif path in FAIL:
            self.answer(500, {"detail": "Sorry"})
        elif KEY and self.headers.get("X-API-Key") != KEY:
            self.answer(401, {"detail": "Who are you?"})
        elif path == "/memory":
            memories.setdefault(body["user_id"], []).append(body["value_json"])
            self.answer(201, {"id": secrets.token_hex(8)})
        elif path == "/memory/read":
            token = secrets.token_urlsafe(32)
            tokens[token] = body["user_id"]
            self.answer(200, self.read(token))
        elif path == "/memory/read/continue":
            self.answer(200, self.read(body["revocation_token"]))
        else:
            memories.pop(tokens.pop(body["revocation_token"]), None)
            self.answer(200, {"revoked": True})

    def read(self, token: str) -> dict[str, Any]:
        return {"summary_struct": memories.get(tokens[token], []), "revocation_token": token}

    def answer(self, status: int, body: dict[str, Any]) -> None:
        content = json.dumps(body).encode()
        self.send_response(status)
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    def log_message(self, format: str, *args: Any) -> None:
        pass


class Server(ThreadingHTTPServer):
    daemon_threads = True


if __name__ == "__main__":
    if os.environ.pop("CHILD", ""):
        signal.signal(signal.SIGTERM, lambda *_: os._exit(0))  # and leaves the child behind
        subprocess.run([sys.executable, *sys.argv], check=False)
    else:
        Server(("127.0.0.1", int(sys.argv[1])), Handler).serve_forever()
