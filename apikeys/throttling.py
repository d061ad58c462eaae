"""How many requests a key may make, and how many wrong keys an address may try.

A key has an hour's limit and a second's. Wrong keys are counted by address in front of the
database; those of an address that tried too many hear 429 until its window ends.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from uuid import UUID

import msgspec
from django.conf import settings

from accounts.limits import MOST_REQUESTS
from apikeys.counters import Counters, LocalCounters, RedisCounters, SharedCounters, Window, window
from apikeys.models import ApiKey
from apikeys.principal import Principal

HOUR = 3600  # seconds
SECOND = 1
FAILURE_WINDOW = 60  # seconds in which an address may try RATE_LIMIT_FAILURES wrong keys
VISIT_WINDOW = 60  # seconds in which a page without an account may be asked for so often
KEYS, REPORTS, TOKENS = "guesses", "reports", "tokens"  # what is guessed; each is counted apart


class RateLimited(Exception):
    """Too many requests; `retry_after` whole seconds from now there is room again."""

    def __init__(self, retry_after: int) -> None:
        super().__init__(f"Wait {retry_after} s.")
        self.retry_after = retry_after


class Allowance(msgspec.Struct, frozen=True):
    """What a key may still do: `remaining` of `limit` requests until `reset`, in Unix seconds.

    `retry_after` is None for a request that is served, else the seconds until one can be.
    """

    limit: int
    remaining: int
    reset: int
    retry_after: int | None = None


def take(principal: Principal, *, at: float) -> Allowance:
    """Count a request of the key at that moment (Unix seconds), and say whether it is served.

    What the second's limit refuses does not count towards the hour, and what any limit refuses
    does not count towards the project's: one key over its limit takes nothing from the others.
    """
    limit, burst = principal.rate_limit, principal.burst_limit
    hour, second = _windows(principal.key_id, at)
    in_all = principal.project_rate_limit or MOST_REQUESTS
    together = window(f"project:{principal.project_id}", length=HOUR, at=at)
    in_hour, in_second, in_project = counters.add((hour, second, together))
    limit, left = min(limit, in_all), max(0, min(limit - in_hour, in_all - in_project))
    if in_hour > principal.rate_limit:
        counters.take_back(together)
        return Allowance(limit, 0, hour.end, _until(hour, at))
    if in_project > in_all:
        counters.take_back(together)
        return Allowance(limit, 0, hour.end, _until(together, at))
    if in_second > burst:
        counters.take_back(hour)
        counters.take_back(together)
        return Allowance(limit, left + 1, hour.end, _until(second, at))
    return Allowance(limit, left, hour.end)


def refuse_guessing(*networks: str, at: float, what: str = KEYS) -> None:
    """Raise RateLimited if too much was guessed from an address and its networks. Asks nobody.

    Each process learns of it with the next wrong guess that it sees: the number of keys looked up
    in a window is RATE_LIMIT_FAILURES, and one more for each process at most.
    """
    if _blocked:
        for network in networks:
            guesses = _guesses(what, network, at)
            if _blocked.get(guesses.name) == guesses.start:
                raise RateLimited(_until(guesses, at))


def count_failure(*networks: str, at: float, what: str = KEYS) -> None:
    """Count a wrong guess of an address, and of the networks around it in the same trip."""
    windows = [_guesses(what, network, at) for network in networks]
    for network, guesses, count in zip(networks, windows, counters.add(windows), strict=True):
        if count >= settings.RATE_LIMIT_FAILURES * share_of(network):
            if len(_blocked) > MOST_BLOCKED:
                _blocked.clear()  # they are blocked again with their next wrong guess
            _blocked[guesses.name] = guesses.start


def count_visit(page: UUID, *, most: int, at: float) -> None:
    """Count a request for somebody's page. Raises RateLimited after `most` in VISIT_WINDOW."""
    visits = window(f"visits:{page}", length=VISIT_WINDOW, at=at)
    if counters.add((visits,))[0] > most:
        raise RateLimited(_until(visits, at))


def share_of(network: str) -> int:
    """Return how many times as much a network may guess as an address: by how many it holds."""
    return SHARES.get(network.rpartition("/")[2], 1) if "/" in network else 1


def degraded() -> bool:
    """Say whether shared limits are kept by this process alone, since Redis is away."""
    return isinstance(counters, SharedCounters) and counters.degraded


def _open_counters() -> Counters:
    local = LocalCounters()
    return SharedCounters(RedisCounters(settings.REDIS_URL), local) if settings.REDIS_URL else local


# One for the process, made before any of its threads asks. It connects with the first request.
counters = _open_counters()
# Networks that guessed too much, with the start of the window in which they did.
_blocked: dict[str, int] = {}
MOST_BLOCKED = 10_000
# Of IPv6, a /48 is what one customer is given for the asking; the others hold many of them.
SHARES = {"48": 1, "24": 4, "32": 16}


def hour_of(key_id: UUID, *, at: float) -> Window:
    """Return the hour in which a request of the key at that moment is counted."""
    return _windows(key_id, at)[0]


def _windows(key_id: UUID, at: float) -> tuple[Window, Window]:
    name = f"key:{key_id}"
    return window(name, length=HOUR, at=at), window(name, length=SECOND, at=at)


def _guesses(what: str, network: str, at: float) -> Window:
    return window(f"{what}:{network}", length=FAILURE_WINDOW, at=at)


def _until(ending: Window, at: float) -> int:
    return max(1, math.ceil(ending.end - at))


@dataclass(frozen=True)
class LimitState:
    """Requests of this hour, and how many a second; `reset_at` is when the hour begins anew."""

    limit: int
    remaining: int
    burst: int
    reset_at: datetime

    @property
    def used(self) -> int:
        return self.limit - self.remaining


def reset_at(*, at: datetime) -> datetime:
    """Return when the hour of every key begins anew."""
    hour = window("", length=HOUR, at=at.timestamp())
    return datetime.fromtimestamp(hour.end, UTC)


def limit_state(key: ApiKey, *, at: datetime) -> LimitState:
    """Look at what is left of the limits of a key that came with its project; count nothing."""
    return limit_states([key], at=at)[key.pk]


def limit_states(keys: Sequence[ApiKey], *, at: datetime) -> dict[UUID, LimitState]:
    """Look at what is left of the limits of several keys at once, in one trip."""
    if not keys:
        return {}
    windows = [hour_of(key.pk, at=at.timestamp()) for key in keys]
    found = {}
    for key, used in zip(keys, counters.look(windows), strict=True):
        limit, burst = key.allowed_limits()
        found[key.pk] = LimitState(limit, max(0, limit - used), burst, reset_at(at=at))
    return found
