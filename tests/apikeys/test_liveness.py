"""What works is defined twice, by a query for pages and a statement for requests: they agree."""

from __future__ import annotations

from datetime import timedelta
from itertools import product
from typing import Any

import pytest

from accounts.models import Project, User
from apikeys import tokens
from apikeys.authentication import find_principal
from apikeys.models import SILENCE, ApiKey, Secret
from tests.makers import NOW

MOMENT = timedelta(microseconds=1)
LONG_AGO = NOW - timedelta(days=30)
QUIET = NOW - SILENCE
# When it was replaced, when it ends, whether by silence too, and when it was last used.
REPLACED = [
    (replaced_at, ends_at, silent, used_at)
    for replaced_at, ends_at, silent, used_at in product(
        (LONG_AGO, QUIET, QUIET + MOMENT),
        (NOW - MOMENT, NOW, NOW + MOMENT),
        (False, True),
        (None, QUIET, QUIET + MOMENT),
    )
]
EXPIRIES = (None, NOW - MOMENT, NOW, NOW + MOMENT)


def owners() -> list[User]:
    states = product((True, False), (None, LONG_AGO))
    people = [
        User(email=f"{number}@example.com", is_active=active, closed_at=closed_at)
        for number, (active, closed_at) in enumerate(states)
    ]
    return User.objects.bulk_create(people)


def projects() -> list[Project]:
    states = product(owners(), (None, LONG_AGO), (None, LONG_AGO))
    made = [
        Project(name=f"{number}", owner=owner, disabled_at=disabled_at, deleted_at=deleted_at)
        for number, (owner, disabled_at, deleted_at) in enumerate(states)
    ]
    return Project.objects.bulk_create(made)


def keys() -> list[ApiKey]:
    states = product(projects(), EXPIRIES, (None, LONG_AGO), (None, LONG_AGO))
    made = [
        ApiKey(
            project=project,
            name=f"{number}",
            environment="test",
            created_at=LONG_AGO - timedelta(days=1),
            expires_at=expires_at,
            disabled_at=disabled_at,
            deleted_at=deleted_at,
        )
        for number, (project, expires_at, disabled_at, deleted_at) in enumerate(states)
    ]
    return ApiKey.objects.bulk_create(made)


def secrets_of(key: ApiKey, number: int) -> dict[str, Secret]:
    """Return the current secret with each replaced one, and with some for a key that has ended."""
    times: list[dict[str, Any]] = [{}]
    some = REPLACED if key.state(at=NOW) == "active" else REPLACED[number % 5 :: 5]
    for replaced_at, ends_at, silent, used_at in some:
        times.append(
            {
                "replaced_at": replaced_at,
                "ends_at": ends_at,
                "ends_when_silent": silent,
                "last_used_at": used_at,
            }
        )
    plaintexts = [tokens.new_key("test") for _ in times]
    return {
        plaintext: Secret(key=key, digest=tokens.digest(plaintext), last_four="aaaa", **of_secret)
        for plaintext, of_secret in zip(plaintexts, times, strict=True)
    }


@pytest.mark.django_db
def test_authentication_and_queries_agree_on_every_combination_of_states() -> None:
    drawn = keys()
    plaintexts = {
        plaintext: one
        for number, key in enumerate(drawn)
        for plaintext, one in secrets_of(key, number).items()
    }
    Secret.objects.bulk_create(plaintexts.values())
    opening = {one.pk for plaintext, one in plaintexts.items() if find_principal(plaintext, at=NOW)}
    assert opening == set(Secret.objects.usable(at=NOW).values_list("pk", flat=True))
    assert 0 < len(opening) < len(plaintexts)

    standing = set(Secret.objects.standing(at=NOW).values_list("pk", flat=True))
    until = {one.pk: one.works_until() for one in plaintexts.values()}
    assert standing == {pk for pk, end in until.items() if end is None or end > NOW}

    usable = {one.pk for one in ApiKey.objects.usable(at=NOW)}
    assert usable == {one.key_id for one in plaintexts.values() if one.pk in opening}
    assert usable < {one.pk for one in drawn if one.state(at=NOW) == "active"}
