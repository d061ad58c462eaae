"""Who used a key last is told from the request log, at a cost that does not grow with it."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.utils import timezone
from pytest_django import Settings

from accounts.models import Project
from apikeys.usage.callers import Caller, last_callers
from apikeys.usage.collector import Collector
from tests.makers import make_key, sample

pytestmark = pytest.mark.django_db


def use(key: object, **fields: object) -> None:
    own = Collector()
    own.record(sample(timezone.now(), **fields))
    own.flush()


def test_of_a_key_that_was_never_used_nobody(project: Project) -> None:
    key, _ = make_key(project)
    assert last_callers(key, key.secrets.all()) == []


def test_programs_addresses_and_endpoints_the_latest_first(project: Project) -> None:
    key, _ = make_key(project)
    whose = {
        "project_id": project.pk,
        "key_id": key.pk,
        "secret_id": key.current_secret().pk,
    }
    use(key, **whose, address="192.0.2.1", user_agent="worker/1")
    use(key, **whose, address="192.0.2.1", user_agent="worker/1", endpoint="GET /memory")
    use(key, **whose, address="192.0.2.2", user_agent="shop/2")
    use(key, project_id=project.pk, address="192.0.2.3", user_agent="of another key")
    shop, worker = last_callers(key, key.secrets.all())
    assert (shop.user_agent, shop.address, shop.endpoints) == (
        "shop/2",
        "192.0.2.2",
        ("POST /memory",),
    )
    assert (worker.user_agent, worker.endpoints, worker.requests) == (
        "worker/1",
        ("GET /memory", "POST /memory"),
        2,
    )


def test_without_a_log_the_last_one_is_known(project: Project, settings: Settings) -> None:
    settings.REQUEST_LOG_DAYS = 0
    key, _ = make_key(project)
    secret = key.current_secret()
    use(key, key_id=key.pk, secret_id=secret.pk, address="192.0.2.1", user_agent="worker/1")
    secret.refresh_from_db()
    assert secret.last_used_at is not None
    assert last_callers(key, [secret]) == [Caller("192.0.2.1", "worker/1", secret.last_used_at)]


def test_one_secret_alone_is_asked_about(project: Project) -> None:
    key, _ = make_key(project)
    use(
        key,
        project_id=project.pk,
        key_id=key.pk,
        secret_id=key.current_secret().pk,
        user_agent="new/1",
    )
    use(key, project_id=project.pk, key_id=key.pk, user_agent="with another secret")
    (only,) = last_callers(key, key.secrets.all())
    assert only.user_agent == "new/1"
    assert timezone.now() - only.last_used_at < timedelta(minutes=1)
