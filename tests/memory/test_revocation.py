"""Taking an access back: what it hides, what it leaves, and for how long a token lives."""

from __future__ import annotations

import hashlib

import pytest
from django.db import connection

from accounts.models import Project
from memory.models import Memory, RevocationGrant
from tests.doors import Api
from tests.makers import make_key
from tests.memory.answers import assert_refused
from tests.memory.bad_requests import CONTINUE, REVOKE, TOKEN
from tests.memory.conftest import Clock

NOTHING = "No memories found."


def token_of(api: Api, **fields: object) -> dict[str, str]:
    return {"revocation_token": api.read(**fields)["revocation_token"]}


class TestContinuing:
    def test_a_continuation_is_the_same_answer(self, api: Api) -> None:
        api.remember()
        answer = api.read()
        response = api.post(CONTINUE, {"revocation_token": answer["revocation_token"]})
        assert response.json() == answer
        assert RevocationGrant.objects.count() == 1

    def test_it_sees_what_was_stored_since(self, clock: Clock, api: Api) -> None:
        api.remember()
        answer = api.read()
        clock.advance(hours=1)
        api.remember(value_json={"likes": ["ramen"]})
        later = api.post(CONTINUE, {"revocation_token": answer["revocation_token"]}).json()
        assert later["summary_struct"]["likes"] == ["pizza", "ramen"]
        assert later["revocation_token"] == answer["revocation_token"]
        assert later["expires_at"] == answer["expires_at"]

    def test_it_keeps_the_age_that_was_asked_for(self, clock: Clock, api: Api) -> None:
        api.remember(value_json={"likes": ["old"]})
        clock.advance(days=10)
        api.remember(value_json={"likes": ["new"]})
        token = token_of(api, max_age_days=5)
        assert api.post(CONTINUE, token).json()["summary_struct"]["likes"] == ["new"]

    def test_another_age_overrides_it_this_once(self, clock: Clock, api: Api) -> None:
        api.remember(value_json={"likes": ["old"]})
        clock.advance(days=10)
        api.remember(value_json={"likes": ["new"]})
        token = token_of(api, max_age_days=5)
        for age, likes in ((20, ["new", "old"]), (None, ["new"]), (3, ["new"])):
            answer = api.post(CONTINUE, {**token, "max_age_days": age}).json()
            assert answer["summary_struct"]["likes"] == likes
        wide = token_of(api)
        narrow = api.post(CONTINUE, {**wide, "max_age_days": 5}).json()
        assert narrow["summary_struct"]["likes"] == ["new"]
        assert api.post(CONTINUE, wide).json()["summary_struct"]["likes"] == ["new", "old"]

    @pytest.mark.parametrize(
        "token",
        [
            TOKEN,
            "",
            "rev_",
            "x",
            TOKEN + "A",
            TOKEN[:-1],
            TOKEN.upper(),
            f" {TOKEN}",
            "\0",
            "é",
            "\ud800",
            "x" * 9999,
        ],
        ids=ascii,
    )
    @pytest.mark.parametrize("path", [CONTINUE, REVOKE])
    def test_an_unknown_token_is_not_found(self, api: Api, path: str, token: str) -> None:
        response = api.post(path, {"revocation_token": token})
        assert_refused(response, 404, "not_found", "Revocation token not found")


class TestRevoking:
    def test_the_answer_says_when(self, clock: Clock, api: Api) -> None:
        token = token_of(api)
        clock.advance(minutes=5)
        answer = api.revoke(token["revocation_token"])
        assert answer.pop("receipt")
        assert answer == {"revoked": True, "revoked_at": "2026-11-23T12:05:00Z"}

    def test_the_token_is_spent(self, api: Api) -> None:
        api.remember()
        token = token_of(api)
        api.revoke(token["revocation_token"])
        for _ in range(2):
            body = assert_refused(api.post(CONTINUE, token), 403, "grant_revoked", "REVOKED")
            assert "pizza" not in str(body)
            response = api.post(REVOKE, token)
            assert_refused(response, 404, "not_found", "Revocation token not found")

    def test_what_was_stored_before_is_hidden_from_every_grant(self, api: Api) -> None:
        api.remember()
        older, token, newer = token_of(api), token_of(api), token_of(api)
        api.revoke(token["revocation_token"])
        assert api.read()["summary_text"] == NOTHING
        for grant in (older, newer):
            answer = api.post(CONTINUE, grant).json()
            assert (answer["summary_text"], answer["summary_struct"]) == (NOTHING, {})
            assert answer["confidence"] == 0.0

    def test_what_the_grant_never_saw_is_hidden_too(self, clock: Clock, api: Api) -> None:
        api.remember(value_json={"likes": ["too old to be read"]})
        clock.advance(days=30)
        token = token_of(api, max_age_days=1)
        api.remember(value_json={"likes": ["stored after the read"]})
        api.revoke(token["revocation_token"])
        assert api.read()["summary_text"] == NOTHING
        assert not Memory.objects.filter(hidden_at=None).exists()

    def test_what_is_stored_afterwards_is_read_by_every_open_grant(
        self, clock: Clock, api: Api
    ) -> None:
        api.remember()
        older, token = token_of(api), token_of(api)
        api.revoke(token["revocation_token"])
        # In the same instant: the order of events tells what came before, not the clock.
        api.remember(value_json={"likes": ["ramen"]})
        assert api.read()["summary_struct"]["likes"] == ["ramen"]
        assert api.post(CONTINUE, older).json()["summary_struct"]["likes"] == ["ramen"]
        assert_refused(api.post(CONTINUE, token), 403, "grant_revoked", "REVOKED")

    def test_it_hides_at_once_however_the_clocks_differ(self, clock: Clock, api: Api) -> None:
        clock.advance(minutes=5)
        api.remember()
        clock.advance(minutes=-5)
        api.revoke(token_of(api)["revocation_token"])
        clock.advance(minutes=10)
        assert api.read()["summary_text"] == NOTHING

    def test_a_user_can_revoke_again(self, api: Api) -> None:
        for value in ("pizza", "ramen"):
            api.remember(value_json={"likes": [value]})
            token = token_of(api)
            assert api.post(CONTINUE, token).json()["summary_struct"]["likes"] == [value]
            api.revoke(token["revocation_token"])
        assert api.read()["summary_text"] == NOTHING

    @pytest.mark.parametrize(
        "other",
        [
            {"domain": "travel"},
            {"domain": None},
            {"user_id": "user_2"},
            {"scope": "communication", "purpose": "generate content"},
        ],
        ids=str,
    )
    def test_another_domain_user_or_scope_is_not_touched(
        self, api: Api, other: dict[str, str]
    ) -> None:
        where = {name: value for name, value in other.items() if name != "purpose"}
        api.remember()
        api.remember(**where)
        token = token_of(api, **other)
        api.revoke(token_of(api)["revocation_token"])
        assert api.read()["summary_text"] == NOTHING
        assert api.read(**other)["confidence"] == 0.47
        assert api.post(CONTINUE, token).json()["confidence"] == 0.47

    def test_a_revoke_without_a_domain_hides_only_what_has_none(self, api: Api) -> None:
        api.remember(domain=None)
        api.remember()
        api.revoke(token_of(api, domain=None)["revocation_token"])
        assert api.read(domain=None)["summary_text"] == NOTHING
        assert api.read()["confidence"] == 0.47

    def test_test_and_live_are_two_worlds(self, api: Api, project: Project) -> None:
        live = Api(make_key(project, "Live", environment="live")[1])
        for door in (api, live):
            door.remember()
        api.revoke(token_of(api)["revocation_token"])
        assert api.read()["summary_text"] == NOTHING
        assert live.read()["confidence"] == 0.47

    def test_nothing_to_hide_is_no_reason_to_refuse(self, api: Api) -> None:
        assert api.revoke(token_of(api)["revocation_token"])["revoked"] is True


class TestTheTokensLife:
    def test_it_lives_a_day_to_the_second(self, clock: Clock, api: Api) -> None:
        api.remember()
        token = token_of(api)
        clock.advance(hours=24, seconds=-1)
        assert api.post(CONTINUE, token).status_code == 200
        clock.advance(seconds=1)
        assert_refused(api.post(CONTINUE, token), 403, "grant_revoked", "REVOKED")
        response = api.post(REVOKE, token)
        assert_refused(response, 404, "not_found", "Revocation token not found")
        assert api.read()["confidence"] == 0.47

    def test_a_continuation_does_not_prolong_it(self, clock: Clock, api: Api) -> None:
        token = token_of(api)
        clock.advance(hours=23)
        assert api.post(CONTINUE, token).status_code == 200
        clock.advance(hours=1)
        assert api.post(CONTINUE, token).status_code == 403

    def test_it_can_be_revoked_in_its_last_second(self, clock: Clock, api: Api) -> None:
        api.remember()
        token = token_of(api)
        clock.advance(hours=24, seconds=-1)
        api.revoke(token["revocation_token"])
        assert api.read()["summary_text"] == NOTHING

    def test_only_its_digest_is_stored(self, api: Api) -> None:
        token = token_of(api)["revocation_token"]
        api.post(CONTINUE, {"revocation_token": token})
        api.revoke(token)
        grant = RevocationGrant.objects.get()
        assert bytes(grant.token_digest) == hashlib.sha256(token.encode()).digest()
        for table in connection.introspection.table_names():
            with connection.cursor() as cursor:
                cursor.execute(f'SELECT * FROM "{table}"')
                assert token not in str(cursor.fetchall())
