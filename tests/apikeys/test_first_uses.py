"""The first use of a key from an address: told its owner, and forgotten after a while."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.core import mail
from pytest_django import DjangoAssertNumQueries

from accounts.models import Project
from apikeys.models import KeyAddress, Notice
from apikeys.notices.outbox import QUIET
from apikeys.usage import first_uses
from apikeys.usage.retention import prune
from tests.apikeys.mailed import subjects, use
from tests.makers import NOW, make_key, sample

DAY = timedelta(days=1)
SECOND = timedelta(seconds=1)


@pytest.mark.django_db
class TestANewAddress:
    def test_it_is_told_once_with_the_client(self, project: Project) -> None:
        key, _ = make_key(project)
        use(key.pk, "192.0.2.9")
        for _ in range(2):
            use(key.pk, "192.0.2.1")
            use(key.pk, "192.0.2.1", at=NOW + 5 * DAY)
        assert subjects(at=NOW + 5 * DAY) == ["Your API key “Key” is used from a new address"]
        assert "192.0.2.1, curl/8, on 2026-11-23 12:00:00 UTC" in mail.outbox[0].body
        assert KeyAddress.objects.get(address="192.0.2.1").last_used_at == NOW + 5 * DAY

    def test_a_keys_first_address_is_not_told(self, project: Project) -> None:
        key, _ = make_key(project)
        use(key.pk, "192.0.2.1", at=NOW + 89 * DAY)
        assert KeyAddress.objects.count() == 1
        assert subjects(at=NOW + 89 * DAY) == []

    def test_of_a_key_that_slept_longer_than_addresses_are_kept_it_is(
        self, project: Project
    ) -> None:
        key, _ = make_key(project)
        use(key.pk, "192.0.2.1", at=NOW + 90 * DAY)
        assert len(subjects(at=NOW + 90 * DAY)) == 1

    def test_an_ipv6_network_is_one_address(self, project: Project) -> None:
        key, _ = make_key(project)
        use(key.pk, "2001:db8::1")
        use(key.pk, "2001:db8::2")
        assert KeyAddress.objects.get().address == "2001:db8::"

    def test_many_at_once_make_one_mail_and_the_next_waits_an_hour(self, project: Project) -> None:
        key, _ = make_key(project)
        for number in range(4):
            use(key.pk, f"192.0.2.{number}")
        assert subjects() == ["Your API key “Key” is used from 3 new addresses"]
        assert [f"192.0.2.{one}," in mail.outbox[0].body for one in range(4)] == [
            False,
            True,
            True,
            True,
        ]
        use(key.pk, "192.0.2.8", at=NOW + SECOND)
        use(key.pk, "192.0.2.9", at=NOW + 2 * SECOND)
        assert subjects(at=NOW + QUIET - SECOND) == []
        assert subjects(at=NOW + QUIET) == ["Your API key “Key” is used from 2 new addresses"]

    def test_another_key_is_another_matter(self, project: Project) -> None:
        for name in ("One", "Two"):
            key, _ = make_key(project, name)
            use(key.pk, "192.0.2.1")
            use(key.pk, "192.0.2.2")
        assert len(subjects()) == 2

    def test_a_process_that_knows_them_writes_nothing(
        self, project: Project, django_assert_num_queries: DjangoAssertNumQueries
    ) -> None:
        key, _ = make_key(project)
        own = first_uses.FirstUses()
        taken = [sample(NOW, key_id=key.pk) for _ in range(100)]
        own.write(taken)
        with django_assert_num_queries(0):
            own.write(taken)

    def test_a_key_has_only_so_many_addresses(
        self, project: Project, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(first_uses, "MOST_ADDRESSES", 2)
        key, _ = make_key(project)
        for number in range(4):
            use(key.pk, f"192.0.2.{number}")
        assert KeyAddress.objects.count() == 2
        assert Notice.objects.count() == 1

    def test_an_address_that_was_not_seen_for_long_is_new_again(self, project: Project) -> None:
        key, _ = make_key(project)
        use(key.pk, "192.0.2.1")
        assert subjects() == []
        prune(at=NOW + 91 * DAY)
        assert not KeyAddress.objects.exists()
        use(key.pk, "192.0.2.1", at=NOW + 91 * DAY)
        assert len(subjects(at=NOW + 91 * DAY)) == 1
