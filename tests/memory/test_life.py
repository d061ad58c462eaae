"""A memory's life through the API: stored, read, continued, revoked."""

from __future__ import annotations

from tests.doors import Api


class TestLife:
    def test_a_memory_is_stored_read_continued_and_revoked(self, api: Api) -> None:
        stored = api.remember()
        assert stored["domain"] == "food"
        answer = api.read()
        assert answer["summary_struct"]["likes"] == ["pizza"]
        token = {"revocation_token": answer["revocation_token"]}
        assert api.post("/memory/read/continue", token).json() == answer
        assert api.revoke(answer["revocation_token"])["revoked"] is True
        assert api.post("/memory/read/continue", token).json()["detail"] == "REVOKED"
        assert api.read()["summary_text"] == "No memories found."

    def test_the_service_answers_in_its_own_process(self, service: str) -> None:
        import httpx

        assert httpx.get(f"{service}/healthz").json() == {"status": "ok"}
