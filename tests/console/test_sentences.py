"""Each event is told in one sentence, with links to the key, the person, the request, the bench."""

from __future__ import annotations

import re
from html import unescape
from typing import Any
from uuid import UUID

import pytest
from django.test import Client

from accounts import audit, erasing
from accounts.audit import ACTORS
from accounts.models import AuditEvent, EventType, Project, User
from apikeys import services
from apikeys.models import ApiKey
from console.log_filters import EVENTS
from console.sentences import SENTENCES, SUBJECTS
from console.telling import Told, by_day, tell
from foundation.identifiers import new_id
from tests.doors import Api
from tests.makers import BY, NOW, make_key, read_body

pytestmark = pytest.mark.django_db

BARE = (EventType.MEMORY_READ, EventType.POLICY_DENIED)


@pytest.fixture
def key(project: Project) -> ApiKey:
    return make_key(project, name="Checkout API")[0]


def told(project: Project, event_type: EventType, **fields: Any) -> Told:
    """Record an event about user_1's preferences and tell it."""
    fields = {
        "subject_id": new_id(),
        "user_id": "user_1",
        "scope": "preferences",
        "environment": "test",
        **fields,
    }
    event = audit.Event(
        event_type=event_type, app_id=project.pk, request_id="r", created_at=NOW, **fields
    )
    audit.record(event)
    (one,) = tell(project, "test", [AuditEvent.objects.get(pk=event.id)])
    return one


def words(told: Told) -> str:
    """Return the sentence as it is read."""
    text = re.sub(r"</?q[^>]*>", "”", re.sub(r"<q[^>]*>", "“", told.sentence))
    return unescape(re.sub(r"<[^>]+>", "", text))


def notes(told: Told) -> list[str]:
    return [unescape(re.sub(r"<[^>]+>", "", note)) for note in told.notes]


@pytest.mark.parametrize("kind", EventType)
def test_every_kind_of_event_has_a_sentence(project: Project, key: ApiKey, kind: EventType) -> None:
    one = told(project, kind, api_key_id=key.pk, meta={"actor": "upkeep"})
    assert words(one)
    assert words(one).endswith(words(one).rstrip(" .,"))
    assert "{" not in one.sentence
    assert "None" not in words(one)


def test_sentences_and_actors_are_complete() -> None:
    assert set(SENTENCES) == set(EventType)
    assert set(SUBJECTS) == set(ACTORS)


def test_every_kind_that_a_filter_offers_is_one() -> None:
    offered = [kind for kinds in EVENTS.values() for kind in kinds]
    assert len(set(offered)) == len(offered)
    assert set(offered) <= set(EventType)


class TestMemories:
    def test_a_read(self, project: Project, key: ApiKey) -> None:
        one = told(
            project,
            EventType.MEMORY_READ,
            api_key_id=key.pk,
            domain="food",
            purpose="recommend restaurants",
            purpose_class="recommendation",
            memory_ids=[str(new_id()), str(new_id())],
            meta={"confidence": 0.853},
        )
        assert words(one) == (
            "Checkout API read preferences (food) of user_1 for “recommend restaurants”"
        )
        assert notes(one) == ["recommendation", "2 memories", "confidence 0.85"]
        assert f'href="/console/keys/{key.pk}/"' in one.sentence

    def test_a_denial_leads_to_its_reason(self, project: Project, key: ApiKey) -> None:
        one = told(
            project,
            EventType.POLICY_DENIED,
            api_key_id=key.pk,
            purpose="order the usual lunch",
            purpose_class="task_execution",
            reason_code="POLICY_DENIED",
        )
        assert words(one) == (
            "Checkout API was denied preferences of user_1 for “order the usual lunch”"
        )
        assert notes(one)[0] == "The policy does not let task_execution read preferences."
        assert one.sign.tone == "deny"

    def test_every_denial_of_a_purpose_opens_the_bench(
        self, browser: Client, project: Project
    ) -> None:
        key, plaintext = make_key(project)
        Api(plaintext).post("/memory/read", read_body(purpose="order lunch & more"))
        event = AuditEvent.objects.get(event_type=EventType.POLICY_DENIED)
        (one,) = tell(project, "test", [event])
        page = browser.get(one.why)
        assert page.status_code == 200
        asked = page.context["form"].data
        assert (asked["scope"], asked["purpose"]) == ("preferences", "order lunch & more")
        assert asked["key"] == str(key.pk)

    def test_a_person_leads_to_their_file(
        self, browser: Client, project: Project, key: ApiKey
    ) -> None:
        one = told(project, EventType.MEMORY_READ, api_key_id=key.pk, user_id="a b/ü?")
        (href,) = re.findall(r'href="([^"]+people[^"]+)"', one.sentence)
        page = browser.get(unescape(href), follow=True)
        assert page.status_code == 200
        assert "a b/ü?" in page.content.decode()

    def test_an_owners_look_says_its_reason(self, owner: User, project: Project) -> None:
        meta = {"actor": str(owner.pk), "reason": "A letter of <b>anna</b>"}
        one = told(project, EventType.MEMORY_LIST, meta=meta)
        assert words(one) == "You listed preferences of user_1"
        (why,) = [note for note in notes(one) if "letter" in note]
        assert why == "Because A letter of <b>anna</b>"

    def test_a_look_at_nobody_does_not_say_erased(self, project: Project, key: ApiKey) -> None:
        one = told(project, EventType.USER_VIEW, api_key_id=key.pk, user_id=None, scope=None)
        assert words(one).endswith("about whom nothing was held, or who was erased since")

    def test_what_was_refused_without_a_person(self, project: Project, key: ApiKey) -> None:
        one = told(
            project,
            EventType.POLICY_DENIED,
            api_key_id=key.pk,
            subject_id=project.pk,
            user_id=None,
            scope=None,
            reason_code="KEY_PERMISSION",
            meta={"permission": "memory:write"},
        )
        assert words(one) == "Checkout API was refused: it may not memory:write"
        assert not one.why

    def test_a_continuation(self, project: Project, key: ApiKey) -> None:
        one = told(
            project, EventType.MEMORY_READ, api_key_id=key.pk, purpose="x", reason_code="CONTINUE"
        )
        assert words(one) == "Checkout API read preferences of user_1 again for “x”"
        assert one.sign.icon == "repeat"

    def test_a_withdrawal_says_whether_it_was_of_one_access(
        self, project: Project, key: ApiKey
    ) -> None:
        one = told(
            project, EventType.MEMORY_REVOKE, api_key_id=key.pk, revocation_grant_id=new_id()
        )
        every = told(
            project, EventType.MEMORY_REVOKE, api_key_id=key.pk, scope=None,
            memory_ids=[str(new_id())], meta={"grants_closed": 3},
        )  # fmt: skip
        assert words(one) == "Checkout API took back the access to preferences of user_1"
        assert words(every) == "Checkout API took back every access to everything of user_1"
        assert notes(every) == ["1 memory hidden", "3 access tokens ended"]

    def test_an_erasure_says_what_it_removed(self, project: Project, key: ApiKey) -> None:
        counts = {"memories_deleted": 1400, "grants_closed": 1}
        one = told(
            project, EventType.USER_ERASE, api_key_id=key.pk, user_id=None, scope=None, meta=counts
        )
        assert words(one) == "Checkout API erased a person"
        assert notes(one) == ["1,400 memories deleted", "1 access token ended"]

    def test_an_erasure_by_a_command(self, project: Project) -> None:
        one = told(
            project, EventType.USER_ERASE, user_id=None, scope=None, meta={"actor": "command"}
        )
        assert words(one) == "An operator, by a command, erased a person"

    def test_a_registered_purpose_stands_for_words(self, project: Project, key: ApiKey) -> None:
        one = told(
            project,
            EventType.MEMORY_READ,
            api_key_id=key.pk,
            purpose_class="recommendation",
            meta={"purpose_id": "gift_finder", "purpose_revision": 3},
        )
        assert words(one).endswith("for the purpose gift_finder")


class TestErased:
    def test_what_was_erased_is_said_to_be(self, project: Project, key: ApiKey) -> None:
        user = new_id()
        one = told(
            project,
            EventType.MEMORY_READ,
            api_key_id=key.pk,
            subject_id=user,
            domain="food",
            purpose="find anna a table",
            purpose_class="recommendation",
        )
        erasing.forget_user(user, batch=10)
        (after,) = tell(project, "test", [AuditEvent.objects.get(pk=one.event.pk)])
        assert words(after) == (
            "Checkout API read preferences of a person who was erased for a purpose that was erased"
        )
        assert "anna" not in str(after)

    def test_a_key_without_a_name_is_told_all_the_same(self, project: Project) -> None:
        one = told(project, EventType.KEY_DELETE, api_key_id=new_id(), meta={"actor": "command"})
        assert words(one) == "An operator, by a command, deleted a former key"


class TestKeys:
    def test_acts_of_the_owner(self, owner: User, project: Project, key: ApiKey) -> None:
        by = audit.ChangedBy(actor=str(owner.pk), request_id="r", address="192.0.2.7")
        services.rename_key(key=key, name="Worker", at=NOW, by=by)
        services.lower_limits(key=key, rate_limit=20, burst_limit=None, at=NOW, by=by)
        services.delete_key(key=key, at=NOW, by=by)
        events = AuditEvent.objects.filter(api_key_id=key.pk).order_by("id")[1:]
        told = tell(project, "test", events)
        assert [words(one) for one in told] == [
            "You renamed Checkout API to “Worker”",
            "You lowered the limits of Checkout API: 20 an hour, the usual a second",
            "You deleted Checkout API",
        ]
        assert all("From 192.0.2.7" in notes(one) for one in told)

    def test_names_are_escaped_and_isolated(self, project: Project) -> None:
        key, _ = make_key(project, name="<b>קופה</b>")
        services.rename_key(key=key, name="<i>متجر</i>", at=NOW, by=BY)
        event = AuditEvent.objects.get(event_type=EventType.KEY_UPDATE)
        (one,) = tell(project, "test", [event])
        assert "<b>קופה" not in one.sentence
        assert "<i>" not in one.sentence
        assert "<bdi>&lt;b&gt;קופה&lt;/b&gt;</bdi>" in one.sentence

    def test_a_leak(self, project: Project, key: ApiKey) -> None:
        meta = {"actor": "report", "name": "Checkout API"}
        one = told(
            project, EventType.KEY_DELETE, api_key_id=key.pk, reason_code="LEAKED", meta=meta
        )
        assert words(one) == "A report of a leak deleted Checkout API, since it had leaked"


def test_the_keys_of_many_events_are_asked_for_once(
    project: Project, django_assert_num_queries: Any
) -> None:
    keys = [make_key(project, name=f"Key {number}")[0] for number in range(3)]
    events = list(AuditEvent.objects.filter(api_key_id__in=[key.pk for key in keys]))
    with django_assert_num_queries(1):
        assert len(tell(project, "test", events)) == 3


def test_another_projects_keys_have_no_name(stranger: User, project: Project, key: ApiKey) -> None:
    theirs, _ = make_key(Project.objects.get(owner=stranger), name="Secret plan")
    one = told(project, EventType.MEMORY_READ, api_key_id=theirs.pk)
    assert words(one).startswith("A former key read")
    assert str(theirs.pk) not in one.sentence


def test_days_are_those_of_utc(project: Project, key: ApiKey) -> None:
    times = [NOW, NOW.replace(hour=0), NOW.replace(day=22, hour=23, minute=59)]
    events = [AuditEvent(id=UUID(int=9), app_id=project.pk, event_type="KEY_CREATE", created_at=at)
              for at in times]  # fmt: skip
    days = by_day(tell(project, "test", events))
    assert [(day.day, len(some)) for day, some in days] == [(23, 2), (22, 1)]
