"""Each reason for a denial has a sentence that would help, without the caller's own words."""

from __future__ import annotations

import pytest

from memory.policy import hints, purposes
from memory.policy.hints import HINTS, Denied, hint
from memory.policy.purposes import Understood
from memory.policy.registry import NO_REGISTRY, PurposeState, RegisteredPurpose, Registry, Takes
from memory.policy.vocabulary import PurposeClass

GIFTS = RegisteredPurpose(
    "gift_finder",
    1,
    PurposeClass.RECOMMENDATION,
    frozenset({"preferences"}),
    frozenset({"live"}),
    PurposeState.APPROVED,
)
HERE = Registry(Takes.ANY, {"gift_finder": GIFTS}, environment="test", version="")


def of(reason: str, *, scope: str = "constraints", proposed: str | None = None) -> str:
    registered = reason.startswith("PURPOSE_") and reason not in ("PURPOSE_UNRECOGNIZED",)
    understood = Understood(
        PurposeClass.RECOMMENDATION,
        refused=("sell", "data"),
        reason=reason,
        purpose=GIFTS if registered else None,
    )
    return hint(reason, Denied(scope, understood, proposed, HERE))


def test_every_reason_has_one() -> None:
    named = {
        value
        for module in (hints, purposes)
        for name, value in vars(module).items()
        if name.startswith(("PURPOSE_", "KEY_", "POLICY_", "PROJECT_")) and isinstance(value, str)
    }
    assert set(HINTS) == named
    assert len(HINTS) == 15


@pytest.mark.parametrize("reason", HINTS)
def test_it_is_one_sentence(reason: str) -> None:
    sentence = of(reason)
    assert sentence[0].isupper() or sentence[0] == "'"
    assert sentence.endswith(".")
    assert ". " not in sentence


@pytest.mark.parametrize(
    ("reason", "named"),
    [
        ("PURPOSE_VETOED", "'sell', 'data'"),
        ("PURPOSE_DISAGREES", "'sell', 'data'"),
        ("PURPOSE_RETIRED", "'gift_finder'"),
        ("PURPOSE_NOT_HERE", "'test'"),
        ("PURPOSE_SCOPE", "preferences"),
        ("POLICY_DENIED", "preferences, constraints"),
        ("PROJECT_NARROWED", "narrowed the policy in 'test'"),
        ("KEY_SCOPE", "'constraints'"),
        ("KEY_PURPOSE_CLASS", "'recommendation'"),
    ],
)
def test_it_names_what_decided(reason: str, named: str) -> None:
    assert named in of(reason)


def test_a_proposed_class_is_named_with_what_it_may_read() -> None:
    assert "'recommendation:'" in of("PURPOSE_UNRECOGNIZED", proposed="recommendation")
    other = of("PURPOSE_UNRECOGNIZED", scope="schedule", proposed="recommendation")
    assert "'recommendation', which may not read 'schedule'" in other
    assert "colon" in hint(
        "PURPOSE_UNRECOGNIZED",
        Denied("preferences", Understood(PurposeClass.UNRECOGNIZED), None, NO_REGISTRY),
    )
