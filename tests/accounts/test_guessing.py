"""Whoever guesses passwords or addresses is stopped, and learns nothing."""

from __future__ import annotations

import random
import time
import uuid
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import httpx
import pytest
from django.contrib.auth.hashers import Argon2PasswordHasher
from django.core import mail
from django.core.cache import cache
from django.core.cache.backends.locmem import LocMemCache
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from accounts.models import User
from tests.accounts.signing_in import sign_in
from tests.doors import collect_static, processes, running_service
from tests.makers import PASSWORD, make_owner

THREADS = 8


@pytest.mark.django_db
class TestGuessing:
    def test_the_cache_is_shared(self) -> None:
        assert not isinstance(cache, LocMemCache)

    def test_after_five_wrong_passwords_the_right_one_is_not_looked_at(
        self, person: User, client: Client
    ) -> None:
        for _ in range(5):
            sign_in(client, person.email, "wrong")
        sign_in(client, person.email)
        assert client.get("/console/projects/").status_code == 302


@pytest.mark.django_db(transaction=True)
def test_of_a_thousand_wrong_passwords_few_are_evaluated(server: str) -> None:
    """Several threads guess, at several processes where the database can serve them."""
    # Redis remembers attempts for minutes, also those of the run before: another account, another
    # address of this machine's.
    person = make_owner(f"guessed-{uuid.uuid4().hex}@example.com")
    hasher = Argon2PasswordHasher()  # as slow as the service's: guesses overlap
    person.password = hasher.encode(PASSWORD, hasher.salt())
    person.save(update_fields=["password"])
    home = f"127.{random.randrange(1, 255)}.{random.randrange(1, 255)}.7"
    collect_static()
    with (
        running_service(server=server, workers=processes()) as address,
        ThreadPoolExecutor(THREADS) as pool,
    ):

        def guess(first: int) -> int:
            """Try every eighth password; each comes from a browser that knows no earlier one."""
            wire = httpx.HTTPTransport(local_address=home, verify=False)
            evaluated = 0
            with httpx.Client(base_url=address, transport=wire, timeout=60) as browser:
                while browser.get("/accounts/login/").status_code == 429:
                    time.sleep(1)  # a slow machine: the others of this address are in the way
                token = browser.cookies["csrf"]
                for number in range(first, 1000, THREADS):
                    browser.cookies.clear()
                    browser.cookies.set("csrf", token)
                    body = {
                        "login": person.email,
                        "password": f"wrong {number}",
                        "csrfmiddlewaretoken": token,
                    }
                    answer = browser.post("/accounts/login/", data=body)
                    assert answer.status_code in (200, 429)
                    evaluated += "do not fit together" in answer.text
            return evaluated

        evaluated = sum(pool.map(guess, range(THREADS)))
    assert 1 <= evaluated <= 5


@pytest.mark.django_db
class TestResetting:
    """An address is looked up and mailed after the response, whether it is known or not."""

    def test_none_of_it_happens_during_the_request(
        self,
        person: User,
        client: Client,
        monkeypatch: pytest.MonkeyPatch,
    ) -> None:
        waiting: list[Any] = []
        monkeypatch.setattr("accounts.forms.background.do", waiting.append)
        counts = []
        for email in (person.email, "unknown@example.com"):
            with CaptureQueriesContext(connection) as queries:
                answer = client.post("/accounts/password/reset/", {"email": email})
            assert answer.headers["Location"] == "/accounts/password/reset/done/"
            tables = ("accounts_user", "account_emailaddress")
            counts.append(sum(any(t in q["sql"] for t in tables) for q in queries))
        assert counts == [0, 0]
        assert mail.outbox == []
        for work in waiting:
            work()
        assert [message.to for message in mail.outbox] == [[person.email]]
