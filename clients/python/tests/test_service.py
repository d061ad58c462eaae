"""The client and the real service."""

from __future__ import annotations

import asyncio
import socket
from datetime import datetime, timedelta, timezone
from typing import Any

import pytest
from asgiref.sync import sync_to_async
from django.utils import timezone as django_timezone

from accounts.models import Project
from apikeys import services
from apikeys.models import ApiKey
from apikeys.tokens import new_key
from clients.python.tests.servers import answer_losing_proxy
from memory.models import Memory
from memory_scope import AsyncMemoryScopeClient, MemoryScopeClient, exceptions
from tests.doors import running_service
from tests.makers import BY, make_key

STATEMENT: dict[str, Any] = {
    "user_id": "user_7",
    "scope": "preferences",
    "domain": "food",
    "source": "explicit_user_input",
    "value_json": {"likes": ["pizza"]},
}
QUESTION: dict[str, Any] = {
    "user_id": "user_7",
    "scope": "preferences",
    "domain": "food",
    "purpose": "recommend restaurants",
}


class TestTheFourOperations:
    def test_a_memory_is_stored_read_continued_and_revoked(self, client: MemoryScopeClient) -> None:
        memory = client.create_memory(**STATEMENT, ttl_days=30)
        assert (memory.user_id, memory.scope, memory.domain) == ("user_7", "preferences", "food")
        assert memory.expires_at is not None
        assert (memory.expires_at - memory.created_at).days == 30
        assert memory.created_at.tzinfo is timezone.utc

        found = client.read_memory(**QUESTION, max_age_days=7)
        assert found.summary_text == "Likes: 1, Dislikes: 0, Settings: 0"
        assert found.summary_struct["likes"] == ["pizza"]
        assert found.confidence == 0.47

        again = client.read_memory_continue(revocation_token=found.revocation_token)
        assert again.revocation_token == found.revocation_token
        assert again.expires_at == found.expires_at

        gone = client.revoke_memory(revocation_token=found.revocation_token)
        assert gone.revoked
        assert gone.revoked_at >= memory.created_at
        assert client.read_memory(**QUESTION).summary_struct == {}
        assert all(result.request_id for result in (memory, found, again, gone))

    def test_a_memory_can_replace_what_was_said(self, client: MemoryScopeClient) -> None:
        said = {**STATEMENT, "scope": "constraints"}
        client.create_memory(**{**said, "value_json": {"max_price": 50}})
        client.create_memory(**{**said, "value_json": {"max_price": 80}}, replace=True)
        assert [memory.replace for memory in Memory.objects.order_by("id")] == [False, True]

    def test_a_key_can_ask_how_much_it_was_used(self, client: MemoryScopeClient) -> None:
        usage = client.usage()
        assert 0 <= usage.remaining < usage.limit
        assert usage.burst_limit > 0
        assert usage.reset_at > datetime.now(timezone.utc)
        assert len(usage.days) == 30
        assert usage.days[0].day - usage.days[29].day == timedelta(days=29)
        assert usage.days[0].errors <= usage.days[0].requests

    def test_the_policy_is_there_to_read(self, client: MemoryScopeClient) -> None:
        policy = client.policy()
        assert policy.matrix["preferences"] == ["content_generation", "recommendation"]
        assert policy.version == policy.body["version"]

    def test_asyncio_does_the_same(self, service: str, key: str) -> None:
        async def run() -> None:
            async with AsyncMemoryScopeClient(api_key=key, base_url=service) as client:
                await client.create_memory(**STATEMENT, replace=True)
                assert await sync_to_async(Memory.objects.get)(replace=True)
                found = await client.read_memory(**QUESTION)
                assert found.summary_struct["likes"] == ["pizza"]
                token = found.revocation_token
                await client.read_memory_continue(revocation_token=token)
                assert (await client.revoke_memory(revocation_token=token)).revoked
                with pytest.raises(exceptions.GrantRevokedError):
                    await client.read_memory_continue(revocation_token=token)
                assert (await client.policy()).matrix
                assert (await client.usage()).limit

        asyncio.run(run())

    def test_a_thousand_reads_at_once_share_one_client(self, service: str, key: str) -> None:
        async def run() -> list[str]:
            async with AsyncMemoryScopeClient(api_key=key, base_url=service, timeout=120) as client:
                await client.create_memory(**STATEMENT)
                reads = await asyncio.gather(*(client.read_memory(**QUESTION) for _ in range(1000)))
            return [found.revocation_token for found in reads if found.summary_struct["likes"]]

        assert len(set(asyncio.run(run()))) == 1000


class TestEveryExceptionByARealAnswer:
    def test_a_field_that_is_missing(self, client: MemoryScopeClient) -> None:
        with pytest.raises(exceptions.InvalidRequestError) as caught:
            client.read_memory(user_id=None, scope="preferences", purpose=None)  # type: ignore[arg-type] # the point
        assert caught.value.status_code == 400
        assert caught.value.code == "missing_field"
        assert [error.field for error in caught.value.errors] == ["user_id", "purpose"]
        assert caught.value.message == "Field 'user_id' is required"
        assert caught.value.request_id

    def test_a_value_that_is_wrong(self, client: MemoryScopeClient) -> None:
        with pytest.raises(exceptions.InvalidRequestError) as caught:
            client.create_memory(**{**STATEMENT, "scope": "moods"})
        assert (caught.value.status_code, caught.value.code) == (422, "invalid_scope")

    def test_a_key_that_opens_nothing(self, service: str, key: str) -> None:
        services.delete_key(key=ApiKey.objects.get(), at=django_timezone.now(), by=BY)
        with (
            MemoryScopeClient(api_key=key, base_url=service) as client,
            pytest.raises(exceptions.AuthenticationError) as caught,
        ):
            client.policy()
        assert (caught.value.status_code, caught.value.code) == (401, "invalid_api_key")

    def test_a_purpose_that_is_not_allowed(self, client: MemoryScopeClient) -> None:
        with pytest.raises(exceptions.PolicyDeniedError) as caught:
            client.read_memory(**{**QUESTION, "purpose": "book a table"})
        error = caught.value
        assert (error.status_code, error.code) == (403, "policy_denied")
        assert (error.scope, error.purpose_class) == ("preferences", "task_execution")
        assert error.allowed_purpose_classes == ("content_generation", "recommendation")
        assert error.decision_id

    def test_a_permission_that_the_key_lacks(self, service: str, project: Project) -> None:
        _, key = make_key(project, "Writer", permissions=["memory:write"])
        with (
            MemoryScopeClient(api_key=key, base_url=service) as client,
            pytest.raises(exceptions.PermissionDeniedError, match="memory:read"),
        ):
            client.read_memory(**QUESTION)

    def test_a_token_that_is_revoked_or_unknown(self, client: MemoryScopeClient) -> None:
        token = client.read_memory(**QUESTION).revocation_token
        client.revoke_memory(revocation_token=token)
        with pytest.raises(exceptions.GrantRevokedError, match="REVOKED"):
            client.read_memory_continue(revocation_token=token)
        with pytest.raises(exceptions.NotFoundError) as caught:
            client.revoke_memory(revocation_token="rev_" + "x" * 43)
        assert not caught.value.after_lost_answer

    def test_an_idempotency_key_that_was_used_for_something_else(
        self, client: MemoryScopeClient
    ) -> None:
        first = client.create_memory(**STATEMENT, idempotency_key="order-1")
        assert client.create_memory(**STATEMENT, idempotency_key="order-1").id == first.id
        with pytest.raises(exceptions.ConflictError) as caught:
            client.create_memory(**{**STATEMENT, "user_id": "u"}, idempotency_key="order-1")
        assert caught.value.retry_after is None

    def test_too_many_requests(self, service: str, project: Project) -> None:
        _, key = make_key(project, "Slow", rate_limit=1)
        with MemoryScopeClient(api_key=key, base_url=service, max_retries=0) as client:
            client.policy()
            assert client.rate_limit is not None
            assert (client.rate_limit.limit, client.rate_limit.remaining) == (1, 0)
            with pytest.raises(exceptions.RateLimitError) as caught:
                client.policy()
        assert (caught.value.status_code, caught.value.code) == (429, "rate_limited")
        assert caught.value.retry_after is not None
        assert 1 <= caught.value.retry_after <= 3600

    @pytest.mark.django_db
    def test_a_service_without_its_database(self) -> None:
        with (
            running_service(DATABASE_URL="sqlite:////nowhere/at/all.sqlite3") as address,
            MemoryScopeClient(api_key=new_key("test"), base_url=address, max_retries=0) as client,
            pytest.raises(exceptions.ServerError) as caught,
        ):
            client.policy()
        assert (caught.value.status_code, caught.value.code) == (503, "unavailable")
        assert caught.value.retry_after == 5.0

    def test_a_server_that_never_answers(self, key: str) -> None:
        with (
            socket.create_server(("127.0.0.1", 0)) as silent,
            MemoryScopeClient(
                api_key=key,
                base_url=f"http://127.0.0.1:{silent.getsockname()[1]}",
                timeout=0.1,
                max_retries=0,
            ) as client,
            pytest.raises(exceptions.APITimeoutError) as caught,
        ):
            client.policy()
        assert caught.value.request_sent

    def test_a_service_that_is_not_there(self, key: str) -> None:
        with (
            MemoryScopeClient(api_key=key, base_url="http://127.0.0.1:9", max_retries=0) as client,
            pytest.raises(exceptions.APIConnectionError) as caught,
        ):
            client.policy()
        assert not caught.value.request_sent


class TestLostAnswers:
    def test_a_create_whose_answer_is_lost_stores_one_memory(
        self, service: str, key: str, waits: list[float]
    ) -> None:
        with (
            answer_losing_proxy(service, losing=2) as address,
            MemoryScopeClient(api_key=key, base_url=address) as client,
        ):
            memory = client.create_memory(**STATEMENT)
        assert [str(row.pk) for row in Memory.objects.all()] == [memory.id]
        assert waits == [0.5, 1.0]

    def test_a_revoke_whose_answer_is_lost_says_so(
        self, service: str, key: str, waits: list[float]
    ) -> None:
        with (
            answer_losing_proxy(service, losing=0) as address,
            MemoryScopeClient(api_key=key, base_url=address) as client,
        ):
            token = client.read_memory(**QUESTION).revocation_token
        with (
            answer_losing_proxy(service, losing=1) as address,
            MemoryScopeClient(api_key=key, base_url=address) as client,
        ):
            with pytest.raises(exceptions.NotFoundError) as caught:
                client.revoke_memory(revocation_token=token)
            assert caught.value.after_lost_answer
            with pytest.raises(exceptions.GrantRevokedError):
                client.read_memory_continue(revocation_token=token)
