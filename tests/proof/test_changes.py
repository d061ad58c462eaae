"""Whatever single thing is changed in a sealed record, verifying finds it."""

from __future__ import annotations

import copy
import json
import random
import secrets
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest
from pytest_django import Settings

from accounts.models import Project
from proof import keys, signing
from proof.sealed.hashes import SEAL, digest_of, leaf_of
from tests.proof.records import check, lines, sealed, tokens

Lines = list[dict[str, Any]]
TIMES = 1000


def rows(these: Lines) -> list[int]:
    return [at for at, line in enumerate(these) if "event" in line]


def seals(these: Lines) -> list[int]:
    return [at for at, line in enumerate(these) if "seal" in line]


def other(value: Any) -> Any:
    if isinstance(value, str):
        return value[:-1] + ("0" if value[-1:] != "0" else "1")
    if isinstance(value, (int, float)):
        return value + 1
    if isinstance(value, dict):
        return {**value, "more": 1}
    return [*value, "more"] if isinstance(value, list) else "something"


def change_a_value(these: Lines, luck: random.Random) -> None:
    event = these[luck.choice(rows(these))]["event"]
    name = luck.choice(sorted(event))
    event[name] = other(event[name])


def take_a_value(these: Lines, luck: random.Random) -> None:
    event = these[luck.choice(rows(these))]["event"]
    del event[luck.choice(sorted(event))]


def change_the_clock(these: Lines, luck: random.Random) -> None:
    event = these[luck.choice(rows(these))]["event"]
    moment = datetime.fromisoformat(event["created_at"])
    event["created_at"] = str(moment + timedelta(microseconds=luck.randrange(1, 10**12)))


def change_a_word(these: Lines, luck: random.Random) -> None:
    row = these[luck.choice(rows(these))]
    words = row[luck.choice([group for group in ("typed", "named") if group in row])]["words"]
    name = luck.choice(sorted(words))
    words[name] = other(words[name])


def take_the_words(these: Lines, luck: random.Random) -> None:
    row = these[luck.choice([at for at in rows(these) if "typed" in these[at]])]
    row["typed"] = {"digest": digest_of(row["typed"]["salt"], row["typed"]["words"])}


def change_with_its_hash(these: Lines, luck: random.Random) -> None:
    row = these[luck.choice(rows(these))]
    row["event"]["reason_code"] = "CONTINUE"
    digests: dict[str, str] = {
        one: digest_of(row[one]["salt"], row[one]["words"])
        for one in ("typed", "named", "address")
        if one in row
    }
    row["leaf"] = leaf_of(row["event"], digests)


def remove_a_row(these: Lines, luck: random.Random) -> None:
    del these[luck.choice(rows(these))]


def keep_the_hash_alone(these: Lines, luck: random.Random) -> None:
    del these[luck.choice(rows(these))]["event"]


def repeat_a_row(these: Lines, luck: random.Random) -> None:
    at = luck.choice(rows(these))
    these.insert(luck.choice(rows(these)), copy.deepcopy(these[at]))


def insert_a_row(these: Lines, luck: random.Random) -> None:
    at = luck.choice(rows(these))
    row = copy.deepcopy(these[at])
    row["position"] = these[luck.choice(rows(these))]["position"] + luck.randrange(2)
    row["event"]["decision_id"] = row["event"]["id"]
    these.insert(at, row)


def swap_rows(these: Lines, luck: random.Random) -> None:
    one, two = luck.sample(rows(these), 2)
    these[one], these[two] = these[two], these[one]


def swap_positions(these: Lines, luck: random.Random) -> None:
    one, two = luck.sample(rows(these), 2)
    these[one], these[two] = (
        {**these[two], "position": these[one]["position"]},
        {**these[one], "position": these[two]["position"]},
    )


def remove_a_seal(these: Lines, luck: random.Random) -> None:
    del these[luck.choice(seals(these))]


def remove_a_seal_and_its_rows(these: Lines, luck: random.Random) -> None:
    at = luck.choice(seals(these))
    end = next(one for one in range(at + 1, len(these)) if "position" not in these[one])
    del these[at:end]


def swap_seals(these: Lines, luck: random.Random) -> None:
    one, two = luck.sample(seals(these), 2)
    these[one], these[two] = these[two], these[one]


def change_a_seal(these: Lines, luck: random.Random) -> None:
    line = these[luck.choice(seals(these))]
    at = luck.randrange(len(line["seal"]))
    line["seal"] = line["seal"][:at] + other(line["seal"][at]) + line["seal"][at + 1 :]


def cut_the_end(these: Lines, luck: random.Random) -> None:
    del these[luck.randrange(1, len(these)) :]


def cut_seals_and_end_well(these: Lines, luck: random.Random) -> None:
    del these[luck.choice(seals(these)) : -1]


CHANGES: list[Callable[[Lines, random.Random], None]] = [
    change_a_value,
    take_a_value,
    change_the_clock,
    change_a_word,
    take_the_words,
    change_with_its_hash,
    remove_a_row,
    keep_the_hash_alone,
    repeat_a_row,
    insert_a_row,
    swap_rows,
    swap_positions,
    remove_a_seal,
    remove_a_seal_and_its_rows,
    swap_seals,
    change_a_seal,
    cut_the_end,
    cut_seals_and_end_well,
]


@pytest.fixture
def record(project: Project) -> Lines:
    sealed(project, count=5, seals=3)
    return lines(project, withholds=False)


@pytest.mark.django_db
def test_a_thousand_changes_are_each_found(record: Lines) -> None:
    expected = list(tokens(record))
    assert check(record, *expected) == []
    luck, text = random.Random(20261123), json.dumps(record)
    for number in range(TIMES):
        change = CHANGES[number % len(CHANGES)]
        changed = json.loads(text)
        change(changed, luck)
        assert changed != record
        assert check(changed, *expected), change.__name__


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("change", "kinds"),
    [
        (change_a_value, {"changed"}),
        (take_the_words, {"emptied"}),
        (change_with_its_hash, {"changed"}),
        (remove_a_row, {"removed"}),
        (keep_the_hash_alone, {"removed"}),
        (repeat_a_row, {"inserted"}),
        (remove_a_seal_and_its_rows, {"removed"}),
        (change_a_seal, {"forged"}),
    ],
)
def test_it_is_called_what_it_is(
    record: Lines, change: Callable[[Lines, random.Random], None], kinds: set[str]
) -> None:
    changed = copy.deepcopy(record)
    change(changed, random.Random(7))
    assert kinds <= set(check(changed, *list(tokens(record))))


@pytest.mark.django_db
def test_rows_in_another_order_within_a_seal_are_reordered(record: Lines) -> None:
    one, two = rows(record)[-2:]
    record[one]["position"], record[two]["position"] = (
        record[two]["position"],
        record[one]["position"],
    )
    record[one], record[two] = record[two], record[one]
    assert check(record) == ["reordered"]


@pytest.mark.django_db
def test_a_seal_by_another_key_is_forged(record: Lines, settings: Settings) -> None:
    at = seals(record)[-1]
    claims = signing.read(record[at]["seal"], typ=SEAL)
    ours = settings.SIGNING_KEYS
    settings.SIGNING_KEYS = [keys.new_seed()]
    record[at]["seal"] = signing.sign(claims, typ=SEAL)
    settings.SIGNING_KEYS = ours
    assert "forged" in check(record)


@pytest.mark.django_db
def test_a_record_rewritten_with_our_key_does_not_lead_to_a_seal_that_was_kept(
    project: Project, record: Lines
) -> None:
    kept = list(tokens(record))[-1]
    changed = {**signing.read(kept, typ=SEAL), "root": secrets.token_hex(32)}
    assert check(record, signing.sign(changed, typ=SEAL)) == ["cut off"]


def test_nothing_at_all_is_no_record() -> None:
    assert check([]) == ["removed"]
    assert check([{"anything": 1}]) == ["removed", "unreadable"]


@pytest.mark.django_db
@pytest.mark.parametrize("junk", [float("inf"), None, [], "no"])
def test_what_no_line_can_say_is_unreadable(record: Lines, junk: Any) -> None:
    record[rows(record)[0]]["position"] = junk
    assert "unreadable" in check(record)
    assert "unreadable" in check(record[: rows(record)[0] + 1])  # it breaks off there
