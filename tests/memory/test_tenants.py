"""Keys of other projects and of the other environment see nothing, by any endpoint."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from accounts.models import Project, User
from memory.models import Memory, RevocationGrant
from tests.doors import Api
from tests.makers import make_key, make_project
from tests.memory.answers import assert_refused
from tests.memory.bad_requests import CONTINUE, REVOKE, TOKEN


def of_the_other_environment(project: Project, stranger: User) -> str:
    return make_key(project, "Live", environment="live")[1]


def of_the_owners_other_project(project: Project, stranger: User) -> str:
    return make_key(make_project(project.owner))[1]


def of_a_stranger(project: Project, stranger: User) -> str:
    return make_key(stranger.projects.get())[1]


@pytest.mark.parametrize(
    "whose", [of_the_other_environment, of_the_owners_other_project, of_a_stranger]
)
class TestOthers:
    @pytest.fixture
    def other(self, whose: Callable[[Project, User], str], project: Project, stranger: User) -> Api:
        return Api(whose(project, stranger))

    def test_others_read_nothing(self, api: Api, other: Api) -> None:
        api.remember()
        answer = other.read()
        assert answer["summary_text"] == "No memories found."
        assert (answer["summary_struct"], answer["confidence"]) == ({}, 0.0)

    def test_what_others_store_is_not_read(self, api: Api, other: Api) -> None:
        other.remember(value_json={"likes": ["anchovies"]})
        assert api.read()["summary_struct"] == {}
        api.remember()
        assert api.read()["summary_struct"]["likes"] == ["pizza"]
        assert other.read()["summary_struct"]["likes"] == ["anchovies"]

    def test_others_cannot_continue(self, api: Api, other: Api) -> None:
        api.remember()
        token = api.read()["revocation_token"]
        response = other.post(CONTINUE, {"revocation_token": token})
        unknown = other.post(CONTINUE, {"revocation_token": TOKEN})
        detail = "Revocation token not found"
        refused = assert_refused(response, 404, "not_found", detail)
        same = assert_refused(unknown, 404, "not_found", detail)
        assert refused.keys() == same.keys()

    def test_others_cannot_revoke(self, api: Api, other: Api) -> None:
        api.remember()
        token = {"revocation_token": api.read()["revocation_token"]}
        response = other.post(REVOKE, token)
        assert_refused(response, 404, "not_found", "Revocation token not found")
        assert api.post(CONTINUE, token).json()["summary_struct"]["likes"] == ["pizza"]
        assert RevocationGrant.objects.get().revoked_at is None

    def test_others_that_revoke_their_own_hide_nothing_of_mine(self, api: Api, other: Api) -> None:
        api.remember()
        other.remember(value_json={"likes": ["anchovies"]})
        other.revoke(other.read()["revocation_token"])
        assert api.read()["summary_struct"]["likes"] == ["pizza"]

    def test_a_token_that_was_revoked_is_still_unknown_to_others(
        self, api: Api, other: Api
    ) -> None:
        token = {"revocation_token": api.read()["revocation_token"]}
        api.revoke(token["revocation_token"])
        assert_refused(other.post(CONTINUE, token), 404, "not_found")

    def test_one_user_has_two_pseudonyms(self, api: Api, other: Api) -> None:
        api.remember()
        other.remember()
        assert len(set(Memory.objects.values_list("subject_id", flat=True))) == 2


class TestKeysOfOneProject:
    def test_two_keys_of_one_environment_share_everything(self, api: Api, project: Project) -> None:
        second = Api(make_key(project, "Second")[1])
        api.remember()
        token = second.read()["revocation_token"]
        assert api.post(CONTINUE, {"revocation_token": token}).status_code == 200
        second.revoke(token)
        assert api.read()["summary_text"] == "No memories found."
