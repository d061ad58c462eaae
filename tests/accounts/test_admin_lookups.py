"""What the admin does not show cannot be asked of it either, letter by letter."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from django.contrib import admin
from django.contrib.auth.models import Permission
from django.db import models
from django.test import Client

from accounts.models import User
from foundation.admin import AskedOnlyWhatItShows, path_of
from tests.doors import Api, signed_in

SUFFIXES = ("", "__exact", "__startswith", "__isnull", "__gte", "__in", "__regex", "__length")
SECRET = ("password", "token_digest", "digest", "subject_key", "value_json", "user_id", "meta")


@pytest.fixture
def viewer(db: None) -> Client:
    """Return the browser of an operator who may look at everything, and change nothing."""
    operator = User.objects.create_user("viewer@example.com", is_staff=True)
    operator.user_permissions.set(Permission.objects.filter(codename__startswith="view_"))
    return signed_in(operator, second_factor=True)


def shown(model_admin: Any) -> set[str]:
    names = [name for name in model_admin.list_display if isinstance(name, str)]
    for entry in model_admin.list_filter:
        name = entry[0] if isinstance(entry, tuple) else entry
        names += [name] if isinstance(name, str) else []
    return {path_of(model_admin.model, name) for name in names}


def fields(model: Any, depth: int = 3, prefix: str = "") -> Iterator[str]:
    """Yield every field of a model and of those it leads to, in either direction."""
    for field in model._meta.get_fields():
        name = f"{prefix}{field.name}"
        yield name
        if depth and field.related_model:
            yield from fields(field.related_model, depth - 1, f"{name}__")


REGISTERED = sorted(admin.site._registry, key=lambda model: model._meta.label)


@pytest.mark.django_db
@pytest.mark.parametrize("model", REGISTERED, ids=lambda model: str(model._meta.label))
class TestEveryModel:
    def test_only_what_its_list_shows_can_be_looked_up(self, model: type[models.Model]) -> None:
        model_admin = admin.site._registry[model]
        allowed = shown(model_admin)
        for name in fields(model):
            for suffix in SUFFIXES:
                found = model_admin.lookup_allowed(name + suffix, "a", None)  # type: ignore[arg-type]
                assert found is (path_of(model, name) in allowed), name + suffix

    def test_nothing_secret_is_in_a_list_or_a_search(self, model: type[models.Model]) -> None:
        model_admin = admin.site._registry[model]
        asked = shown(model_admin) | {name.lstrip("=^@") for name in model_admin.search_fields}
        last = {name.rpartition("__")[2] for name in asked}
        hidden = set(SECRET) - {"user_id"} if model._meta.label == "accounts.AuditEvent" else SECRET
        assert not last & set(hidden)

    def test_it_is_of_the_class_that_sees_to_it(self, model: type[models.Model]) -> None:
        assert isinstance(admin.site._registry[model], AskedOnlyWhatItShows)

    def test_a_hidden_field_is_a_bad_request(
        self, model: type[models.Model], viewer: Client
    ) -> None:
        page = f"/admin/{model._meta.app_label}/{model._meta.model_name}/"
        allowed = shown(admin.site._registry[model])
        assert viewer.get(page).status_code in (200, 403)
        for field in model._meta.get_fields():
            if field.name not in allowed:
                answer = viewer.get(page, {f"{field.name}__startswith": "a"})
                assert answer.status_code in (400, 403), field.name


@pytest.mark.parametrize(
    "asked",
    [
        "memory/memory/?value_json__startswith={",
        "memory/memory/?value_json__likes__0__startswith=p",
        "memory/memory/?user_id__startswith=u",
        "memory/memory/?project__owner__password__startswith=argon2",
        "memory/memory/?project__subject_key__startswith=a",
        "accounts/user/?password__startswith=argon2",
        "accounts/user/?authenticator__data__startswith=a",
        "accounts/user/?projects__api_keys__secrets__digest__startswith=a",
        "accounts/invitation/?token_digest__startswith=a",
        "accounts/invitation/?invited_by__password__startswith=argon2",
        "accounts/project/?owner__password__startswith=argon2",
        "accounts/project/?owner__is_superuser=1",
        "accounts/auditevent/?meta__address__startswith=1",
        "apikeys/apikey/?secrets__digest__startswith=a",
        "apikeys/apikey/?project__owner__usersession__session_key__startswith=a",
    ],
)
def test_nothing_hidden_is_read_letter_by_letter(viewer: Client, api: Api, asked: str) -> None:
    api.remember()
    assert viewer.get(f"/admin/{asked}").status_code == 400


@pytest.mark.parametrize(
    "asked",
    [
        "memory/memory/?environment__exact=test&scope__exact=preferences",
        "memory/memory/?o=1.-2",
        "accounts/user/?is_staff__exact=1",
        "accounts/accessrequest/?state=waiting&created_at__gte=2026-01-01+00:00:00%2B00:00",
        "accounts/invitation/?state=open",
        "accounts/project/?disabled_at__isempty=1",
        "accounts/auditevent/?event_type__exact=KEY_CREATE&created_at__gte=2026-01-01+00:00:00%2B00:00",
        "apikeys/apikey/?environment__exact=live&deleted_at__isempty=1",
    ],
)
def test_the_filters_of_a_list_work(viewer: Client, asked: str) -> None:
    assert viewer.get(f"/admin/{asked}").status_code == 200


def test_a_row_is_chosen_by_its_primary_key_alone(viewer: Client) -> None:
    assert viewer.get("/admin/accounts/user/?_to_field=password&_popup=1").status_code == 400
    assert viewer.get("/admin/accounts/user/?_to_field=id&_popup=1").status_code == 200
