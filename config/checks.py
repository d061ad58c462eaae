"""Rules between two settings, as system checks: each has an id and a sentence that says what to do.

They run with every management command and before the server starts (config/processes.py).
"""

from __future__ import annotations

from collections.abc import Callable
from ipaddress import ip_address
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
    """Find the settings that are each valid, but wrong together."""
    found = (rule() for rule in RULES)
    return [message for message in found if message is not None]


def debug_is_for_this_machine() -> CheckMessage | None:
    if not (settings.DEBUG and (_reachable() or _listens_to_others())):
        return None
    return Error(
        "DEBUG is on for hosts that others can reach.",
        hint="Switch DEBUG off, or keep ALLOWED_HOSTS and HOST to 127.0.0.1 and localhost.",
        id="memory_scope.E001",
    )


def secret_key_is_long() -> CheckMessage | None:
    if settings.DEBUG or len(settings.SECRET_KEY) >= SHORTEST_SECRET:
        return None
    return Error(
        f"SECRET_KEY is shorter than {SHORTEST_SECRET} characters.",
        hint="Set SECRET_KEY to 50 random characters.",
        id="memory_scope.E002",
    )


def there_is_one_pool() -> CheckMessage | None:
    if not (settings.DATABASE_POOLER and settings.DATABASE_POOL_SIZE):
        return None
    return Error(
        "DATABASE_POOLER and DATABASE_POOL_SIZE are both set: two pools, one in the other.",
        hint="Behind a pooler, leave DATABASE_POOL_SIZE at 0.",
        id="memory_scope.E003",
    )


def hosts_are_named() -> CheckMessage | None:
    if settings.DEBUG or "*" not in settings.ALLOWED_HOSTS:
        return None
    return Error(
        "ALLOWED_HOSTS allows every name.",
        hint="Name the hosts that this service answers to.",
        id="memory_scope.E004",
    )


def processes_share_limits() -> CheckMessage | None:
    if settings.WEB_CONCURRENCY == 1 or settings.REDIS_URL:
        return None
    return Error(
        "WEB_CONCURRENCY asks for several processes, but there is no REDIS_URL: each would "
        "keep rate limits of its own.",
        hint="Set REDIS_URL, or leave WEB_CONCURRENCY at 1.",
        id="memory_scope.E005",
    )


def second_factors_are_encrypted() -> CheckMessage | None:
    if not settings.HTTPS_ONLY or settings.SECOND_FACTOR_KEYS:
        return None
    return Error(
        "SECOND_FACTOR_KEYS is not set: it encrypts the seeds of second factors.",
        hint="Set SECOND_FACTOR_KEYS to 50 random characters of its own, and keep them.",
        id="memory_scope.E006",
    )


def processes_share_the_cache() -> CheckMessage | None:
    if settings.DEBUG or settings.CACHES["default"]["BACKEND"] not in PER_PROCESS_CACHES:
        return None
    return Error(
        "The cache is each process's own: wrong passwords would be counted by each.",
        hint="Set REDIS_URL, or leave the cache in the database.",
        id="memory_scope.E007",
    )


def metrics_token_is_long() -> CheckMessage | None:
    if settings.DEBUG or not 0 < len(settings.METRICS_TOKEN) < SHORTEST_TOKEN:
        return None
    return Error(
        f"METRICS_TOKEN is shorter than {SHORTEST_TOKEN} characters.",
        hint="Set METRICS_TOKEN to 30 random characters, or leave it empty.",
        id="memory_scope.E008",
    )


def keys_travel_encrypted() -> CheckMessage | None:
    if settings.HTTPS_ONLY or settings.DEBUG or not _reachable():
        return None
    return Warning(
        "HTTPS_ONLY is off for hosts that others can reach: keys travel in clear.",
        hint="Leave HTTPS_ONLY on, and set TRUSTED_PROXY_COUNT when a proxy ends TLS.",
        id="memory_scope.W001",
    )


def what_others_reach_is_encrypted() -> CheckMessage | None:
    if settings.HTTPS_ONLY or settings.DEBUG or not _listens_to_others():
        return None
    return Error(
        "HTTPS_ONLY is off while HOST lets others connect: keys and passwords travel in clear.",
        hint="Leave HTTPS_ONLY on behind a proxy that ends TLS (TRUSTED_PROXY_COUNT), or HOST at "
        "127.0.0.1.",
        id="memory_scope.E009",
    )


def mail_is_sent() -> CheckMessage | None:
    printed = settings.EMAIL_BACKEND == "foundation.mail.DevelopmentBackend"
    if not printed or settings.DEBUG or not _reachable():
        return None
    return Warning(
        "EMAIL_URL is not set: invitations and password resets are printed, not sent.",
        hint="Set EMAIL_URL to your mail server.",
        id="memory_scope.W002",
    )


def links_lead_to_the_site() -> CheckMessage | None:
    here = (settings.LOCAL_ADDRESS, f"http://127.0.0.1:{settings.PORT}")
    if settings.SITE_URL not in here or settings.DEBUG or not _reachable():
        return None
    return Warning(
        "SITE_URL is not set: the links in mails lead to this machine's own address.",
        hint="Set SITE_URL to the address that people use, e.g. https://example.com.",
        id="memory_scope.W003",
    )


def seals_have_a_key_of_their_own() -> CheckMessage | None:
    if settings.SIGNING_KEYS or settings.DEBUG or not _reachable():
        return None
    return Warning(
        "SIGNING_KEYS is not set: what the service signs is signed with a key made from "
        "SECRET_KEY. Who knows that can sign too, and when it changes, what was signed before "
        "verifies no more.",
        hint="Set SIGNING_KEYS to what 'manage.py signingkey' prints, and keep it.",
        id="memory_scope.W004",
    )


RULES: tuple[Callable[[], CheckMessage | None], ...] = (
    debug_is_for_this_machine,
    secret_key_is_long,
    there_is_one_pool,
    hosts_are_named,
    processes_share_limits,
    second_factors_are_encrypted,
    processes_share_the_cache,
    metrics_token_is_long,
    keys_travel_encrypted,
    what_others_reach_is_encrypted,
    mail_is_sent,
    links_lead_to_the_site,
    seals_have_a_key_of_their_own,
)


def _reachable() -> bool:
    """Say whether the service answers to a name that others can reach."""
    return bool(set(settings.ALLOWED_HOSTS) - LOOPBACK)


def _listens_to_others() -> bool:
    """Say whether the server takes connections that do not come from this machine."""
    host = settings.HOST.strip("[]").lower()
    try:
        return not ip_address(host.partition("%")[0]).is_loopback
    except ValueError:
        return host != "localhost"
