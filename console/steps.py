"""The first steps in an environment, which tick themselves when what they ask for has happened."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from accounts.environments import TEST
from accounts.models import EventType, Project
from apikeys.models import ApiKey
from memory.first_steps import first_events

STAY = timedelta(hours=1)  # for which the steps are shown after the last of them
PLACE = '{"user_id": "user_42", "scope": "preferences", "domain": "food",\n       '


@dataclass(frozen=True)
class Request:
    """What takes a step, and the kind of event that it leaves."""

    event: EventType
    title: str
    words: str
    path: str
    body: str


REQUESTS = (
    Request(
        EventType.MEMORY_CREATE,
        "Store a first memory",
        "Run this where MEMORY_SCOPE_API_KEY is set.",
        "/memory",
        PLACE + '"source": "explicit_user_input", "value_json": {"likes": ["pizza"]}}',
    ),
    Request(
        EventType.MEMORY_READ,
        "Read it for a purpose",
        "Say why you read. “recommend restaurants” is a recommendation, and preferences may be"
        " read for that.",
        "/memory/read",
        PLACE + '"purpose": "recommend restaurants"}',
    ),
    Request(
        EventType.POLICY_DENIED,
        "Be denied",
        "Ask for the same memory to “book a table”. The answer is 403, and says what would have"
        " been allowed.",
        "/memory/read",
        PLACE + '"purpose": "book a table"}',
    ),
    Request(
        EventType.MEMORY_REVOKE,
        "Take the access back",
        "Send the revocation_token that the read gave you. The next read finds nothing.",
        "/memory/revoke",
        '{"revocation_token": "rev_…"}',
    ),
)
KEY_WORDS = (
    "An application sends its API key with every request. Start with a test key: nothing in test"
    " is about real people."
)


@dataclass(frozen=True)
class Step:
    """A step, and when it was taken; `is_next` is the first that was not.

    `path` and `body` are those of the request that takes it; both are empty for the first step.
    """

    title: str
    words: str
    done_at: datetime | None
    is_next: bool
    path: str = ""
    body: str = ""


@dataclass(frozen=True)
class FirstSteps:
    steps: list[Step]

    @property
    def done(self) -> int:
        return sum(step.done_at is not None for step in self.steps)


def first_steps(project: Project, environment: str, *, at: datetime) -> FirstSteps | None:
    """Return the steps; None a while after all are done, or where somebody knows the way.

    They are for test, where nobody real is touched.
    """
    if environment != TEST:
        return None
    events = first_events(project_id=project.pk, environment=environment)
    if events is None:
        return None
    keys = ApiKey.objects.filter(project=project, environment=environment)
    made = keys.order_by("created_at", "id").values_list("created_at", flat=True).first()
    steps = [Step("Create a key", KEY_WORDS, made, made is None)]
    for one in REQUESTS:
        done_at = events.get(one.event)
        is_next = done_at is None and all(step.done_at for step in steps)
        steps.append(Step(one.title, one.words, done_at, is_next, one.path, one.body))
    times = [step.done_at for step in steps if step.done_at]
    is_over = len(times) == len(steps) and max(times) < at - STAY
    return None if is_over else FirstSteps(steps)
