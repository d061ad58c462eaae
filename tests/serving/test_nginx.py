"""The documented configuration of nginx, in front of the service, as Debian packages it."""

from __future__ import annotations

import os
import shutil
import socket
import ssl
import subprocess
import time
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

import httpx
import pytest

from accounts.models import Project
from bench.slow_clients import slow_clients
from config.environment import BASE_DIR
from memory.models import Memory
from tests.doors import collect_static, free_port, started_service
from tests.makers import make_key, memory_body

NGINX = shutil.which("nginx", path=f"{os.environ.get('PATH', '')}:/usr/sbin:/usr/local/sbin")
PATIENCE = 30  # seconds

pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.skipif(NGINX is None and not os.environ.get("CI"), reason="There is no nginx"),
]


@dataclass(frozen=True)
class Front:
    """nginx, with the service behind it."""

    plain: int
    secure: int
    trusted: ssl.SSLContext

    @property
    def address(self) -> str:
        return f"https://localhost:{self.secure}"


@pytest.fixture
def front(tmp_path: Path, server: str) -> Iterator[Front]:
    collect_static()
    plain, secure = free_port(), free_port()
    certificate, secret = tmp_path / "cert.pem", tmp_path / "key.pem"
    command = [
        "openssl",
        "req",
        "-x509",
        "-newkey",
        "rsa:2048",
        "-nodes",
        "-days",
        "1",
        "-subj",
        "/CN=localhost",
    ]
    command += ["-addext", "subjectAltName=DNS:localhost"]
    command += ["-keyout", str(secret), "-out", str(certificate)]
    subprocess.run(command, check=True, capture_output=True)
    with started_service(
        server=server,
        TRUSTED_PROXY_COUNT="1",
        HTTPS_ONLY="on",
        ALLOWED_HOSTS="localhost,127.0.0.1",
    ) as service:
        documented = (BASE_DIR / "docs" / "nginx.conf").read_text()
        for ours, here in [
            ("listen 80;", f"listen 127.0.0.1:{plain};"),
            ("listen 443 ssl", f"listen 127.0.0.1:{secure} ssl"),
            ("server 127.0.0.1:8000;", f"server 127.0.0.1:{service.place[1]};"),
            ("/etc/ssl/memory-scope.pem", str(certificate)),
            ("/etc/ssl/memory-scope.key", str(secret)),
            ("memory-scope.example", "localhost"),
        ]:
            assert ours in documented
            documented = documented.replace(ours, here)
        configuration = tmp_path / "nginx.conf"
        paths = "".join(
            f"{name}_temp_path {tmp_path}/{name};\n"
            for name in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
        )
        user = "user root;\n" if os.getuid() == 0 else ""
        configuration.write_text(
            f"{user}daemon off;\npid {tmp_path}/pid;\nerror_log {tmp_path}/error.log;\n"
            "events { worker_connections 4096; }\n"
            f"http {{\naccess_log off;\n{paths}{documented}}}\n"
        )
        assert NGINX is not None, "CI needs nginx"
        process = subprocess.Popen([NGINX, "-p", str(tmp_path), "-c", str(configuration)])
        try:
            wait_for(secure)
            trusted = ssl.create_default_context(cafile=str(certificate))
            yield Front(plain, secure, trusted)
        finally:
            process.terminate()
            process.wait(PATIENCE)


def wait_for(port: int) -> None:
    until = time.monotonic() + PATIENCE
    while True:
        try:
            socket.create_connection(("127.0.0.1", port), timeout=1).close()
        except OSError:
            assert time.monotonic() < until
            time.sleep(0.05)
        else:
            return


def test_others_are_answered_beside_hundreds_of_slow_clients(
    front: Front, project: Project
) -> None:
    key = make_key(project)[1]
    place = ("127.0.0.1", front.plain)
    client = httpx.Client(base_url=front.address, headers={"X-API-Key": key}, verify=front.trusted)
    with client, ExitStack() as slow:
        for kind, number in [
            ("idle", 500),
            ("half a head", 100),
            ("dripped body", 100),
            ("dripped body without a key", 100),
        ]:
            slow.enter_context(slow_clients(place, kind, number, key=key, source="127.0.0.2"))
        client.timeout = httpx.Timeout(PATIENCE)
        for _ in range(10):
            assert client.post("/memory", json=memory_body()).status_code == 201
    assert Memory.objects.count() == 10


def test_requests_arrive_as_they_were_sent(front: Front, project: Project) -> None:
    key = make_key(project)[1]
    client = httpx.Client(
        base_url=front.address,
        headers={"X-API-Key": key, "X-Forwarded-For": "192.0.2.9", "X-Forwarded-Proto": "http"},
        verify=front.trusted,
        timeout=PATIENCE,
    )
    with client:
        stored = client.post("/memory", json=memory_body(), headers={"X-Request-ID": "order-66"})
        assert (stored.status_code, stored.headers["X-Request-ID"]) == (201, "order-66")
        large = client.post("/memory", content=b" " * 500_000)
        assert (large.status_code, large.json()["code"]) == (413, "content_too_large")
        page = client.get("/accounts/login/")
        assert (page.status_code, page.headers["Strict-Transport-Security"][:8]) == (
            200,
            "max-age=",
        )
    in_clear = httpx.get(
        f"http://localhost:{front.plain}/policy",
        headers={"X-API-Key": key, "X-Forwarded-Proto": "https"},
    )
    assert (in_clear.status_code, in_clear.json()["code"]) == (403, "https_required")
    led_on = httpx.get(f"http://localhost:{front.plain}/")
    assert led_on.status_code == 301
    assert led_on.headers["Location"].startswith("https://localhost")
