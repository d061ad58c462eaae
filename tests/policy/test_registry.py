"""The registry as the policy sees it: only what was approved has an effect."""

from __future__ import annotations

from dataclasses import replace

import pytest

from memory.policy.purposes import understand
from memory.policy.registry import (
    NO_REGISTRY,
    PURPOSE_ID,
    PurposeState,
    RegisteredPurpose,
    Registry,
    Takes,
    fingerprint,
    is_narrower,
)
from memory.policy.vocabulary import PurposeClass

GIFTS = RegisteredPurpose(
    id="gift_finder",
    revision=3,
    purpose_class=PurposeClass.RECOMMENDATION,
    scopes=frozenset({"preferences"}),
    environments=frozenset({"test", "live"}),
    state=PurposeState.APPROVED,
)
HERE = Registry(Takes.ANY, {GIFTS.id: GIFTS}, environment="test", version="")


def with_gifts(registry: Registry = HERE, **changed: object) -> Registry:
    gifts = replace(GIFTS, **changed)  # type: ignore[arg-type] # as the test says
    return replace(registry, purposes={gifts.id: gifts})


class TestUnderstanding:
    @pytest.mark.parametrize("purpose", ["gift_finder", "Gift Finder", "gift-finder"])
    def test_a_registered_purpose_is_in_its_class_however_it_is_typed(self, purpose: str) -> None:
        understood = understand(purpose, HERE)
        assert understood.purpose_class is PurposeClass.RECOMMENDATION
        assert (understood.reason, understood.purpose) == (None, GIFTS)

    def test_the_registry_comes_before_the_words(self) -> None:
        emails = replace(GIFTS, id="write_email")
        registry = replace(HERE, purposes={emails.id: emails})
        assert understand("write email").purpose_class is PurposeClass.CONTENT_GENERATION
        assert understand("write email", registry).purpose_class is PurposeClass.RECOMMENDATION

    def test_a_proposed_purpose_has_no_effect(self) -> None:
        registry = with_gifts(state=PurposeState.PROPOSED)
        assert understand("gift_finder", registry) == understand("gift_finder")

    def test_a_retired_purpose_is_refused_and_not_read_as_free_text(self) -> None:
        books = replace(GIFTS, id="recommend_books", state=PurposeState.RETIRED)
        registry = replace(HERE, purposes={books.id: books})
        understood = understand("recommend books", registry)
        assert understood.purpose_class is PurposeClass.UNRECOGNIZED
        assert (understood.reason, understood.purpose) == ("PURPOSE_RETIRED", books)

    def test_a_purpose_of_the_other_environment_is_refused(self) -> None:
        registry = with_gifts(environments=frozenset({"live"}))
        understood = understand("gift_finder", registry)
        assert understood.purpose_class is PurposeClass.UNRECOGNIZED
        assert understood.reason == "PURPOSE_NOT_HERE"

    def test_a_project_that_takes_registered_purposes_takes_no_other(self) -> None:
        registry = replace(HERE, takes=Takes.REGISTERED)
        assert understand("gift_finder", registry).reason is None
        for purpose in ("recommend books", "recommendation: books", "recommendation"):
            understood = understand(purpose, registry)
            assert understood.purpose_class is PurposeClass.UNRECOGNIZED
            assert understood.reason == "PURPOSE_NOT_REGISTERED"

    def test_a_project_that_takes_declared_purposes_takes_no_free_text(self) -> None:
        registry = replace(HERE, takes=Takes.DECLARED)
        for purpose in ("gift_finder", "recommendation: books"):
            assert understand(purpose, registry).purpose_class is PurposeClass.RECOMMENDATION
        assert understand("recommend books", registry).reason == "PURPOSE_NOT_DECLARED"

    def test_without_a_registry_all_is_as_it_was(self) -> None:
        assert understand("recommend books", NO_REGISTRY).purpose is None
        assert understand("recommend books").purpose_class is PurposeClass.RECOMMENDATION


class TestScopes:
    def test_fewer_scopes_are_all_that_it_may_read(self) -> None:
        assert GIFTS.may_read("preferences")
        assert not GIFTS.may_read("constraints")
        assert replace(GIFTS, scopes=None).may_read("constraints")

    @pytest.mark.parametrize(
        ("new", "old", "narrower"),
        [
            (["a"], None, True),
            (["a"], ["a", "b"], True),
            (["a", "b"], None, True),
            (None, ["a", "b"], True),
            (None, ["a"], False),
            (["b"], ["a"], False),
            (["a", "b"], ["a"], False),
        ],
    )
    def test_only_what_names_nothing_new_is_narrower(
        self, new: list[str] | None, old: list[str] | None, narrower: bool
    ) -> None:
        assert is_narrower(new, old, all_of=["a", "b"]) is narrower


class TestVersion:
    def version(self, *purposes: RegisteredPurpose, **changed: str) -> str:
        known = {"product": "p", "takes": "any", "environment": "test", **changed}
        return fingerprint(
            known["product"],
            takes=Takes(known["takes"]),
            environment=known["environment"],
            purposes=purposes,
        )

    def test_it_changes_with_all_that_has_an_effect(self) -> None:
        other = replace(GIFTS, id="other")
        versions = [
            self.version(GIFTS),
            self.version(GIFTS, product="q"),
            self.version(GIFTS, takes="declared"),
            self.version(GIFTS, takes="registered"),
            self.version(GIFTS, environment="live"),
            self.version(other),
            self.version(GIFTS, other),
            self.version(replace(GIFTS, revision=4)),
            self.version(replace(GIFTS, purpose_class=PurposeClass.SCHEDULING)),
            self.version(replace(GIFTS, scopes=None)),
            self.version(replace(GIFTS, environments=frozenset({"live"}))),
            self.version(replace(GIFTS, state=PurposeState.RETIRED)),
            self.version(takes="declared"),
        ]
        assert len(set(versions)) == len(versions)
        assert all(len(version) == 16 and int(version, 16) >= 0 for version in versions)

    def test_it_does_not_change_with_the_order_or_with_proposals(self) -> None:
        other = replace(GIFTS, id="other")
        assert self.version(GIFTS, other) == self.version(other, GIFTS)
        proposed = replace(other, state=PurposeState.PROPOSED)
        assert self.version(GIFTS, proposed) == self.version(GIFTS)

    def test_what_has_no_effect_has_no_version(self) -> None:
        assert self.version() == NO_REGISTRY.version == ""
        assert self.version(replace(GIFTS, state=PurposeState.PROPOSED)) == ""


@pytest.mark.parametrize("text", ["", "Gift", "gift finder", "gift-finder", "x" * 65, "ü", "a\n"])
def test_what_is_no_id(text: str) -> None:
    assert not PURPOSE_ID.fullmatch(text)
