"""The bench for decisions: a scope, a purpose and a key in, yes or no and why out.

Nothing is read and nothing recorded. The address of a page tells all that it shows.
"""

from __future__ import annotations

import json
import shlex
from collections.abc import Iterable, Mapping
from datetime import datetime
from itertools import islice
from typing import Any
from urllib.parse import urlencode
from uuid import UUID

import msgspec
from django import forms
from django.http import HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from accounts.models import Project
from apikeys.models import ApiKey
from apikeys.stand_ins import every_right, principal_of
from console import owned
from console.owned import SignedIn
from console.summaries import name_of
from console.why_words import OF_A_KEY, decided_by, passed_over, steps
from foundation.addresses import base_url
from foundation.answers import RequestRefused, error_body
from foundation.visible import shown
from memory import schemas
from memory.policy.purposes import (
    PURPOSE_DISAGREES,
    PURPOSE_DOUBTED,
    PURPOSE_NOT_DECLARED,
    PURPOSE_NOT_REGISTERED,
    PURPOSE_UNRECOGNIZED,
    PURPOSE_VETOED,
    folded_id,
)
from memory.policy.registry import Registry
from memory.policy.vocabulary import Scope
from memory.registries import registry_for
from memory.why import (
    KEY_PERMISSION,
    Explanation,
    alternatives,
    explain_read,
    would_be_allowed,
)

LONGEST_PURPOSE = 1000
MOST_KEYS = 5  # that a page names as those that may
READING_KEY = "Use a key that may read."
DRAWN = "…"  # what each request draws for itself

# Some purposes to ask for, by scope: the last one is denied.
EXAMPLES: Mapping[str, tuple[str, ...]] = {
    Scope.PREFERENCES: ("recommend restaurants", "write a birthday card", "order lunch"),
    Scope.CONSTRAINTS: ("suggest gifts within budget", "book a hotel room", "write a newsletter"),
    Scope.COMMUNICATION: ("draft a reply", "send a reminder", "suggest a restaurant"),
    Scope.ACCESSIBILITY: ("display captions", "write a summary in large print", "book a taxi"),
    Scope.SCHEDULE: ("find a time for a meeting", "book an appointment", "recommend a concert"),
    Scope.ATTENTION: ("send a notification", "display the home screen", "train a model"),
}


# Denials for which registering the purpose may be right; others have a registration already.
REGISTERING_HELPS = frozenset(
    {
        PURPOSE_UNRECOGNIZED,
        PURPOSE_VETOED,
        PURPOSE_DOUBTED,
        PURPOSE_DISAGREES,
        PURPOSE_NOT_DECLARED,
        PURPOSE_NOT_REGISTERED,
    }
)


class AsTheApiChecks(forms.Field):
    """A field that must be there; whether it is, and what it may say, is checked with the form."""

    def validate(self, value: Any) -> None:
        pass


class WhyForm(forms.Form):
    """What would be read, what for, and with which key; it is checked as the API checks it."""

    scope = AsTheApiChecks(
        label="Which memories?",
        widget=forms.RadioSelect(choices=[(str(one), str(one)) for one in Scope]),
    )
    purpose = AsTheApiChecks(
        label="For what purpose? In your own words",
        widget=forms.Textarea(attrs={"rows": 3, "maxlength": LONGEST_PURPOSE}),
    )

    def __init__(self, *args: Any, project: Project, environment: str, **options: Any) -> None:
        super().__init__(*args, **options)
        keys = ApiKey.objects.filter(project=project, environment=environment)
        keys = keys.select_related("project")
        self.keys = {str(key.pk): key for key in keys.live().order_by("name", "id")}
        chosen = (self.data or self.initial).get("key", "")
        if chosen not in self.keys and (key_id := _uuid(chosen)):
            self.keys |= {str(key.pk): key for key in keys.filter(pk=key_id)}
        self.fields["key"] = forms.ChoiceField(
            label="With which key?",
            required=False,
            choices=[
                ("", "Any key with full access"),
                *((known, shown(name_of(key))) for known, key in self.keys.items()),
            ],
            error_messages={
                "invalid_choice": f"This project has no such key in {environment}. Choose another."
            },
        )

    def clean(self) -> dict[str, Any]:
        asked = {name: self.data.get(name) or None for name in ("scope", "purpose")}
        try:
            query = schemas.check_policy(asked)
        except RequestRefused as refused:
            for problem in refused.answer.fields["errors"]:
                self.add_error(problem["field"], problem["message"])
        else:
            self.cleaned_data |= {"scope": query.scope, "purpose": query.purpose}
        return self.cleaned_data

    def key(self) -> ApiKey | None:
        """Return the key of a valid form; None where any would do."""
        return self.keys.get(self.cleaned_data["key"])


def _uuid(text: str) -> UUID | None:
    try:
        return UUID(text)
    except ValueError:
        return None


@never_cache
@require_safe
def why(request: SignedIn, project_id: UUID, environment: str) -> HttpResponse:
    """Ask what a read would be answered, and show what decides."""
    project = owned.project(request, project_id, environment)
    is_asked = "purpose" in request.GET
    form = WhyForm(
        request.GET if is_asked else None,
        initial={"scope": str(Scope.PREFERENCES), **request.GET.dict()},
        project=project,
        environment=environment,
    )
    scope, key_id = str(form["scope"].value()), str(form["key"].value() or "")
    context: dict[str, Any] = {
        "project": project,
        "environment": environment,
        "section": "why",
        "form": form,
        "examples": [(one, query_of(scope, one, key_id)) for one in EXAMPLES.get(scope, ())],
    }
    if is_asked and form.is_valid():
        context |= _answered(request, project, environment, form)
    return render(request, "console/why.html", context, status=400 if form.errors else 200)


def query_of(scope: str, purpose: str, key: str = "") -> str:
    """Return the query by which the page asks this."""
    asked = {"scope": scope, "purpose": purpose, "key": key}
    return urlencode({name: value for name, value in asked.items() if value})


def _answered(
    request: SignedIn, project: Project, environment: str, form: WhyForm
) -> dict[str, Any]:
    """Return what the page shows of an answer."""
    at = timezone.now()
    key = form.key()
    principal = every_right(project, environment) if key is None else principal_of(key)
    registry = registry_for(principal)
    scope, purpose = form.cleaned_data["scope"], form.cleaned_data["purpose"]
    answer = explain_read(principal=principal, registry=registry, scope=scope, purpose=purpose)
    instead = alternatives(answer, principal=principal, registry=registry)
    key_id = "" if key is None else str(key.pk)
    return {
        "answer": answer,
        "refusal": answer.refusal(),
        "helps": READING_KEY if answer.reason == KEY_PERMISSION else answer.decision.hint,
        "key": key,
        "rights": principal,
        "key_state": "" if key is None else key.state(at=at),
        "decided_by": decided_by(answer),
        "passed_over": passed_over(answer),
        "steps": steps(answer, has_key=key is not None),
        "scopes": [(one, query_of(one, purpose, key_id)) for one in instead.scopes],
        "registered": [(one, query_of(scope, one, key_id)) for one in instead.registered],
        "declared": instead.declared,
        "declared_query": query_of(scope, instead.declared or "", key_id),
        "keys_that_may": _keys_that_may(answer, form.keys.values(), registry, at=at),
        "may_register": answer.decision.reason in REGISTERING_HELPS,
        "purpose_id": folded_id(purpose),
        "said": said(answer),
        "command": command(base_url(request), scope, purpose),
    }


def _keys_that_may(
    denied: Explanation, keys: Iterable[ApiKey], registry: Registry, *, at: datetime
) -> list[ApiKey]:
    """Return some keys that work and may do what this one may not; none if it is not the key."""
    if denied.reason not in OF_A_KEY:
        return []
    may = (
        key
        for key in keys
        if key.state(at=at) == "active"
        and would_be_allowed(
            principal=principal_of(key),
            registry=registry,
            scope=denied.decision.scope,
            purpose=denied.purpose,
        )
    )
    return list(islice(may, MOST_KEYS))


def said(answer: Explanation) -> str:
    """Return what the API says: to a read that is refused, or to whoever checks one that is not."""
    refusal = answer.refusal()
    if refusal is None:
        return _as_json(answer.checked())
    body = error_body(refusal, request_id=DRAWN)
    return _as_json({**body, "decision_id": DRAWN} if "decision_id" in body else body)


def command(base_url: str, scope: str, purpose: str) -> str:
    """Return the line of a shell that asks the API the same; what nobody sees is escaped in it."""
    body = msgspec.json.encode({"scope": scope, "purpose": purpose}).decode()
    body = "".join(one if shown(one) == one else json.dumps(one)[1:-1] for one in body)
    return (
        f"curl {base_url}/policy/check \\\n"
        '  -H "X-API-Key: $MEMORY_SCOPE_API_KEY" -H "Content-Type: application/json" \\\n'
        f"  -d {shlex.quote(body)}"
    )


def _as_json(fields: Any) -> str:
    return msgspec.json.format(msgspec.json.encode(fields), indent=2).decode()
