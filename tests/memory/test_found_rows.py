"""What the hand-written statements find is what the models hold."""

from __future__ import annotations

import json
from datetime import timedelta

from accounts.models import Project
from memory import normal_forms, statements
from memory.models import IdempotencyRecord, Memory, RevocationGrant
from memory.statements import Partition
from tests.doors import Api
from tests.makers import memory_body, read_body


class TestRows:
    """The models read what the statements write."""

    def test_a_grant(self, api: Api, project: Project) -> None:
        api.post("/memory/read", read_body(max_age_days=7, domain=None))
        memory = Memory.objects.filter(user_id="user_1")
        grant = RevocationGrant.objects.get()
        assert not memory.exists()
        assert (grant.project_id, grant.environment) == (project.pk, "test")
        assert (grant.user_id, grant.scope, grant.domain) == ("user_1", "preferences", "")
        assert (grant.purpose, grant.max_age_days) == ("recommend restaurants", 7)
        assert grant.expires_at - grant.created_at == timedelta(hours=24)
        assert grant.revoked_at is None

    def test_a_memory_is_found_by_the_pseudonym_it_was_stored_under(self, api: Api) -> None:
        api.remember()
        memory = Memory.objects.get()
        partition = Partition(memory.subject_id, memory.scope, memory.domain)
        found = statements.live_statements(partition, at=memory.created_at, since=None)
        assert [statement.id for statement in found] == [str(memory.id)]
        assert found[0].created_at == memory.created_at
        assert found[0].said == normal_forms.said(memory.normal_form)
        Memory.objects.update(normal_version=0)
        found = statements.live_statements(partition, at=memory.created_at, since=None)
        assert found[0].value == memory_body()["value_json"]
        assert found[0].replace is False

    def test_a_memory_that_replaces_is_found_as_one(self, api: Api) -> None:
        api.remember(replace=True)
        memory = Memory.objects.get()
        partition = Partition(memory.subject_id, memory.scope, memory.domain)
        at = memory.created_at
        for since in (None, at - timedelta(days=1)):
            (found,) = statements.live_statements(partition, at=at, since=since)
            assert found.replace is memory.replace is True

    def test_an_answer_that_is_kept(self, api: Api, project: Project) -> None:
        response = api.post("/memory", memory_body(), HTTP_IDEMPOTENCY_KEY="order-1")
        kept, memory = IdempotencyRecord.objects.get(), Memory.objects.get()
        assert (kept.project_id, kept.environment, kept.key) == (project.pk, "test", "order-1")
        assert kept.subject_id == memory.subject_id
        assert json.loads(kept.answer) == response.json()
        assert len(bytes(kept.request_digest)) == 32
        assert kept.expires_at == memory.created_at + timedelta(hours=24)
