"""The people and the doors of every test."""

from __future__ import annotations

import os
import uuid
from collections.abc import Iterator
from contextlib import ExitStack
from datetime import datetime

import pytest
from django.db.backends.postgresql.creation import DatabaseCreation
from django.test import Client, TransactionTestCase
from pytest_django import DjangoDbBlocker, Settings

from accounts.models import Project, User
from apikeys.usage.collector import collector
from tests import spreading
from tests.doors import (
    SERVERS,
    Api,
    Service,
    forget_attempts,
    processes,
    signed_in,
    started_service,
)
from tests.emptying import empty_database
from tests.makers import NOW, give_password, make_key, make_owner


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Skip, in words, what needs a database or a cache that this run has not been given."""
    on_postgresql = bool(os.environ.get("TEST_DATABASE_URL"))
    for item in items:
        if "postgresql" in item.keywords and not on_postgresql:
            item.add_marker(pytest.mark.skip(reason="needs PostgreSQL: set TEST_DATABASE_URL"))
        if "redis" in item.keywords and not os.environ.get("REDIS_URL"):
            item.add_marker(pytest.mark.skip(reason="needs Redis: set REDIS_URL"))
        if "citus" in item.keywords and not os.environ.get("TEST_CITUS_URL"):
            item.add_marker(pytest.mark.skip(reason="needs a Citus cluster: set TEST_CITUS_URL"))
        if "not_spread" in item.keywords and spreading.SHARDS:
            item.add_marker(pytest.mark.skip(reason="a spread database has this otherwise"))


@pytest.fixture(autouse=True)
def own_counters(settings: Settings) -> None:
    """Let no test count what another one tried or asked for."""
    collector._waiting.clear()
    cache = {**settings.CACHES["default"], "KEY_PREFIX": uuid.uuid4().hex}
    settings.CACHES = {"default": cache}


@pytest.fixture(autouse=True, scope="session")
def emptied_behind_each() -> Iterator[None]:
    """Let a test that commits empty the database behind it, with the record."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(TransactionTestCase, "_fixture_teardown", lambda test: empty_database())
        yield


@pytest.fixture(autouse=True, scope="session")
def dropped_whoever_is_still_there() -> Iterator[None]:
    """Let the tests' database go with the sessions of processes that were killed a moment ago."""

    def drop(creation: DatabaseCreation, name: str, verbosity: int) -> None:
        quoted = creation.connection.ops.quote_name(name)
        with creation._nodb_cursor() as cursor:  # type: ignore[attr-defined] # not in the stubs
            cursor.execute(f"DROP DATABASE IF EXISTS {quoted} WITH (FORCE)")

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(DatabaseCreation, "_destroy_test_db", drop)
        yield


@pytest.fixture(scope="session")
def other_nodes(dropped_whoever_is_still_there: None) -> Iterator[None]:
    """Have the tests' database on each node of a cluster, where it is to be spread."""
    if not spreading.SHARDS:
        yield
        return
    with spreading.on_other_nodes():
        yield


@pytest.fixture(scope="session")
def django_db_setup(
    other_nodes: None, django_db_setup: None, django_db_blocker: DjangoDbBlocker
) -> None:
    """Spread the tests' database once it is migrated, where it is to be spread."""
    if spreading.SHARDS:
        with django_db_blocker.unblock():
            spreading.spread()


@pytest.fixture
def now() -> datetime:
    return NOW


@pytest.fixture
def owner(db: None) -> User:
    return make_owner()


@pytest.fixture
def stranger(db: None) -> User:
    """Return somebody else with an account."""
    return make_owner("stranger@example.com")


@pytest.fixture
def person(owner: User) -> User:
    """Return the owner, with a password to sign in with."""
    return give_password(owner)


@pytest.fixture
def project(owner: User) -> Project:
    return owner.projects.get()


@pytest.fixture
def browser(owner: User) -> Client:
    """Return the owner's browser, signed in a moment ago."""
    return signed_in(owner)


@pytest.fixture
def operator(db: None) -> User:
    return User.objects.create_superuser("operator@example.com")


@pytest.fixture
def desk(operator: User) -> Client:
    """Return the operator's browser, signed in with a second factor."""
    return signed_in(operator, second_factor=True)


@pytest.fixture
def api(project: Project) -> Api:
    """Return the API with a test key that has every permission."""
    return Api(make_key(project)[1])


@pytest.fixture
def nobody(db: None) -> Api:
    """Return the API without a key."""
    return Api(None)


@pytest.fixture(params=SERVERS)
def server(request: pytest.FixtureRequest) -> str:
    """Return the name of a server: what holds under both is tested under both."""
    return str(request.param)


@pytest.fixture(scope="module")
def shared_service(
    request: pytest.FixtureRequest, django_db_setup: None, django_db_blocker: DjangoDbBlocker
) -> Iterator[Service]:
    """Serve a module's tests in other processes: two where limits can be shared, else one.

    Under gunicorn, or under the server that a test is parametrized by.
    """
    server = getattr(request, "param", "gunicorn")
    with ExitStack() as stack:
        with django_db_blocker.unblock():
            started = stack.enter_context(started_service(server=server, workers=processes()))
        yield started
    with django_db_blocker.unblock():  # it wrote down its last requests as it ended
        empty_database()


@pytest.fixture
def service(transactional_db: None, shared_service: Service) -> str:
    """Return the address of the module's service, which counts nothing of what others asked."""
    forget_attempts()
    return shared_service.address
