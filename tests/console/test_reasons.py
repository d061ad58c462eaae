"""Why something was decided is said in one sentence, in the log and on the event's own page."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client

from accounts import audit
from accounts.models import AuditEvent, EventType, Project
from apikeys.events import KEY_PERMISSION
from apikeys.leaks import LEAKED
from console.templatetags.reasons import SENTENCES, reason
from foundation.identifiers import new_id
from memory import services
from memory.policy.hints import HINTS
from tests.doors import Api
from tests.makers import NOW, make_key, read_body


def refused(project: Project, reason_code: str | None, **fields: Any) -> audit.Event:
    """Record a refusal of a read."""
    event = audit.Event(
        event_type=EventType.POLICY_DENIED,
        subject_id=new_id(),
        app_id=project.pk,
        environment="live",
        reason_code=reason_code,
        request_id="r",
        created_at=NOW,
        **{"scope": "schedule", "purpose": "why", "purpose_class": "recommendation", **fields},
    )
    audit.record(event)
    return event


def pages_of(browser: Client, event: audit.Event | AuditEvent) -> list[str]:
    """Return what the log and the event's own page say."""
    log = f"/console/projects/{event.app_id}/{event.environment}/audit/"
    return [browser.get(path).content.decode() for path in (log, f"{log}{event.id}/")]


def test_every_reason_of_the_record_has_its_sentence() -> None:
    of_grants = {services.CONTINUE, services.GRANT_REVOKED, services.GRANT_EXPIRED}
    assert set(HINTS) | of_grants | {KEY_PERMISSION, LEAKED} == set(SENTENCES)


def test_what_has_no_sentence_is_said_by_its_code() -> None:
    assert reason(AuditEvent(reason_code="NEW_CODE")) == "NEW_CODE"
    assert reason(AuditEvent(reason_code=None)) == ""


@pytest.mark.django_db
class TestPages:
    @pytest.mark.parametrize(
        ("code", "fields", "sentence"),
        [
            ("POLICY_DENIED", {}, "The policy does not let recommendation read schedule."),
            ("POLICY_DENIED", {"purpose_class": "unrecognized"}, "Unknown means no."),
            ("PURPOSE_RETIRED", {}, "The purpose is retired"),
            ("PURPOSE_NOT_HERE", {}, "registered, but not for live."),
            ("PURPOSE_NOT_REGISTERED", {}, "In live the project takes only registered purposes."),
            ("KEY_PERMISSION", {"meta": {"permission": "audit:read"}}, "permission audit:read."),
        ],
    )
    def test_a_refusal_says_why(
        self, browser: Client, project: Project, code: str, fields: dict[str, Any], sentence: str
    ) -> None:
        for page in pages_of(browser, refused(project, code, **fields)):
            assert sentence in page
            assert code in page

    def test_the_words_that_decided_are_named(self, browser: Client, project: Project) -> None:
        event = refused(
            project,
            "POLICY_DENIED",
            purpose_class="unrecognized",
            meta={"refused_terms": ["sell", "broker"]},
        )
        for page in pages_of(browser, event):
            assert "It holds words for which free text is denied." in page
            assert "“sell” and “broker”" in page

    def test_a_registered_purpose_is_named_with_its_revision(
        self, browser: Client, project: Project
    ) -> None:
        meta = {"purpose_id": "gift_finder", "purpose_revision": 3}
        for page in pages_of(browser, refused(project, "PURPOSE_RETIRED", meta=meta)):
            assert "<code>gift_finder</code>, revision 3" in page

    def test_what_was_allowed_has_no_reason(self, browser: Client, project: Project) -> None:
        Api(make_key(project)[1]).post("/memory/read", read_body())
        event = AuditEvent.objects.get(event_type=EventType.MEMORY_READ)
        page = browser.get(
            f"/console/projects/{project.pk}/test/audit/{event.pk}/"
        ).content.decode()
        assert "<dt>Reason</dt>" not in page
        assert "Words that decided" not in page
