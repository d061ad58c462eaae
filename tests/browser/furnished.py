"""A project with something of everything, for the pages to show."""

from __future__ import annotations

from datetime import timedelta

from allauth.mfa.models import Authenticator
from django.utils import timezone

from accounts import audit, services
from accounts.models import AuditEvent, EventType, Project, User
from apikeys.drift import answering
from apikeys.models import ApiKey, LoggedRequest, Secret
from apikeys.services import DEFAULT_GRACE, delete_key, rotate_key
from apikeys.usage.collector import collector
from foundation.identifiers import new_id
from memory.models import Memory
from proof import sealing
from tests.apikeys import drifting
from tests.doors import Api
from tests.makers import BY, make_key, make_usage, read_body, texts
from tests.memory import drafted
from tests.memory.registered import close, propose, register, retire

DENIED = "order history for my sister"
LONGEST_READ = "Geschenke " * 40


def furnish(owner: User, project: Project) -> dict[str, str]:
    """Fill the project, and make an empty one beside it.

    Return the ids by which the tables of pages name what they are about.
    """
    empty = services.create_project(owner=owner, name="Empty", at=timezone.now(), by=BY)
    keys = _keys(project)
    _purposes(project, keys["key"])
    _draft(project)
    _ask(project)
    old = keys["key"].secrets.exclude(replaced_at=None).get()
    Secret.objects.filter(pk=old.pk).update(last_used_at=timezone.now() + timedelta(seconds=1))
    denied = LoggedRequest.objects.filter(code="policy_denied").order_by("id")[0]
    large = _large_event(project)
    sealing.seal_since(None, at=timezone.now())
    return {
        "project": str(project.pk),
        "empty": str(empty.pk),
        **{name: str(key.pk) for name, key in keys.items()},
        "old_secret": str(old.pk),
        "four": keys["key"].current_secret().last_four,
        "request": str(denied.pk),
        "request_id": denied.request_id,
        "event": str(large),
        "denial": str(AuditEvent.objects.filter(event_type=EventType.POLICY_DENIED)[0].pk),
        "memory": str(Memory.objects.filter(environment="test")[0].pk),
    }


def add_passkey(owner: User) -> str:
    """Give the person a passkey, as far as a list shows one; return its id."""
    data = {"name": "My laptop", "credential": {}}
    passkey = Authenticator.objects.create(user=owner, type="webauthn", data=data)
    return str(passkey.pk)


def _keys(project: Project) -> dict[str, ApiKey]:
    """Make a key in every state; the one called `key` is used, and in rotation."""
    now = timezone.now()
    busy, plaintext = make_key(project, "Production", at=now)
    busy.notes = "Deployed by Ansible.\nAsk Ada."
    busy.save(update_fields=["notes"])
    Api(plaintext).get("/policy", HTTP_USER_AGENT="memory-scope-python/0.1 (CPython 3.11; Linux)")
    collector.flush()
    Secret.objects.update(last_used_at=now)
    rotate_key(key=busy, last_four=plaintext[-4:], grace=DEFAULT_GRACE, at=now, by=BY)
    soon = {"expires_at": now + timedelta(days=5)}
    idle, _ = make_key(
        project, "Continuous integration", at=now, permissions=["memory:read"], **soon
    )
    old, _ = make_key(project, "Old worker", at=now - timedelta(days=90), environment="live")
    Secret.objects.filter(key=old).update(last_used_at=now - timedelta(days=40))
    over = {"expires_at": now - timedelta(days=2)}
    expired, _ = make_key(project, "Expired", at=now - timedelta(days=9), **over)
    gone, _ = make_key(project, "A name of fifty characters, which is what may fit", at=now)
    delete_key(key=gone, at=now, by=BY)
    for key in (busy, gone):
        make_usage(key, at=now)
    shown = {"key": busy, "idle": idle, "live": old, "expired": expired, "gone": gone}
    return {**shown, **_drifted(project)}


def _drifted(project: Project) -> dict[str, ApiKey]:
    """Make two keys that are used in a new way, one of which was disabled for it."""
    now = timezone.now()
    made = {"at": now - timedelta(days=40)}
    drifted, paused = (make_key(project, name, **made)[0] for name in ("Drifted", "Paused"))
    answering.choose(key=paused, watched=True, pauses=True, at=now, by=BY)
    for key in (drifted, paused):
        drifting.four_weeks(key, until=now)
        drifting.use(key, now - timedelta(minutes=9), 120, purpose_class="task_execution")
        drifting.use(key, now - timedelta(minutes=8), 30, scope="schedule")
        drifting.use(key, now - timedelta(minutes=7), 90, **drifting.DENIED)
    assert drifting.turn(now) == 2
    return {"drifted": drifted, "paused": paused}


def _purposes(project: Project, key: ApiKey) -> None:
    """Register a purpose in every state, to one of which the key is narrowed."""
    register(project)
    propose(project, purpose_id="ad_free_gifts", sentence="Shows gifts beside advertising.")
    retire(project, register(project, purpose_id="dinner", scopes=["constraints"]))
    retire(project, propose(project, purpose_id="x" * 64, sentence=LONGEST_READ))
    close(project, "preferences:recommendation", environment="live")
    key.purposes = ["gift_finder"]
    key.save(update_fields=["purposes"])


def _draft(project: Project) -> None:
    """Draft a change of every kind; in test it runs in shadow."""
    drafted.settings(project, "registered", ["preferences:recommendation"])
    drafted.purpose(project, purpose_id="dinner", sentence=LONGEST_READ)
    drafted.purpose(project, purpose_id="gift_for_my_sister")
    drafted.retirement(project, "gift_finder")
    drafted.shadow(project)
    drafted.settings(project, "any", environment="live")


def _ask(project: Project) -> None:
    """Remember, and read for a purpose that is taken and for some that are not."""
    api = Api(make_key(project, "Asking", at=timezone.now())[1])
    api.remember()
    api.remember(value_json={"likes": ["soup"], "أحب": {"x": [1, 2]}})
    api.read()
    Api(make_key(project, "Live", environment="live", at=timezone.now())[1]).remember()
    for purpose in (DENIED, "recommend books", "marketing", "x" * 900, "贈り物"):
        api.post("/memory/read", read_body(purpose=purpose))
    api.post("/memory", "not json")
    collector.flush()


def _large_event(project: Project) -> object:
    """Record a read of many memories; return its id."""
    event = audit.Event(
        subject_id=new_id(),
        event_type=EventType.MEMORY_READ,
        app_id=project.pk,
        environment="test",
        user_id="user_1",
        scope="preferences",
        purpose="recommend restaurants",
        purpose_class="recommendation",
        memory_ids=texts(new_id() for _ in range(120)),
        request_id="req-1",
        created_at=timezone.now(),
    )
    audit.record(event)
    return event.id
