"""Accounts and projects, and what the database itself enforces of them."""

from __future__ import annotations

import pytest
from django.contrib.auth import authenticate
from django.contrib.auth.hashers import Argon2PasswordHasher, get_hasher
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.utils.module_loading import import_string

from accounts.models import Project, User
from config import settings as served
from tests.makers import make_owner, make_project


class TestAccount:
    def test_a_new_account_has_a_default_project_with_its_own_secret_key(self, db: None) -> None:
        one, two = make_owner("one@example.com"), make_owner("two@example.com")
        keys = {bytes(user.projects.get().subject_key) for user in (one, two)}
        assert len(keys) == 2
        assert {len(key) for key in keys} == {32}

    def test_an_address_is_one_account_however_it_is_typed(self, db: None) -> None:
        make_owner("  Someone@Example.COM ", password="correct horse battery")
        with pytest.raises(ValidationError, match="already an account"):
            make_owner("someone@example.com")
        assert Project.objects.count() == 1
        found = authenticate(username="SOMEONE@example.com", password="correct horse battery")
        assert found == User.objects.get()

    def test_passwords_are_kept_by_argon2(self, db: None) -> None:
        assert make_owner(password="correct horse battery").password.startswith("argon2")

    def test_the_service_hashes_them_at_the_full_cost(self) -> None:
        """The tests do not, or they would take long: tests/hashing.py."""
        first = import_string(served.PASSWORD_HASHERS[0])
        assert first is Argon2PasswordHasher
        assert isinstance(get_hasher(), first)

    def test_nobody_signs_in_without_a_password(self, db: None) -> None:
        assert not make_owner().has_usable_password()

    def test_the_database_keeps_addresses_in_lower_case(self, owner: User) -> None:
        with pytest.raises(IntegrityError), transaction.atomic():
            User.objects.update(email="OWNER@example.com")


class TestProject:
    def test_a_stranger_owns_none_of_it(self, owner: User, stranger: User) -> None:
        mine = make_project(owner)
        assert mine in Project.objects.owned_by(owner)
        assert mine not in Project.objects.owned_by(stranger)

    def test_an_owner_uses_a_name_only_once(self, owner: User, stranger: User) -> None:
        make_project(owner, "Robots")
        make_project(stranger, "Robots")
        with pytest.raises(IntegrityError), transaction.atomic():
            make_project(owner, "ROBOTS")

    def test_a_project_must_have_a_whole_key(self, project: Project) -> None:
        with pytest.raises(IntegrityError), transaction.atomic():
            Project.objects.update(subject_key=b"short")
