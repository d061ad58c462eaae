"""What the service signs verifies by its published keys, and nothing else does."""

from __future__ import annotations

import base64
import hashlib
import json
from collections.abc import Callable
from datetime import UTC, datetime
from uuid import UUID

import pytest
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from django.core.management import call_command
from django.test import Client
from pytest_django import Settings

from proof import keys, signing
from proof.signing import BadSignature

CLAIMS = {"b": UUID(int=7), "a": datetime(2026, 11, 23, 4, 30, tzinfo=UTC), "c": [1, None]}
READ = {"a": "2026-11-23T04:30:00Z", "b": str(UUID(int=7)), "c": [1, None]}
ADDRESS = "/.well-known/memory-scope-keys.json"


@pytest.fixture
def token() -> str:
    return signing.sign(CLAIMS, typ="seal")


def decoded(part: str) -> bytes:
    return base64.urlsafe_b64decode(part + "=" * (-len(part) % 4))


def with_header(token: str, **changed: object) -> str:
    header, rest = token.split(".", 1)
    other = json.dumps({**json.loads(decoded(header)), **changed}).encode()
    return f"{keys.encoded(other)}.{rest}"


class TestSigned:
    def test_it_is_read_as_it_was_said(self, token: str) -> None:
        assert signing.read(token, typ="seal") == READ

    def test_a_library_that_knows_nothing_of_us_verifies_it(self, token: str) -> None:
        said, _, signature = token.rpartition(".")
        header = json.loads(decoded(said.split(".")[0]))
        assert {**header, "kid": ""} == {"alg": "EdDSA", "typ": "seal", "kid": ""}
        [key] = [one for one in signing.public_keys()["keys"] if one["kid"] == header["kid"]]
        public = Ed25519PublicKey.from_public_bytes(decoded(key["x"]))
        public.verify(decoded(signature), said.encode())
        with pytest.raises(InvalidSignature):
            public.verify(decoded(signature), said.encode() + b"A")

    @pytest.mark.parametrize(
        "changed",
        [
            lambda token: "",
            lambda token: token + "=",
            lambda token: " " + token,
            lambda token: token.rpartition(".")[0],
            lambda token: with_header(token, alg="none"),
            lambda token: with_header(token, alg="HS256"),
            lambda token: with_header(token, kid="another"),
            lambda token: with_header(token, typ="receipt"),
        ],
    )
    def test_what_was_changed_is_refused(self, token: str, changed: Callable[[str], str]) -> None:
        with pytest.raises(BadSignature):
            signing.read(changed(token), typ="seal")

    def test_every_character_counts(self, token: str) -> None:
        for at, one in enumerate(token):
            other = "A" if one != "A" else "B"
            with pytest.raises(BadSignature):
                signing.read(f"{token[:at]}{other}{token[at + 1 :]}", typ="seal")

    def test_a_token_of_one_type_is_none_of_another(self, token: str) -> None:
        with pytest.raises(BadSignature):
            signing.read(token, typ="receipt")


class TestKeys:
    def test_an_id_is_the_thumbprint_of_rfc_7638(self) -> None:
        for key in signing.public_keys()["keys"]:
            text = f'{{"crv":"Ed25519","kty":"OKP","x":"{key["x"]}"}}'
            assert key["kid"] == keys.encoded(hashlib.sha256(text.encode()).digest())

    def test_the_key_and_the_id_of_rfc_8037_are_those(self) -> None:
        # Appendix A.1 to A.3.
        [key] = keys.parsed(["nWGxne_9WmC6hEr0kuwsxERJxWl7MmkZcDusAxyuf2A"])
        assert key.x == "11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo"
        assert key.kid == "kPrK_qmxVWaYVA9wwBF6Iuo3vVzz7TxHCTwXBygrS4k"

    def test_what_an_old_key_signed_still_verifies(self, settings: Settings) -> None:
        old, new = keys.new_seed(), keys.new_seed()
        settings.SIGNING_KEYS = [old]
        token = signing.sign(CLAIMS, typ="seal")
        [before] = signing.public_keys()["keys"]
        for kept in (old, keys.PUBLIC + before["x"]):
            settings.SIGNING_KEYS = [new, kept]
            assert signing.read(token, typ="seal") == READ
            assert signing.public_keys()["keys"][1] == before
        settings.SIGNING_KEYS = [new]
        with pytest.raises(BadSignature):
            signing.read(token, typ="seal")

    def test_without_one_it_is_made_of_the_secret(self, settings: Settings) -> None:
        settings.SIGNING_KEYS = []
        ours = signing.public_keys()
        assert signing.public_keys() == ours
        settings.SECRET_KEY = "another secret key, fifty characters long or more"
        assert signing.public_keys() != ours

    def test_no_seed_stands_in_what_is_shown(self) -> None:
        seed = keys.new_seed()
        [key] = keys.parsed([seed])
        assert seed not in repr(key)
        assert seed not in json.dumps(key.published)


class TestPublished:
    def test_everyone_gets_them_and_may_keep_them(self) -> None:
        answer = Client().get(ADDRESS)
        assert answer.json() == signing.public_keys()
        assert answer["Cache-Control"] == "public, max-age=300"
        again = Client().get(ADDRESS, HTTP_IF_NONE_MATCH=answer["ETag"])
        assert (again.status_code, again.content) == (304, b"")

    def test_they_are_only_looked_at(self) -> None:
        assert Client().post(ADDRESS).status_code == 405


class TestTheCommand:
    def test_a_new_one_can_stand_first(
        self, settings: Settings, capsys: pytest.CaptureFixture[str]
    ) -> None:
        call_command("signingkey", "--public")
        before = capsys.readouterr().out.split()
        call_command("signingkey")
        settings.SIGNING_KEYS = [capsys.readouterr().out.strip(), *before]
        call_command("signingkey", "--public")
        assert capsys.readouterr().out.split()[1:] == before
