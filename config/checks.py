"""Rules between two settings, as system checks: each has an id and a sentence that says what to do.

They run with every management command and before the server starts (config/gunicorn.py).
"""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.core.checks import CheckMessage, Error, Warning

LOOPBACK = {"127.0.0.1", "localhost", "[::1]", "testserver"}
SHORTEST_SECRET = 32
SHORTEST_TOKEN = 16
PER_PROCESS_CACHES = (
    "django.core.cache.backends.locmem.LocMemCache",
    "django.core.cache.backends.dummy.DummyCache",
)


def check_settings(**kwargs: Any) -> list[CheckMessage]:
    """The settings that are each valid, but wrong together."""
    messages: list[CheckMessage] = []
    reachable = set(settings.ALLOWED_HOSTS) - LOOPBACK
    if settings.DEBUG and reachable:
        messages.append(
            Error(
                "DEBUG is on for hosts that others can reach.",
                hint="Switch DEBUG off, or keep ALLOWED_HOSTS to 127.0.0.1 and localhost.",
                id="memory_scope.E001",
            )
        )
    if not settings.DEBUG and len(settings.SECRET_KEY) < SHORTEST_SECRET:
        messages.append(
            Error(
                f"SECRET_KEY is shorter than {SHORTEST_SECRET} characters.",
                hint="Set SECRET_KEY to 50 random characters.",
                id="memory_scope.E002",
            )
        )
    if settings.DATABASE_POOLER and settings.DATABASE_POOL_SIZE:
        messages.append(
            Error(
                "DATABASE_POOLER and DATABASE_POOL_SIZE are both set: two pools, one in the other.",
                hint="Behind a pooler, leave DATABASE_POOL_SIZE at 0.",
                id="memory_scope.E003",
            )
        )
    if "*" in settings.ALLOWED_HOSTS and not settings.DEBUG:
        messages.append(
            Error(
                "ALLOWED_HOSTS allows every name.",
                hint="Name the hosts that this service answers to.",
                id="memory_scope.E004",
            )
        )
    if settings.WEB_CONCURRENCY > 1 and not settings.REDIS_URL:
        messages.append(
            Error(
                "WEB_CONCURRENCY asks for several processes, but there is no REDIS_URL: each would "
                "keep rate limits of its own.",
                hint="Set REDIS_URL, or leave WEB_CONCURRENCY at 1.",
                id="memory_scope.E005",
            )
        )
    if settings.HTTPS_ONLY and not settings.SECOND_FACTOR_KEYS:
        messages.append(
            Error(
                "SECOND_FACTOR_KEYS is not set: it encrypts the seeds of second factors.",
                hint="Set SECOND_FACTOR_KEYS to 50 random characters of its own, and keep them.",
                id="memory_scope.E006",
            )
        )
    if not settings.DEBUG and settings.CACHES["default"]["BACKEND"] in PER_PROCESS_CACHES:
        messages.append(
            Error(
                "The cache is each process's own: wrong passwords would be counted by each.",
                hint="Set REDIS_URL, or leave the cache in the database.",
                id="memory_scope.E007",
            )
        )
    if not settings.DEBUG and 0 < len(settings.METRICS_TOKEN) < SHORTEST_TOKEN:
        messages.append(
            Error(
                f"METRICS_TOKEN is shorter than {SHORTEST_TOKEN} characters.",
                hint="Set METRICS_TOKEN to 30 random characters, or leave it empty.",
                id="memory_scope.E008",
            )
        )
    if (
        settings.EMAIL_BACKEND == "foundation.mail.DevelopmentBackend"
        and not settings.DEBUG
        and reachable
    ):
        messages.append(
            Warning(
                "EMAIL_URL is not set: invitations and password resets are printed, not sent.",
                hint="Set EMAIL_URL to your mail server.",
                id="memory_scope.W002",
            )
        )
    if reachable and not settings.DEBUG and settings.SITE_URL == settings.LOCAL_ADDRESS:
        messages.append(
            Warning(
                "SITE_URL is not set: the links in mails lead to this machine's own address.",
                hint="Set SITE_URL to the address that people use, e.g. https://example.com.",
                id="memory_scope.W003",
            )
        )
    if not settings.HTTPS_ONLY and not settings.DEBUG and reachable:
        messages.append(
            Warning(
                "HTTPS_ONLY is off for hosts that others can reach: keys travel in clear.",
                hint="Leave HTTPS_ONLY on, and set TRUSTED_PROXY_COUNT when a proxy ends TLS.",
                id="memory_scope.W001",
            )
        )
    return messages
