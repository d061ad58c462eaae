"""How well the gate does on purposes that were labelled before it saw them.

The figures may rise and must not fall. Raise a floor when a change of the tables has raised it.
"""

import pytest

from tests.policy.labelled_purposes import FORBIDDEN, VAGUE, Labelled, labelled

ALL = list(labelled())
HONEST = [one for one in ALL if one.accepted]
SETS = sorted({one.set for one in ALL})


def share(of: list[Labelled], those: list[Labelled]) -> float:
    """Return how many in a hundred."""
    return 100 * len(those) / len(of)


def named(name: str, among: list[Labelled]) -> list[Labelled]:
    found = [one for one in among if one.set == name]
    assert found, f"There is no set {name}"
    return found


class TestForbidden:
    @pytest.mark.parametrize(
        ("name", "most"),
        [
            ("assistants", 0),
            ("catalogues", 0),
            ("everyday", 0),
            ("found", 0),
            ("languages", 0),
            ("tools", 0),
            ("dressed", 0.3),
            ("disguised", 0),
            ("euphemisms", 1.9),
        ],
    )
    def test_what_is_allowed_in_a_hundred(self, name: str, most: float) -> None:
        forbidden = [one for one in ALL if one.set == name and one.label == FORBIDDEN]
        allowed = [one for one in forbidden if one.is_allowed()]
        assert share(forbidden or ALL, allowed) <= most, [one.text for one in allowed]

    def test_what_nobody_can_place_is_denied(self) -> None:
        vague = [one for one in ALL if one.label == VAGUE]
        assert vague
        assert [one.text for one in vague if one.is_allowed()] == []


class TestHonest:
    @pytest.mark.parametrize(
        ("name", "least"),
        [
            ("assistants", 34.9),
            ("catalogues", 37.5),
            ("everyday", 63.6),
            ("found", 68),
            ("several", 93.6),
            ("tools", 50),
            ("traps", 41),
        ],
    )
    def test_what_is_right_in_a_hundred(self, name: str, least: float) -> None:
        honest = named(name, HONEST)
        assert share(honest, [one for one in honest if one.is_right()]) >= least

    def test_one_in_a_hundred_at_most_opens_a_wrong_scope(self) -> None:
        wrong = [one for one in HONEST if one.opens_a_wrong_scope()]
        assert share(HONEST, wrong) <= 0.25, [one.text for one in wrong]

    @pytest.mark.parametrize("name", sorted({one.set for one in HONEST} - {"traps"}))
    def test_declared_nearly_all_are_right(self, name: str) -> None:
        honest = named(name, HONEST)
        right = [one for one in honest if one.is_right_when_declared()]
        assert share(honest, right) >= {"several": 91, "tools": 93}.get(name, 95)
