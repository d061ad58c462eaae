"""The handles that a model is given instead of tokens."""

from __future__ import annotations

from memory_scope.handles import Handles


def test_a_handle_is_good_for_one_person_alone() -> None:
    handles = Handles()
    handle = handles.give(person="user_1", token="rev_1")
    assert handles.token(handle, person="user_1") == "rev_1"
    assert handles.token(handle, person="user_2") is None
    assert handles.token("read-made-up", person="user_1") is None


def test_of_too_many_the_oldest_is_forgotten_and_no_other_persons() -> None:
    handles = Handles(most=2)
    others = handles.give(person="user_2", token="rev_0")
    given = [handles.give(person="user_1", token=f"rev_{number}") for number in range(3)]
    found = [handles.token(handle, person="user_1") for handle in given]
    assert found == [None, "rev_1", "rev_2"]
    assert handles.token(others, person="user_2") == "rev_0"


def test_of_too_many_persons_the_one_who_asked_longest_ago_is_forgotten() -> None:
    handles = Handles(most_persons=2)
    given = {person: handles.give(person=person, token=person) for person in ("a", "b")}
    handles.give(person="a", token="again")
    given["c"] = handles.give(person="c", token="c")
    found = {person: handles.token(handle, person=person) for person, handle in given.items()}
    assert found == {"a": "a", "b": None, "c": "c"}


def test_tokens_are_in_no_repr_and_in_no_handle() -> None:
    handles = Handles()
    handle = handles.give(person="user_1", token="rev_secret")
    assert "secret" not in f"{handles!r}{handle}"
