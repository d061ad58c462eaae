"""A token carries whose it is, for the project that drew it alone, and finds its grant by that."""

from __future__ import annotations

import secrets
from base64 import urlsafe_b64decode
from collections import Counter
from uuid import UUID, uuid4

import pytest
from django.db import IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext

from accounts.models import Project, User
from accounts.subjects import new_subject_key
from memory import statements
from memory.models import RevocationGrant
from memory.revocation_tokens import PATTERN, digest, new_token, subject_of
from tests.doors import Api, Response
from tests.makers import make_key, make_project
from tests.memory.answers import assert_refused
from tests.memory.bad_requests import CONTINUE, READ_BATCH, REVOKE, TOKEN

ALPHABET = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"


class TestTheText:
    def test_it_carries_the_subject(self) -> None:
        for _ in range(200):
            key, subject = new_subject_key(), uuid4()
            token = new_token(key, subject)
            assert PATTERN.fullmatch(token)
            assert subject_of(token, key) == subject

    @pytest.mark.parametrize("subject", [UUID(int=0), UUID(int=2**128 - 1)])
    def test_every_subject_fits(self, subject: UUID) -> None:
        key = new_subject_key()
        assert subject_of(new_token(key, subject), key) == subject

    def test_another_projects_key_finds_another_subject(self) -> None:
        key, subject = new_subject_key(), uuid4()
        token = new_token(key, subject)
        assert subject_of(token, new_subject_key()) != subject

    def test_its_bytes_are_as_the_construction_says(self, monkeypatch: pytest.MonkeyPatch) -> None:
        """The expected one is openssl's: tokens that are out are read by every later version."""
        drawn = bytes(range(16))
        monkeypatch.setattr(secrets, "token_bytes", lambda count: drawn[:count])
        subject = UUID("00112233-4455-6677-8899-aabbccddeeff")
        assert new_token(b"k" * 32, subject) == "rev_AAECAwQFBgcICQoLDA0OD5sJveoSxjXa3Fh97LnM078"

    def test_tokens_of_one_user_have_nothing_in_common(self) -> None:
        """Each of their bytes takes many values, those that carry the user as well."""
        key, subject = new_subject_key(), uuid4()
        contents = [urlsafe_b64decode(new_token(key, subject)[4:] + "=") for _ in range(64)]
        for place in range(32):
            values = Counter(content[place] for content in contents)
            assert values.most_common(1)[0][1] < 16


def project_key(project: Project) -> bytes:
    return bytes(project.subject_key)


def continued(api: Api, token: str) -> Response:
    return api.post(CONTINUE, {"revocation_token": token})


def looks_for_a_grant(api: Api, path: str, token: str) -> list[bool]:
    """Use the token; return for each statement that looked for its grant if it named the user."""
    with CaptureQueriesContext(connection) as queries:
        api.post(path, {"revocation_token": token})
    asked = [query["sql"] for query in queries]
    return ["WHERE subject_id =" in one for one in asked if "token_digest =" in one]


def drawn_before(grant: RevocationGrant) -> str:
    """Give the grant a token that carries no subject, as all were once. Return it."""
    token = f"rev_{secrets.token_urlsafe(32)}"
    RevocationGrant.objects.filter(pk=grant.pk).update(token_digest=digest(token))
    return token


class TestFindingItsGrant:
    def test_the_token_of_a_read_carries_the_grants_subject(
        self, api: Api, project: Project
    ) -> None:
        token = api.read()["revocation_token"]
        grant = RevocationGrant.objects.get()
        assert subject_of(token, project_key(project)) == grant.subject_id

    def test_so_do_the_tokens_of_a_batch(self, api: Api, project: Project) -> None:
        places = [{"scope": "preferences", "domain": "food"}, {"scope": "constraints"}]
        body = {"user_id": "user_1", "purpose": "recommend restaurants", "reads": places}
        items = api.post(READ_BATCH, body).json()["items"]
        tokens = [item["answer"]["revocation_token"] for item in items]
        assert len(set(tokens)) == 2
        kept = {bytes(grant.token_digest): grant for grant in RevocationGrant.objects.all()}
        for token in tokens:
            grant = kept.pop(digest(token))
            assert subject_of(token, project_key(project)) == grant.subject_id
            assert looks_for_a_grant(api, CONTINUE, token) == [True]
            assert continued(api, token).status_code == 200
        assert not kept

    @pytest.mark.parametrize("path", [CONTINUE, REVOKE])
    def test_one_statement_finds_it_and_names_the_user(self, api: Api, path: str) -> None:
        assert looks_for_a_grant(api, path, api.read()["revocation_token"]) == [True]

    @pytest.mark.parametrize("token", ["", "rev_", TOKEN[:-1], TOKEN + "A", "rev_" + "=" * 43])
    def test_what_is_no_token_is_not_looked_for(self, api: Api, token: str) -> None:
        assert looks_for_a_grant(api, CONTINUE, token) == []
        assert_refused(continued(api, token), 404, "not_found", "Revocation token not found")

    def test_another_spelling_of_its_bytes_is_another_token(self, api: Api) -> None:
        """Two bits of the last character say nothing."""
        token = api.read()["revocation_token"]
        last = ALPHABET.index(token[-1])
        assert last % 4 == 0
        for bits in (1, 2, 3):
            other = token[:-1] + ALPHABET[last + bits]
            assert urlsafe_b64decode(other[4:] + "=") == urlsafe_b64decode(token[4:] + "=")
            assert_refused(continued(api, other), 404, "not_found", "Revocation token not found")
        assert continued(api, token).status_code == 200

    def test_a_change_of_any_character_is_another_token(self, api: Api) -> None:
        token = api.read()["revocation_token"]
        for place in range(4, len(token), 6):
            changed = "A" if token[place] != "A" else "B"
            other = token[:place] + changed + token[place + 1 :]
            assert continued(api, other).status_code == 404

    def test_another_projects_key_finds_neither_user_nor_grant(
        self, api: Api, project: Project
    ) -> None:
        other = make_project(project.owner)
        token = api.read()["revocation_token"]
        subject = RevocationGrant.objects.get().subject_id
        assert subject_of(token, project_key(other)) != subject
        assert continued(Api(make_key(other)[1]), token).status_code == 404
        # Nor would it, if it knew whose the token is.
        assert statements.find_grant(subject, digest(token), other.pk, "test") is None

    def test_the_other_environment_does_not_find_it_by_the_same_key(
        self, api: Api, project: Project
    ) -> None:
        token = api.read()["revocation_token"]
        subject = RevocationGrant.objects.get().subject_id
        assert statements.find_grant(subject, digest(token), project.pk, "test")
        assert statements.find_grant(subject, digest(token), project.pk, "live") is None
        live = Api(make_key(project, "Live", environment="live")[1])
        assert continued(live, token).status_code == 404

    def test_a_token_is_found_by_its_own_user_alone(self, api: Api, project: Project) -> None:
        token = api.read()["revocation_token"]
        assert statements.find_grant(uuid4(), digest(token), project.pk, "test") is None


class TestOlderTokens:
    def test_one_that_carries_nobody_works_until_it_ends(self, api: Api) -> None:
        api.remember()
        api.read()
        token = drawn_before(RevocationGrant.objects.get())
        assert looks_for_a_grant(api, CONTINUE, token) == [True, False]
        assert continued(api, token).json()["summary_struct"]["likes"] == ["pizza"]
        assert api.revoke(token)["revoked"] is True
        assert continued(api, token).status_code == 403
        assert api.read()["summary_text"] == "No memories found."

    def test_others_do_not_find_it(self, api: Api, project: Project, stranger: User) -> None:
        api.read()
        token = drawn_before(RevocationGrant.objects.get())
        for key in (
            make_key(project, "Live", environment="live")[1],
            make_key(stranger.projects.get())[1],
        ):
            assert continued(Api(key), token).status_code == 404
        assert continued(api, token).status_code == 200

    def test_what_is_unknown_is_asked_for_twice_at_most(self, api: Api) -> None:
        assert looks_for_a_grant(api, CONTINUE, TOKEN) == [True, False]


class TestOneGrantForAToken:
    def test_a_user_has_no_two_grants_of_one_token(self, api: Api) -> None:
        api.read()
        api.read()
        first, second = RevocationGrant.objects.all()
        with pytest.raises(IntegrityError), transaction.atomic():
            RevocationGrant.objects.filter(pk=second.pk).update(token_digest=first.token_digest)
