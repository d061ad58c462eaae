"""Finding the caller: one query, never cached, on a connection that may have died."""

from __future__ import annotations

import pytest
from django.db import OperationalError
from django.http import HttpRequest
from pytest_django import DjangoAssertNumQueries
from rest_framework.request import Request

from accounts.models import Project, User
from apikeys.authentication import ApiKeyAuthentication, find_principal
from tests.doors import kill_connection
from tests.makers import NOW, make_key


def asking_with(plaintext: str | None) -> Request:
    request = HttpRequest()
    if plaintext is not None:
        request.META["HTTP_X_API_KEY"] = plaintext
    return Request(request)


class TestTheCaller:
    def test_the_caller_is_the_projects_owner_without_a_second_query(
        self, project: Project, owner: User, django_assert_num_queries: DjangoAssertNumQueries
    ) -> None:
        _, plaintext = make_key(project)
        with django_assert_num_queries(1):
            found = ApiKeyAuthentication().authenticate(asking_with(plaintext))
        assert found is not None
        assert found[0] == owner
        assert found[1].project_id == project.pk

    def test_a_request_without_the_header_is_left_to_others(self) -> None:
        assert ApiKeyAuthentication().authenticate(asking_with(None)) is None

    def test_a_switched_off_account_or_project_stops_its_keys(
        self, project: Project, owner: User
    ) -> None:
        _, plaintext = make_key(project)
        User.objects.update(is_active=False)
        assert find_principal(plaintext, at=NOW) is None
        User.objects.update(is_active=True)
        assert find_principal(plaintext, at=NOW) is not None
        Project.objects.update(disabled_at=NOW)
        assert find_principal(plaintext, at=NOW) is None


@pytest.mark.django_db(transaction=True)
class TestAConnectionThatDied:
    @pytest.mark.postgresql
    def test_the_next_request_does_not_notice(self, project: Project) -> None:
        _, plaintext = make_key(project)
        kill_connection()
        assert find_principal(plaintext, at=NOW) is not None

    def test_a_database_that_stays_away_is_asked_twice_and_no_more(
        self, project: Project, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        queries = []

        def rows(*arguments: object) -> None:
            queries.append(arguments)
            raise OperationalError

        _, plaintext = make_key(project)
        monkeypatch.setattr("foundation.sql.rows", rows)
        with pytest.raises(OperationalError):
            find_principal(plaintext, at=NOW)
        assert len(queries) == 2
