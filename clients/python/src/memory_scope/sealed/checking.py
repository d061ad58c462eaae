"""Finds what is wrong with a sealed record that is not as it was sealed."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from .hashes import (
    FORMAT,
    GROUPS,
    PRUNING,
    SEAL,
    VERSION,
    digest_of,
    hash_of,
    leaf_of,
    read_signed,
    root_of,
)

ADDRESS = "address"  # the one group that an export may withhold
ERASES_USER, ERASES_ALL = "USER_ERASE", ("PROJECT_ERASE", "ACCOUNT_ERASE")
_Note = tuple[int, int, int]  # first and last position, and before when, in milliseconds
UNREADABLE = (KeyError, TypeError, ValueError, AttributeError, OverflowError, RecursionError)
LATE = 3_600_000  # milliseconds: more than transactions take and clocks differ


@dataclass(frozen=True)
class Fault:
    """What is wrong: a kind, where, and a sentence."""

    kind: str
    where: str
    sentence: str

    def __str__(self) -> str:
        return f"{self.kind}: {self.where}: {self.sentence}"


@dataclass
class _Chain:
    project: str
    environment: str
    number: int = 0
    after: int = 1  # the position after the last
    last: str = ""
    sealed_at: int = 0  # in milliseconds
    highest: str = ""  # the greatest id of an event so far

    def __str__(self) -> str:
        return f"{self.project} {self.environment}"


@dataclass
class Found:
    """What was looked at."""

    seals: int = 0
    events: int = 0
    pruned: int = 0
    withheld: int = 0
    erasing: int = 0  # erasures that are not sealed yet
    late: int = 0  # sealed more than an hour after they were made
    emptied: int = 0
    latest: dict[str, str] = field(default_factory=dict)


class Checker:
    """Takes the lines of a sealed record in their order, and yields what is wrong with it.

    It keeps one seal's events at a time. `expected` are seals that were kept elsewhere: the record
    must lead to them.
    """

    def __init__(self, keys: Mapping[str, bytes], expected: Iterable[str] = ()) -> None:
        self.found = Found()
        self._keys = keys
        self._wanted = {hash_of(one): one for one in expected}
        self._chain: _Chain | None = None
        self._seen: set[str] = set()
        self._claims: dict[str, Any] | None = None
        self._rows: list[dict[str, Any]] = []
        self._notes: dict[str, list[_Note]] = {}
        self._withholds = self._begun = self._ended = False
        self._emptied: dict[str, dict[str, int]] = {}  # whose words, in which project, until when
        self._erased: dict[str, int] = {}  # when last, in milliseconds
        self._partial: set[str] = set()  # projects of which events are withheld

    def take(self, line: Mapping[str, Any]) -> Iterator[Fault]:
        """Look at the next line."""
        yield from self._readable(self._take(line))

    def finish(self) -> Iterator[Fault]:
        """Say what is wrong with the whole, when there are no more lines."""
        yield from self._readable(self._close_seal())
        if not self._ended:
            yield Fault("removed", "the end", "the record breaks off before its last line")
        elif not self._begun:
            yield Fault("removed", "the beginning", "the line that says the format is gone")
        for one in self._wanted.values():
            try:
                claims = read_signed(one, self._keys, typ=SEAL)
            except ValueError as error:
                yield Fault("forged", "the seal that is expected", str(error))
                continue
            where = f"{claims['project']} {claims['environment']} seal {claims['number']}"
            yield Fault("cut off", where, "the seal that is expected is not in this record")
        for whose, chains in self._emptied.items():
            last = self._erased.get(whose)
            whole = chains.keys() & (self._erased.keys() | self._partial)
            # Where events are withheld, the erasure may be among them.
            if not whole and (last is None or max(chains.values()) > last + LATE):
                sentence = (
                    f"{whose} has events without their words, and no erasure since is recorded"
                )
                yield Fault("emptied", " ".join(sorted(chains)), sentence)

    def _readable(self, faults: Iterator[Fault]) -> Iterator[Fault]:
        try:
            yield from faults
        except UNREADABLE as error:
            yield Fault("unreadable", str(self._chain or "the file"), f"a line: {error!s:.100}")

    def _take(self, line: Mapping[str, Any]) -> Iterator[Fault]:
        if self._ended:
            yield Fault("inserted", "the end", "there are lines behind the last one")
        elif "leaf" in line:
            self._rows.append(dict(line))
        elif "seal" in line:
            yield from self._close_seal()
            yield from self._open_seal(line["seal"])
        elif "pruning" in line:
            claims = read_signed(line["pruning"], self._keys, typ=PRUNING)
            notes = self._notes.setdefault(f"{claims['project']} {claims['environment']}", [])
            before = _moment(claims["before"])
            notes += [(int(first), int(last), before) for first, last in claims["positions"]]
        elif "unsealed" in line:
            self.found.erasing += 1
            self._note_erasure(line["unsealed"])
        elif "format" in line:
            if (line["format"], line["v"]) != (FORMAT, VERSION):
                raise ValueError("of a format that is not known here")
            self._begun, self._withholds = True, bool(line.get("withholds"))
        elif "end" in line:
            yield from self._close_seal()
            self._ended = True
        else:
            raise ValueError("of no known kind")

    def _open_seal(self, token: str) -> Iterator[Fault]:
        try:
            claims = read_signed(token, self._keys, typ=SEAL)
        except ValueError as error:
            after = f"after seal {self._chain.number}" if self._chain else "the first"
            yield Fault("forged", f"{self._chain or 'seal'} {after}", f"a seal is {error}")
            return
        chain = self._chain
        name = f"{claims['project']} {claims['environment']}"
        if chain is None or str(chain) != name:
            if name in self._seen:
                yield Fault("reordered", name, "its seals do not stand together")
            self._seen.add(name)
            chain = self._chain = _Chain(claims["project"], claims["environment"])
        where = f"{name} seal {claims['number']}"
        if claims["number"] > chain.number + 1:
            missing = f"{chain.number + 1} to {claims['number'] - 1}"
            yield Fault("removed", where, f"the seals before it are missing: {missing}")
        elif claims["number"] <= chain.number:
            yield Fault("reordered", where, f"it stands behind seal {chain.number}")
        elif claims["previous"] != (hash_of(chain.last) if chain.last else None):
            yield Fault("changed", where, "the seal before it is not the one it was made after")
        elif claims["first"] != chain.after:
            yield Fault("changed", where, "it does not begin where the one before it ends")
        self._wanted.pop(hash_of(token), None)
        self._claims = claims
        self.found.seals += 1
        self.found.latest[name] = chain.last = token

    def _close_seal(self) -> Iterator[Fault]:
        claims, rows, chain = self._claims, self._rows, self._chain
        self._claims, self._rows = None, []
        if claims is None or chain is None:
            if rows:
                yield Fault("inserted", str(chain or "the file"), f"{len(rows)} rows of no seal")
            return
        where = f"{chain} seal {claims['number']}"
        faults = list(self._check_rows(rows, claims, chain, where))
        chain.number, chain.after = claims["number"], claims["first"] + claims["count"]
        chain.sealed_at = _moment(claims["sealed_at"])
        yield from faults

    def _check_rows(
        self, rows: list[dict[str, Any]], claims: dict[str, Any], chain: _Chain, where: str
    ) -> Iterator[Fault]:
        positions = [int(row["position"]) for row in rows]
        expected = range(claims["first"], claims["first"] + claims["count"])
        # Of years of notes the few about this seal, in which each position is looked up.
        notes = self._notes.get(str(chain), [])
        notes = [one for one in notes if one[0] < expected.stop and one[1] >= expected.start]
        missing = sorted(set(expected) - set(positions))
        # Of a seal whose rows are all gone the notes speak; of one that has some, each is needed.
        noted = [] if rows else [at for at in missing if _noted(notes, at) is not None]
        faulty = False
        for at in sorted(set(missing) - set(noted)):
            faulty = True
            yield Fault("removed", f"{where} position {at}", "the row is gone")
        if positions != sorted(positions):
            faulty = True
            yield Fault("reordered", where, "its rows do not stand in their order")
        if len(positions) > len(set(positions)) or set(positions) - set(expected):
            faulty = True
            yield Fault("inserted", where, "it has rows that it was not made of")
        for at in noted:
            yield from self._check_pruned(notes, at, claims, chain, where)
        for row in rows:
            for fault in self._check_row(row, claims, chain, where, notes):
                faulty = True
                yield fault
        if rows and not faulty and root_of([row["leaf"] for row in rows]) != claims["root"]:
            by_id = sorted(rows, key=lambda row: str(row.get("event", {}).get("id")))
            same = root_of([row["leaf"] for row in by_id]) == claims["root"]
            yield Fault("reordered" if same else "changed", where, "its rows do not make its root")

    def _check_pruned(
        self, notes: list[_Note], at: int, claims: dict[str, Any], chain: _Chain, where: str
    ) -> Iterator[Fault]:
        """Find an event that retention took as an old one, though it stood behind a younger."""
        self.found.pruned += 1
        youngest = min(_made(chain.highest), _moment(claims["sealed_at"]))
        if (_noted(notes, at) or 0) < youngest - LATE:
            sentence = "a note says that it was too old, and a younger event stands before it"
            yield Fault("removed", f"{where} position {at}", sentence)

    def _check_row(
        self,
        row: dict[str, Any],
        claims: dict[str, Any],
        chain: _Chain,
        where: str,
        notes: list[_Note],
    ) -> Iterator[Fault]:
        place = f"{where} position {row['position']}"
        event = row.get("event")
        if event is None:
            if _noted(notes, row["position"]) is not None:
                yield from self._check_pruned(notes, row["position"], claims, chain, where)
            elif self._withholds and row.get("withheld"):
                self.found.withheld += 1
                self._partial.add(str(chain.project))
            else:
                yield Fault("removed", place, "the event is gone, and no retention took it")
            return
        self.found.events += 1
        named = f"{place}, event {event['id']}"
        digests = {one: self._digest(row[one]) for one in GROUPS if one in row}
        if leaf_of(event, digests) != row["leaf"]:
            yield Fault("changed", named, "it is not as it was sealed")
        self._note_emptied(row, event)
        self._note_erasure(event)
        self.found.late += _made(event["id"]) < _moment(claims["sealed_at"]) - LATE
        late = _made(event["id"]) < chain.sealed_at - LATE
        if str(event["id"]) < chain.highest and late:
            yield Fault("inserted", named, "it claims to be older than a seal that it is not in")
        chain.highest = max(chain.highest, str(event["id"]))

    def _digest(self, part: Mapping[str, Any]) -> str:
        return digest_of(part["salt"], part["words"]) if "words" in part else str(part["digest"])

    def _note_emptied(self, row: dict[str, Any], event: dict[str, Any]) -> None:
        gone = [one for one in GROUPS if one in row and "words" not in row[one]]
        if self._withholds and row.get(ADDRESS, {}).get("withheld"):
            gone.remove(ADDRESS)
        self.found.emptied += bool(gone)
        whom = {"typed": f"end user {event['subject_id']}"}
        for whose in {whom.get(one, f"project {event['app_id']}") for one in gone}:
            chains = self._emptied.setdefault(whose, {})
            chains[event["app_id"]] = max(chains.get(event["app_id"], 0), _made(event["id"]))

    def _note_erasure(self, event: dict[str, Any]) -> None:
        whose = {ERASES_USER: f"end user {event['subject_id']}"}
        whose |= dict.fromkeys(ERASES_ALL, event["app_id"])
        if (erased := whose.get(event["event_type"])) is not None:
            self._erased[erased] = max(self._erased.get(erased, 0), _made(event["id"]))


def _noted(notes: list[_Note], position: int) -> int | None:
    """Return before when an event was that retention took from there, if a note says so."""
    return max((before for first, last, before in notes if first <= position <= last), default=None)


def _made(event_id: str) -> int:
    """Return when an event's id was drawn, in milliseconds: 0 of none."""
    return int(str(event_id).replace("-", "")[:12] or "0", 16)


def _moment(text: str) -> int:
    """Return a time in milliseconds."""
    return int(datetime.fromisoformat(text.replace("Z", "+00:00")).timestamp() * 1000)
