"""The server over streamable HTTP, for this machine or, with tokens, for others."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import uvicorn
from mcp.server.auth.middleware.bearer_auth import BearerAuthBackend, RequireAuthMiddleware
from mcp.server.auth.routes import build_resource_metadata_url, create_protected_resource_routes
from mcp.server.streamable_http_manager import StreamableHTTPSessionManager
from mcp.server.transport_security import TransportSecuritySettings
from pydantic import AnyHttpUrl
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.middleware.authentication import AuthenticationMiddleware
from starlette.routing import BaseRoute, Route
from starlette.types import ASGIApp, Receive, Scope, Send

from memory_scope._mcp_settings import HttpPlace, TokenRules
from memory_scope.mcp.server import MemoryServer
from memory_scope.mcp.tokens import JwtVerifier

PATH = "/mcp"
HTTP_PORT = 80  # which nobody writes
MOST_SESSIONS = 1000
PATIENCE_AT_END = 3  # seconds for the requests that are running when the process is to end
OWN_NAMES = ("127.0.0.1", "localhost", "[::1]")


async def serve_http(server: MemoryServer, place: HttpPlace) -> None:
    """Serve any number of sessions, until a signal ends the process."""
    config = uvicorn.Config(
        make_app(server, place),
        host=place.host,
        port=place.port,
        log_config=None,
        access_log=False,
        server_header=False,
        timeout_graceful_shutdown=PATIENCE_AT_END,
    )
    await uvicorn.Server(config).serve()


def make_app(server: MemoryServer, place: HttpPlace) -> Starlette:
    """Return the ASGI application, which takes tokens where the place says so."""
    manager = StreamableHTTPSessionManager(
        app=server.protocol,
        json_response=True,
        security_settings=_against_rebinding(place),
        max_sessions=MOST_SESSIONS,
    )

    @asynccontextmanager
    async def lifespan(app: Starlette) -> AsyncIterator[None]:
        async with manager.run():
            yield

    endpoint: ASGIApp = _Endpoint(manager)
    if place.tokens is None:
        return Starlette(routes=[Route(PATH, endpoint=endpoint)], lifespan=lifespan)
    return Starlette(
        routes=_routes_with_tokens(endpoint, place.tokens),
        middleware=[
            Middleware(
                AuthenticationMiddleware, backend=BearerAuthBackend(JwtVerifier(place.tokens))
            )
        ],
        lifespan=lifespan,
    )


class _Endpoint:
    def __init__(self, manager: StreamableHTTPSessionManager) -> None:
        self._manager = manager

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        await self._manager.handle_request(scope, receive, send)


def _routes_with_tokens(endpoint: ASGIApp, rules: TokenRules) -> list[BaseRoute]:
    """Let nobody in without a token, and say where one is to be had."""
    address = AnyHttpUrl(rules.public_url)
    guarded = RequireAuthMiddleware(endpoint, [], build_resource_metadata_url(address))
    metadata = create_protected_resource_routes(
        address, [AnyHttpUrl(rules.issuer)], resource_name="Memory Scope"
    )
    return [Route(PATH, endpoint=guarded), *metadata]


def _against_rebinding(place: HttpPlace) -> TransportSecuritySettings:
    """Take requests to this server's own names alone, and from its own pages alone.

    A page of anybody's can make a name of its own lead to this machine.
    """
    hosts = [f"{name}:{place.port}" for name in OWN_NAMES]
    hosts += OWN_NAMES if place.port == HTTP_PORT else ()
    origins = [f"http://{host}" for host in hosts]
    if place.tokens is not None:
        url = AnyHttpUrl(place.tokens.public_url)
        with_port = f"{url.host}:{url.port}"
        is_default = (url.scheme, url.port) in (("https", 443), ("http", 80))
        hosts += [with_port, *([str(url.host)] if is_default else [])]
        origins.append(f"{url.scheme}://{url.host if is_default else with_port}")
    return TransportSecuritySettings(allowed_hosts=hosts, allowed_origins=origins)
