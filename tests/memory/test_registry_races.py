"""Changes of a registry at once, and in processes that have kept it as it was."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from threading import Barrier
from typing import Any

import httpx
import pytest
from django.db import connection

from accounts.models import Project
from memory.models import Purpose
from memory.registrations import NotConfirmed, PurposeChanged, PurposeExists, RegistryFailure
from tests.doors import started_service
from tests.makers import make_key, memory_body, read_body
from tests.memory.registered import approve, change, events, propose, register, retire, take

pytestmark = pytest.mark.usefixtures("transactional_db")


def at_once(*acts: Callable[[], Any]) -> list[type[Exception] | None]:
    """Let all act at once, each on a connection of its own. Return what each was refused by."""
    ready = Barrier(len(acts))

    def run(act: Callable[[], Any]) -> type[Exception] | None:
        try:
            connection.ensure_connection()
            ready.wait()
            act()
        except RegistryFailure as error:
            return type(error)
        finally:
            connection.close()
        return None

    with ThreadPoolExecutor(len(acts)) as threads:
        return list(threads.map(run, acts))


class TestAtOnce:
    def test_many_approvals_are_one(self, project: Project) -> None:
        purpose = propose(project)
        assert at_once(*[partial(approve, project, purpose)] * 8) == [None] * 8
        assert len(events("PURPOSE_APPROVE")) == 1

    def test_nobody_approves_what_they_did_not_see(self, project: Project) -> None:
        for round_ in range(5):
            purpose = propose(project, purpose_id=f"gifts_of_{round_}")
            refusals = at_once(
                partial(approve, project, purpose),
                partial(change, project, purpose, sentence="Sells what it knows."),
            )
            stands = Purpose.objects.get(pk=purpose.pk)
            if stands.revision == 2:
                assert (stands.state, refusals) == ("proposed", [PurposeChanged, None])
            else:  # it is approved already, and the change is one that has to be confirmed
                assert (stands.state, refusals) == ("approved", [None, NotConfirmed])

    def test_a_retirement_wins_over_an_approval(self, project: Project) -> None:
        for round_ in range(5):
            purpose = propose(project, purpose_id=f"gifts_of_{round_}")
            at_once(
                partial(approve, project, purpose),
                partial(retire, project, purpose),
            )
            assert Purpose.objects.get(pk=purpose.pk).state == "retired"

    def test_one_id_is_proposed_once(self, project: Project) -> None:
        refusals = at_once(*[partial(propose, project)] * 8)
        assert sorted(map(str, refusals)) == sorted(map(str, [None, *[PurposeExists] * 7]))
        assert Purpose.objects.count() == len(events("PURPOSE_PROPOSE")) == 1

    def test_no_change_is_lost_from_the_revision(self, project: Project) -> None:
        acts = [partial(propose, project, purpose_id=name) for name in "abcdefgh"]
        at_once(*acts, partial(take, project, "declared"))
        project.refresh_from_db()
        assert project.purposes_revision == 9

    def test_of_two_switches_from_what_was_seen_one_is_made(self, project: Project) -> None:
        switches = [
            partial(take, project, takes, seen="any") for takes in ("declared", "registered")
        ]
        refusals = at_once(*switches)
        assert sorted(map(str, refusals)) == sorted(map(str, [None, PurposeChanged]))
        project.refresh_from_db()
        assert project.takes_in_test == ("declared" if refusals[0] is None else "registered")
        assert len(events("PROJECT_UPDATE")) == 1


class TestProcesses:
    def test_each_sees_a_change_with_its_next_request(self, project: Project, server: str) -> None:
        """Both have kept the registry as it was before."""
        purpose = register(project, purpose_id="recommend_books")
        key = make_key(project)[1]
        body = read_body(purpose="recommend_books")
        with started_service(server=server) as one, started_service(server=server) as other:
            clients = [
                httpx.Client(base_url=each.address, headers={"X-API-Key": key}, timeout=60)
                for each in (one, other)
            ]
            assert clients[0].post("/memory", json=memory_body()).status_code == 201
            tokens = []
            for client in clients:
                answer = client.post("/memory/read", json=body)
                assert answer.status_code == 200, answer.text
                tokens.append({"revocation_token": answer.json()["revocation_token"]})
            retire(project, purpose)
            for client, token in zip(clients, tokens, strict=True):
                for path, asked in (("/memory/read/continue", token), ("/memory/read", body)):
                    answer = client.post(path, json=asked)
                    assert answer.status_code == 403
                    assert answer.json()["reason"] == "PURPOSE_RETIRED"
            approve(project, propose(project, purpose_id="recommend_books"))
            assert {client.post("/memory/read", json=body).status_code for client in clients} == {
                200
            }
            take(project, "registered")
            for client in clients:
                refusal = client.post("/memory/read", json=read_body()).json()
                assert refusal["reason"] == "PURPOSE_NOT_REGISTERED"
                client.close()
