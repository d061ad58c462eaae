"""Asks the API in this process, and keeps what was asked and answered, as examples.

Ids, times and tokens are other ones each time. Steady ones stand in their places, the same for the
same, so that a recording differs from the one before only where the API does.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from typing import Any

from django.utils import timezone

from config.openapi import document
from proof import sealing
from tests.described import path_of
from tests.doors import Api
from tests.makers import memory_body, read_body

VARYING = re.compile(
    r"(?P<id>[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})"
    r"|(?P<time>\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?Z)"
    r"|(?P<receipt>eyJ[A-Za-z0-9_-]+\.[A-Za-z0-9_-]+\.[A-Za-z0-9_-]{86})"
    r"|(?P<token>rev_[A-Za-z0-9_-]{43})"
    r"|(?P<link>psn_[A-Za-z0-9_-]{43})"
    r"|(?<=\"token\": \")(?P<seal>[A-Za-z0-9_.-]+)"
    r"|(?P<day>\d{4}-\d\d-\d\d)(?=\")"
    r"|(?<=\"next_cursor\": \")(?P<cursor>[A-Za-z0-9_-]+)"
)
# What stands for the first, second, … of each kind; of days the first is the newest.
STEADY: dict[str, Callable[[int], str]] = {
    "id": lambda number: f"01a206ab-ceb9-7047-b708-{number:012x}",
    "time": lambda number: f"2026-11-23T04:30:{number:02}.601265Z",
    "token": lambda number: f"rev_6gM1kuROhKkTo73qE36ASqbmOCYKRYfPtVl70hdp9{number:02}",
    "link": lambda number: f"psn_8dQ0wZy3mRkV5tLs7xHc2nBfJ4gPaEuKoYi6vTrWq{number:02}",
    "receipt": lambda number: f"eyJhbGciOiJFZERTQSJ9.eyJraW5kIjoicmVhZCJ9.{'A' * 84}{number:02}",
    "seal": lambda number: f"eyJhbGciOiJFZERTQSJ9.eyJudW1iZXIiOjF9.{number:086}",
    "day": lambda number: f"2026-11-{31 - number:02}",
    "cursor": lambda number: f"WyIyMDI2LTExLTIzVDA0OjMwOjEw{number:02}",
}
# Too long to be read as an example, or no JSON.
UNSHOWN = (
    "export_sealed_record",
    "get_policy",
    "get_metrics",
    "get_openapi_json",
    "get_openapi_yaml",
)


class Recording:
    """What is asked with one key."""

    def __init__(self, api: Api) -> None:
        self.api = api
        self.examples: list[dict[str, Any]] = []

    def ask(
        self, name: str, method: str, path: str, body: Any = None, key: str | None = "", **meta: Any
    ) -> Any:
        """Ask, and keep it under the name; None as key: without one. Return the answer's JSON."""
        door = self.api if key == "" else Api(key)
        answer = {
            "GET": lambda: door.get(path, **meta),
            "POST": lambda: door.post(path, "" if body is None else body, **meta),
            "DELETE": lambda: door.delete(path, **meta),
        }[method]()
        operation = document()["paths"][path_of(path.partition("?")[0])][method.lower()]
        content = answer.getvalue() if not answer.streaming else b"".join(answer)
        told = json.loads(content) if content else None
        example = {"operation": operation["operationId"], "name": name, "body": body}
        if example["operation"] not in UNSHOWN:
            self.examples.append({**example, "status": answer.status_code, "answer": told})
        return told

    def steady(self) -> str:
        """Return what was kept, as the text of the file."""
        known: dict[str, dict[str, str]] = {kind: {} for kind in STEADY}

        def put(found: re.Match[str]) -> str:
            kind, value = str(found.lastgroup), found[0]
            same = known[kind]
            return same.setdefault(value, STEADY[kind](len(same) + 1))

        return VARYING.sub(put, json.dumps(self.examples, indent=1, ensure_ascii=False) + "\n")


def record(api: Api) -> str:
    """Ask every operation, and for the errors that people meet. Return the examples as text."""
    asked = Recording(api)
    ask = asked.ask
    ask("usage_of_a_key", "GET", "/usage")
    ask("it_lives", "GET", "/healthz", key=None)
    ask("signing_keys", "GET", "/.well-known/memory-scope-keys.json", key=None)
    ask("it_can_serve", "GET", "/readyz", key=None)
    once = {"HTTP_IDEMPOTENCY_KEY": "order-41"}
    memory = ask("likes_and_dislikes", "POST", "/memory", memory_body(), **once)
    other = memory_body(value_json={"likes": ["sushi"]})
    ask("another_request_with_the_key", "POST", "/memory", other, **once)
    ask("a_field_that_nobody_knows", "POST", "/memory", memory_body(ttl=30))
    ask("no_such_scope", "POST", "/memory", memory_body(scope="food"))
    rule = memory_body(scope="constraints", value_json={"max_price": 50}, ttl_days=30)
    ask("several_memories", "POST", "/memory/batch", {"memories": [rule, memory_body()]})
    ask("all_of_a_user", "GET", "/memory?user_id=user_1")
    ask("one_memory", "GET", f"/memory/{memory['id']}")
    read = ask("recommend_restaurants", "POST", "/memory/read", read_body())
    ask("with_detail", "POST", "/memory/read", read_body(detail=True))
    ask("with_a_receipt", "POST", "/memory/read", read_body(receipt=True))
    ask("not_for_that_purpose", "POST", "/memory/read", read_body(purpose="book a table"))
    ask("no_purpose", "POST", "/memory/read", {"user_id": "user_1"})
    places = [{"scope": "preferences", "domain": "*"}, {"scope": "schedule"}]
    several = {"user_id": "user_1", "purpose": "recommend restaurants", "reads": places}
    ask("under_several_scopes", "POST", "/memory/read/batch", several)
    token = {"revocation_token": read["revocation_token"]}
    ask("go_on", "POST", "/memory/read/continue", token)
    ask("declared", "POST", "/policy/check", {"scope": "schedule", "purpose": "scheduling: lunch"})
    ask("what_there_is", "GET", "/users/user_1")
    ask("by_token", "POST", "/memory/revoke", token)
    ask("after_the_revoke", "POST", "/memory/read/continue", token)
    ask("no_such_token", "POST", "/memory/revoke", {"revocation_token": "rev_none"})
    ask("by_user", "POST", "/memory/revoke", {"user_id": "user_1", "scope": "preferences"})
    ask("deleted", "DELETE", f"/memory/{memory['id']}")
    ask("deleted_before", "DELETE", f"/memory/{memory['id']}")
    ask("denials", "GET", "/audit?decision=denied&limit=1")
    sealing.seal_since(None, at=timezone.now())
    ask("latest_seals", "GET", "/audit/seal")
    ask("everything", "GET", "/users/user_2/export")
    ask("to_the_page_about_them", "POST", "/users/user_1/link")
    ask("only_counted", "DELETE", "/users/user_1?dry_run=true")
    ask("erased", "DELETE", "/users/user_1")
    report = {"tokens": ["a text in which no key stands"], "url": "https://host.example/1"}
    ask("nothing_found", "POST", "/leaks", report, key=None)
    ask("no_key", "GET", "/usage", key=None)
    return asked.steady()
