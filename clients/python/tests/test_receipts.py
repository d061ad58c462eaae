"""Receipts as the client asks for them, and as it verifies them: by keys alone."""

from __future__ import annotations

import base64
import io
import json
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from clients.python.tests.servers import READ, Script, answer
from memory_scope import MemoryRead, proofs
from memory_scope.__main__ import main

Scripted = Callable[..., Script]
PRIVATE = Ed25519PrivateKey.from_private_bytes(bytes(range(32)))
X = base64.urlsafe_b64encode(PRIVATE.public_key().public_bytes_raw()).rstrip(b"=").decode()
KEYS: dict[str, Any] = {
    "keys": [
        {"kty": "RSA", "kid": "another kind", "n": "AQAB", "e": "AQAB"},
        {"kty": "OKP", "crv": "Ed25519", "kid": "one", "x": X, "use": "sig", "alg": "EdDSA"},
    ]
}
SUMMARY = {name: READ[name] for name in proofs.SUMMARY}
CLAIMS = {"kind": "read", "summary_sha256": proofs.digest(READ)}


def signed(claims: object = CLAIMS, **header: Any) -> str:
    """Return a receipt as the service signs it, unless the header says otherwise."""
    told = {"alg": "EdDSA", "kid": "one", "typ": proofs.RECEIPT, **header}
    parts = [base64.urlsafe_b64encode(json.dumps(one).encode()) for one in (told, claims)]
    said = b".".join(part.rstrip(b"=") for part in parts)
    signature = base64.urlsafe_b64encode(PRIVATE.sign(said)).rstrip(b"=")
    return (said + b"." + signature).decode()


class TestVerifying:
    def test_it_returns_what_is_said(self) -> None:
        assert proofs.verify_receipt(signed(), KEYS) == CLAIMS
        assert proofs.verify_receipt(signed(), KEYS, answer=READ) == CLAIMS

    def test_a_result_is_as_good_as_its_json(self) -> None:
        result = MemoryRead.from_dict(READ)
        assert proofs.verify_receipt(signed(), KEYS, answer=result) == CLAIMS

    @pytest.mark.parametrize(
        ("receipt", "why"),
        [
            ("", "compact JWS"),
            ("a.b", "compact JWS"),
            (signed(typ="memory-scope-seal+jwt"), "signed as"),
            (signed(alg="none"), "signed as"),
            (signed(crit=["b64"]), "signed as"),
            (signed(kid="two"), "None of these keys"),
            (signed(kid=["one"]), "None of these keys"),
            (signed(kid="another kind"), "None of these keys"),
            (signed([1]), "no JSON object"),
            (".".join([base64.urlsafe_b64encode(b"[" * 99_999).decode()] * 3), "no JSON object"),
            (signed()[:-1], "base64url"),
            (signed().rpartition(".")[0] + "." + "A" * 86, "does not belong"),
            (f"{signed()}=", "base64url"),
            (signed().replace(".", ".é", 1), "base64url"),
        ],
    )
    def test_what_is_none_is_refused(self, receipt: str, why: str) -> None:
        with pytest.raises(proofs.BadProofError, match=why):
            proofs.verify_receipt(receipt, KEYS)

    @pytest.mark.parametrize("keys", [{}, {"keys": [1]}, {"keys": [{**KEYS["keys"][1], "x": "A"}]}])
    def test_what_are_no_keys_verify_nothing(self, keys: dict[str, Any]) -> None:
        with pytest.raises(proofs.BadProofError, match="no public keys"):
            proofs.verify_receipt(signed(), keys)

    @pytest.mark.parametrize(
        ("other", "why"),
        [
            ({**READ, "confidence": 0.1}, "another answer"),
            ({"revoked": True}, "no answer to a read"),
            ({**READ, "confidence": float("nan")}, "no answer to a read"),
        ],
    )
    def test_another_answer_is_told(self, other: dict[str, Any], why: str) -> None:
        with pytest.raises(proofs.BadProofError, match=why):
            proofs.verify_receipt(signed(), KEYS, answer=other)
        with pytest.raises(proofs.BadProofError, match="another thing: revoke"):
            proofs.verify_receipt(signed({"kind": "revoke"}), KEYS, answer=READ)


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("MEMORY_SCOPE_API_KEY", raising=False)
    monkeypatch.delenv("MEMORY_SCOPE_BASE_URL", raising=False)
    (tmp_path / "keys.json").write_text(json.dumps(KEYS))
    (tmp_path / "answer.json").write_text(json.dumps({**READ, "receipt": signed()}))
    (tmp_path / "other.json").write_text(json.dumps({**READ, "confidence": 0.1}))
    return tmp_path


def run(capsys: pytest.CaptureFixture[str], *words: str) -> Any:
    assert main(["verify-receipt", *words]) == 0
    return json.loads(capsys.readouterr().out)


class TestCommand:
    """It needs no key of the service, and with the keys in a file nothing else."""

    def test_an_answer_and_a_receipt_are_verified(
        self, folder: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
    ) -> None:
        assert run(capsys, "answer.json", "--keys", "keys.json") == CLAIMS
        monkeypatch.setattr(sys, "stdin", io.StringIO(f"{signed()}\n"))
        assert run(capsys, "-", "--keys", "keys.json", "--answer", "answer.json") == CLAIMS

    def test_several_are_verified_together(
        self, folder: Path, capsys: pytest.CaptureFixture[str]
    ) -> None:
        items = [
            {"status": 200, "answer": {**READ, "receipt": signed()}},
            {"status": 403, "error": {}},
            {"status": 200, "answer": {**READ, "receipt": signed()}},
        ]
        (folder / "batch.json").write_text(json.dumps({"items": items}))
        assert run(capsys, "batch.json", "--keys", "keys.json") == {"items": [CLAIMS, CLAIMS]}
        (folder / "lines").write_text(f"{signed()}\n{signed({'kind': 'erase'})}\n")
        told = run(capsys, "lines", "--keys", "keys.json")["items"]
        assert [one["kind"] for one in told] == ["read", "erase"]

    def test_keys_are_fetched_where_they_are_told_to_be(
        self, folder: Path, capsys: pytest.CaptureFixture[str], script: Scripted
    ) -> None:
        service = script(answer(200, KEYS), answer(200, KEYS))
        assert run(capsys, "answer.json", "--keys", f"{service.address}/keys") == CLAIMS
        assert main(["--base-url", service.address, "verify-receipt", "answer.json"]) == 0
        asked = [one["path"] for one in service.requests]
        assert asked == ["/keys", "/.well-known/memory-scope-keys.json"]

    @pytest.mark.parametrize(
        ("words", "why"),
        [
            (["other.json", "--keys", "keys.json"], "no receipt in it"),
            (["answer.json", "--keys", "keys.json", "--answer", "other.json"], "another answer"),
            (["nowhere.json", "--keys", "keys.json"], "nowhere.json"),
            (["answer.json", "--keys", "answer.json"], "no public keys"),
            (["answer.json"], "give --keys"),
            (["answer.json", "--keys", "http://memory.example.com/"], "use https"),
            (["answer.json", "--keys", "http://127.0.0.1:1/"], "could be fetched"),
            (["answer.json", "--keys", "nothing://here"], "could be fetched"),
            (["keys.json", "--keys", "folder"], "folder"),
        ],
    )
    def test_what_goes_wrong_is_one_line(
        self, folder: Path, words: list[str], why: str, capsys: pytest.CaptureFixture[str]
    ) -> None:
        (folder / "folder").mkdir()
        assert main(["verify-receipt", *words]) == 1
        printed = capsys.readouterr()
        assert printed.out == ""
        assert printed.err.startswith("memory-scope: ")
        assert why in printed.err
        assert printed.err.count("\n") == 1

    def test_without_the_extra_it_says_what_to_install(
        self,
        folder: Path,
        capsys: pytest.CaptureFixture[str],
        monkeypatch: pytest.MonkeyPatch,
    ) -> None:
        monkeypatch.delitem(sys.modules, "memory_scope.proofs")
        monkeypatch.delattr("memory_scope.proofs")
        monkeypatch.setitem(sys.modules, "rfc8785", None)
        assert main(["verify-receipt", "answer.json", "--keys", "keys.json"]) == 1
        assert "pip install 'memory-scope[verify]'" in capsys.readouterr().err
