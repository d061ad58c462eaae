"""What people are told about a read is what the API answers it, for every key and every purpose."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from accounts.models import AuditEvent, Project
from apikeys.authentication import find_principal
from apikeys.models import ApiKey
from apikeys.principal import PERMISSIONS
from apikeys.stand_ins import every_right, principal_of
from memory.models import RevocationGrant
from memory.policy.classes import TELLING, WEAK
from memory.policy.vetoed_words import WORDS
from memory.policy.vocabulary import PURPOSE_CLASSES, Scope
from memory.registries import registry_for
from memory.why import KEY_PERMISSION, STEPS, Explanation, alternatives, explain_read
from tests.doors import Api
from tests.makers import NOW, make_key, read_body
from tests.memory.bad_requests import CHECK, READ
from tests.memory.registered import register, retire, take
from tests.policy.labelled_purposes import labelled

pytestmark = pytest.mark.django_db

NARROWED: list[dict[str, list[str]]] = [
    {},
    {"permissions": ["memory:write"]},
    {"scopes": ["preferences", "schedule"]},
    {"purpose_classes": ["recommendation", "task_execution"]},
    {"purposes": ["gift_finder"]},
    {"scopes": ["constraints"], "purpose_classes": ["scheduling"], "permissions": ["memory:read"]},
]
DRAWN = {"decision_id", "request_id", "doc_url"}  # for each request anew, or by where it is asked
words = st.sampled_from(
    sorted(
        {
            *(word for level in (TELLING, WEAK) for one in level.values() for word in one),
            *(word for family in WORDS.values() for word in sorted(family)[::9]),
            *PURPOSE_CLASSES,
            *("gift_finder", "old_purpose", "recommendation:", "not", "status", "for", "Café"),
        }
    )
)
printable = st.text(st.characters(exclude_categories=["C", "Z"]), min_size=1, max_size=20)
purposes = st.one_of(printable, st.lists(words, min_size=1, max_size=5).map(" ".join))


@pytest.fixture
def narrowed(project: Project) -> list[tuple[ApiKey, Api]]:
    """Return keys that are narrowed in every way, in a project with a registry."""
    register(project, scopes=["preferences"])
    retire(project, register(project, purpose_id="old_purpose"))
    keys = [make_key(project, f"Key {at}", **rights) for at, rights in enumerate(NARROWED)]
    project.refresh_from_db()
    return [(key, Api(plaintext)) for key, plaintext in keys]


def explained(key: ApiKey, scope: str, purpose: str) -> Explanation:
    principal = principal_of(ApiKey.objects.select_related("project").get(pk=key.pk))
    return explain_read(
        principal=principal, registry=registry_for(principal), scope=scope, purpose=purpose
    )


def plain(fields: Any) -> Any:
    return json.loads(json.dumps(fields, default=str))


def assert_answered_alike(key: ApiKey, api: Api, scope: str, purpose: str) -> Explanation:
    """Ask the API and the explanation, and compare all that they say."""
    told = explained(key, scope, purpose)
    response = api.post(READ, read_body(scope=scope, purpose=purpose))
    assert told.is_allowed is (response.status_code == 200), response.content
    refusal = told.refusal()
    assert (refusal is None) is told.is_allowed
    if refusal is not None:
        assert response.status_code == 403
        said = {"detail": refusal.detail, "code": refusal.code, **plain(refusal.fields)}
        answer = response.json()
        assert {name: said[name] for name in set(said) - DRAWN} == {
            name: answer[name] for name in set(answer) - DRAWN
        }
        event = AuditEvent.objects.filter(event_type="POLICY_DENIED").latest("id")
        code = KEY_PERMISSION if refusal.code == "permission_denied" else told.decision.reason_code
        assert event.reason_code == code
    checked = api.post(CHECK, {"scope": scope, "purpose": purpose}).json()
    assert checked == plain(told.checked())
    return told


class TestTheSameAnswer:
    def test_labelled_purposes_by_every_key(self, narrowed: list[tuple[ApiKey, Api]]) -> None:
        texts = ["gift finder", "old_purpose", *[one.text for one in list(labelled())[::60]]]
        steps = set()
        for at, text in enumerate(texts):
            key, api = narrowed[at % len(narrowed)]
            for scope in ("preferences", list(Scope)[at % len(Scope)]):
                steps.add(assert_answered_alike(key, api, str(scope), text.strip()).step)
        assert len(steps) > 3

    @settings(
        max_examples=60,
        deadline=None,
        suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
    )
    @given(purpose=purposes, scope=st.sampled_from(list(Scope)), at=st.integers(0, 5))
    def test_any_purpose_by_any_key(
        self, narrowed: list[tuple[ApiKey, Api]], purpose: str, scope: Scope, at: int
    ) -> None:
        key, api = narrowed[at]
        assert_answered_alike(key, api, str(scope), purpose)

    @pytest.mark.parametrize("takes", ["any", "declared", "registered"])
    def test_what_the_project_takes(self, project: Project, takes: str) -> None:
        take(project, takes)
        key, plaintext = make_key(project)
        for purpose in ("recommend books", "recommendation: books", "ui rendering", "book it"):
            assert_answered_alike(key, Api(plaintext), "preferences", purpose)


class TestSteps:
    @pytest.mark.parametrize(
        ("rights", "scope", "purpose", "step"),
        [
            ({}, "preferences", "recommend books", None),
            ({"permissions": ["memory:write"]}, "schedule", "sell it", "KEY_PERMISSION"),
            ({"scopes": ["schedule"]}, "preferences", "gift for my sister", "UNDERSTOOD"),
            ({"scopes": ["schedule"]}, "preferences", "book lunch", "POLICY_DENIED"),
            ({"scopes": ["schedule"]}, "constraints", "gift_finder", "PURPOSE_SCOPE"),
            ({"scopes": ["schedule"]}, "preferences", "recommend books", "KEY_SCOPE"),
            (
                {"purpose_classes": ["scheduling"]},
                "preferences",
                "recommend",
                "KEY_PURPOSE_CLASS",
            ),
            ({"purposes": ["gift_finder"]}, "preferences", "recommend books", "KEY_PURPOSE"),
        ],
    )
    def test_the_first_that_says_no(
        self, project: Project, rights: Any, scope: str, purpose: str, step: str | None
    ) -> None:
        register(project, scopes=["preferences"])
        key, plaintext = make_key(project, **rights)
        assert assert_answered_alike(key, Api(plaintext), scope, purpose).step == step
        assert step is None or step in STEPS


class TestRights:
    @pytest.mark.parametrize("rights", NARROWED)
    def test_they_are_those_of_a_request(self, project: Project, rights: Any) -> None:
        register(project)
        key, plaintext = make_key(project, **rights)
        found = find_principal(plaintext, at=NOW)
        told = principal_of(ApiKey.objects.select_related("project").get(pk=key.pk))
        assert found is not None
        for name in (
            *("key_id", "project_id", "owner_id", "environment", "permissions", "scopes"),
            *("purpose_classes", "purposes", "purposes_revision", "subject_key"),
        ):
            assert getattr(told, name) == getattr(found, name), name

    def test_without_a_key_there_is_nothing_that_narrows(self, project: Project) -> None:
        principal = every_right(project, "live")
        assert principal.permissions == frozenset(PERMISSIONS)
        assert (principal.scopes, principal.purpose_classes, principal.purposes) == (None,) * 3
        assert principal.environment == "live"


class TestTraces:
    def test_it_leaves_no_event_and_no_grant(self, project: Project) -> None:
        key, _ = make_key(project)
        before = AuditEvent.objects.count()
        explained(key, "preferences", "sell it")
        explained(key, "preferences", "recommend books")
        assert AuditEvent.objects.count() == before
        assert not RevocationGrant.objects.exists()


class TestAlternatives:
    def of(self, key: ApiKey, scope: str, purpose: str) -> Any:
        key = ApiKey.objects.select_related("project").get(pk=key.pk)
        principal = principal_of(key)
        return alternatives(
            explained(key, scope, purpose), principal=principal, registry=registry_for(principal)
        )

    def test_a_purpose_may_say_its_class(self, project: Project) -> None:
        key, plaintext = make_key(project)
        found = self.of(key, "preferences", "gift for my sister")
        assert found.declared == "recommendation: gift for my sister"
        assert_answered_alike(key, Api(plaintext), "preferences", found.declared)
        assert explained(key, "preferences", found.declared).is_allowed

    @pytest.mark.parametrize("purpose", ["sell gifts", "book lunch", "xyzzy", "m4rketing gifts"])
    def test_what_saying_so_would_not_help_is_not_proposed(
        self, project: Project, purpose: str
    ) -> None:
        assert self.of(make_key(project)[0], "preferences", purpose).declared is None

    def test_the_scopes_that_it_may_read(self, project: Project) -> None:
        key, _ = make_key(project, scopes=["preferences", "schedule"])
        assert self.of(key, "preferences", "book lunch").scopes == ("schedule",)

    def test_the_purposes_that_are_registered_for_it(self, project: Project) -> None:
        register(project, scopes=["preferences"])
        register(project, purpose_id="helper", purpose_class="scheduling")
        key, _ = make_key(project)
        assert self.of(key, "preferences", "xyzzy").registered == ("gift_finder",)
        assert self.of(key, "constraints", "xyzzy").registered == ("helper",)

    def test_a_key_without_the_permission_is_offered_nothing(self, project: Project) -> None:
        register(project)
        key, _ = make_key(project, permissions=["memory:write"])
        found = self.of(key, "preferences", "gift for my sister")
        assert (found.declared, found.scopes, found.registered) == (None, (), ())
