"""What operators are told, in Prometheus' format: requests, denials, whether the parts are there.

Loaded only where METRICS_TOKEN is set. In the service each process counts in files of its own
(config/shared_metrics.py) and whichever is asked adds them up; elsewhere the one process counts in
memory. A label's values are from closed lists, and none is a key, a user or a project: nothing
that a client sends makes more of them.
"""

from __future__ import annotations

import logging
import os
from collections.abc import Iterable, Iterator
from pathlib import Path

import redis
from django.conf import settings
from django.db import DatabaseError, InterfaceError, connection
from django.http import HttpRequest, HttpResponse
from prometheus_client import (
    CollectorRegistry,
    Counter,
    Histogram,
    disable_created_metrics,
    generate_latest,
)
from prometheus_client.core import GaugeMetricFamily, InfoMetricFamily, Metric
from prometheus_client.registry import Collector
from redis.backoff import NoBackoff
from redis.retry import Retry

from apikeys import throttling
from apikeys.usage.samples import BOUNDS
from config import shared_metrics
from config.routes import is_api
from foundation.shared_redis import TIMEOUT
from memory.policy.version import POLICY_VERSION

logger = logging.getLogger("memory_scope.metrics")

# What every Prometheus reads; the library's own constant names the newest.
CONTENT_TYPE = "text/plain; version=0.0.4; charset=utf-8"
CONNECT_TIMEOUT = 2  # seconds; a scrape waits no longer for the database
METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})
# Endpoints that are not routes of the API. A path as it was sent is never a label.
PAGES, STATIC, UNMATCHED = "pages", "static", "unmatched"

# Several processes cannot tell when a series was created; so one process does not tell it either.
disable_created_metrics()  # type: ignore[no-untyped-call]
_counted = CollectorRegistry()
REQUESTS = Counter(
    "memory_scope_requests_total",
    "Requests, by method, endpoint and the answer's status.",
    ("method", "endpoint", "status"),
    registry=_counted,
)
SECONDS = Histogram(
    "memory_scope_request_seconds",
    "How long requests took in the service.",
    ("method", "endpoint"),
    buckets=[bound / 1000 for bound in BOUNDS],
    registry=_counted,
)
DENIALS = Counter(
    "memory_scope_denials_total",
    "Refusals in the record, by scope, purpose class (empty if none is stated) and reason.",
    ("scope", "purpose_class", "reason"),
    registry=_counted,
)


def count_request(request: HttpRequest, response: HttpResponse, seconds: float) -> None:
    """Count a request that was answered, whatever became of it. Never fails it."""
    method = request.method if request.method in METHODS else "other"
    endpoint = _endpoint(request)
    try:
        REQUESTS.labels(method, endpoint, response.status_code).inc()
        SECONDS.labels(method, endpoint).observe(seconds)
        for refusal in getattr(response, "refusals", ()):
            DENIALS.labels(*refusal).inc()
    except OSError as error:  # the folder is gone, or full
        logger.error("A request was not counted: %s", type(error).__name__)


def _endpoint(request: HttpRequest) -> str:
    """Name the API's routes one by one; all pages are one endpoint, and so are static files.

    What was answered before a route was found, such as the redirect to HTTPS, has none.
    """
    match = request.resolver_match
    if match is None:
        return STATIC if request.path_info.startswith(settings.STATIC_URL) else UNMATCHED
    return f"/{match.route}" if is_api(request.path_info) else PAGES


class _Everything(Collector):
    def collect(self) -> Iterator[Metric]:
        folder = os.environ.get(shared_metrics.FOLDER)
        yield from shared_metrics.add_up(Path(folder)) if folder else _counted.collect()
        yield from _health()


def exposition() -> bytes:
    """Return all figures, as Prometheus reads them."""
    return generate_latest(_Everything())


def _health() -> Iterable[Metric]:
    yield GaugeMetricFamily(
        "memory_scope_database_up",
        "Whether the database answers on a new connection.",
        value=database_answers(),
    )
    if settings.REDIS_URL:
        yield GaugeMetricFamily(
            "memory_scope_redis_up", "Whether Redis answers.", value=redis_answers()
        )
        yield GaugeMetricFamily(
            "memory_scope_rate_limits_shared",
            "0 while the process that was asked keeps rate limits by itself.",
            value=not throttling.degraded(),
        )
    yield InfoMetricFamily(
        "memory_scope_policy", "The policy that is enforced.", value={"version": POLICY_VERSION}
    )


def database_answers() -> bool:
    """Ask on a new connection, which a database that hangs cannot hold up."""
    own = connection.copy()
    options = own.settings_dict["OPTIONS"]
    options.pop("pool", None)
    if own.vendor == "postgresql":
        options["connect_timeout"] = CONNECT_TIMEOUT
    try:
        with own.cursor() as cursor:
            cursor.execute("SELECT 1")
    except (DatabaseError, InterfaceError):
        return False
    finally:
        own.close()
    return True


def redis_answers() -> bool:
    """Ask on a new connection, once, and wait as long as a request would."""
    client = redis.Redis.from_url(
        settings.REDIS_URL,
        socket_timeout=TIMEOUT,
        socket_connect_timeout=TIMEOUT,
        retry=Retry(NoBackoff(), 0),
    )
    try:
        with client:
            return bool(client.ping())
    except redis.RedisError:
        return False
