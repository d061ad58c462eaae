"""What stands behind a summary: who said each value and when, and what did not come through."""

import json
import re
from collections.abc import Iterable, Iterator, Set
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from memory.policy.items import Items, is_object, item_form
from memory.policy.leaves import EMPTY, REST, Leaf, Path, leaves_of, leaves_said, objects_in
from memory.policy.limits import is_nothing, rules_of
from memory.policy.origins import Origins, prefixes
from memory.policy.pricing import sealed, with_unit
from memory.policy.readings import Reading, Statement
from memory.policy.sentences import Guess, Known, describe
from memory.policy.shapes import JSON
from memory.policy.spelling import rule_form
from memory.policy.summaries import AUTHORITY, Summary, hear
from memory.policy.vocabulary import Scope, Source

# Why a value is not in the summary.
REPLACED = "replaced"  # by `replace`, a newer setting, or an emptied list
TAKEN_BACK = "taken_back"  # by a rule in words
HIGHER_AUTHORITY = "higher_authority"
MORE_RESTRICTIVE = "more_restrictive"
NEWER = "newer"
SAYS_NOTHING = "says_nothing"  # null and its like under constraints
CONTRADICTED = "contradicted"  # a crossed range, an end without its switch

_USERS = frozenset({Source.EXPLICIT_USER_INPUT, Source.USER_SETTING})
_OTHER_SIDE = {"likes": "dislikes", "dislikes": "likes"}
_PLAIN_KEY = re.compile(r"[^\W\d]\w*")


@dataclass(frozen=True, slots=True)
class Value:
    """One value of the summary: the last word on it, and how many statements said it."""

    path: str
    value: JSON
    source: str
    said_at: datetime
    times: int


@dataclass(frozen=True, slots=True)
class Overruled:
    """One value that was said and is not in the summary, and why not."""

    path: str
    value: JSON
    source: str
    why: str


@dataclass(frozen=True, slots=True)
class Detail:
    """What a read adds when it is asked for detail; `counts` are statements by source."""

    values: list[Value]
    overruled: list[Overruled]
    counts: dict[str, int]
    newest_at: datetime | None
    prompt_text: str


def detail(scope: Scope | str, statements: Iterable[Statement]) -> Detail:
    """Return what stands behind the summary of the same statements, in linear time.

    The values are those of the merged summary, and who said them is looked up by what was merged:
    the two cannot disagree.
    """
    scope = Scope(scope)
    summary = hear(scope, statements)
    origins = Origins(summary)
    counts = dict.fromkeys(map(str, Source), 0)
    for statement in summary.statements:
        counts[statement.source] += 1
    return Detail(
        values=list(_values(summary, origins)),
        overruled=list(_overruled(summary, origins)),
        counts=counts,
        newest_at=max((one.created_at for one in summary.statements), default=None),
        prompt_text=_prompt_text(scope, summary, origins),
    )


def _values(summary: Summary, origins: Origins) -> Iterator[Value]:
    """Yield the values of the summary in its order."""
    said = [entry for _, entries in origins.lists() for entry in entries]
    said += [(value, [leaf]) for leaf, value in origins.rest()]
    for value, leaves in said:
        sayer = origins.sayer(leaves)
        path = _written(summary, leaves[0][0], value)
        yield Value(path, value, sayer.source, sayer.created_at, origins.times(leaves))


def _overruled(summary: Summary, origins: Origins) -> Iterator[Overruled]:
    """Yield what was said and does not stand, by precedence, the strongest last."""
    seen: set[object] = set()
    for number, statement in enumerate(summary.statements):
        said, left = summary.said[number], summary.left[number]
        kept = None if left is said else {leaf for leaf, _ in leaves_said(left)}
        for leaf, value in _not_standing(said, origins):
            if kept is None or leaf in kept:
                why = _why(summary, origins, number, leaf, value)
            else:
                why = REPLACED
            if (leaf, statement.source, why) not in seen:
                seen.add((leaf, statement.source, why))
                shown = sealed(value)
                path = _written(summary, leaf[0], shown)
                yield Overruled(path, shown, statement.source, why)


def _not_standing(said: Reading, origins: Origins) -> Iterator[tuple[Leaf, Any]]:
    joined = {leaf[0] for leaf in objects_in(said.rest, REST) if leaf in origins.standing}
    for leaf, value in leaves_said(said):
        is_told = leaf in origins.standing or leaf[1] == EMPTY
        if not is_told and joined.isdisjoint(prefixes(leaf[0])):
            yield leaf, value


def _why(summary: Summary, origins: Origins, number: int, leaf: Leaf, value: Any) -> str:
    path, same = leaf
    restricts = summary.form.folding.restricts
    if path == ("rules",):
        return TAKEN_BACK
    if restricts and is_nothing(value):
        return SAYS_NOTHING
    other = _OTHER_SIDE.get(path[0])
    winner = origins.last(((other,), same)) if other else origins.winner(path)
    if winner is None or winner == number:
        return CONTRADICTED
    own, winning = (AUTHORITY[summary.statements[one].source] for one in (number, winner))
    if winning > own:
        return HIGHER_AUTHORITY
    if restricts and (winner < number or any(map(rules_of, path[1:]))):
        return MORE_RESTRICTIVE
    return NEWER if winner > number else CONTRADICTED


def _written(summary: Summary, path: Path, value: JSON) -> str:
    """Return a path as it leads through the summary."""
    if path[0]:
        return path[0]
    names = summary.form.objects
    top = summary.rest.get(path[1], value) if len(path) > 1 else value
    name = "flags" if "flags" in names and isinstance(top, bool) else min(names - {"flags"})
    return name + "".join(
        f".{key}" if _PLAIN_KEY.fullmatch(key) else f"[{json.dumps(key, ensure_ascii=False)}]"
        for key in path[1:]
    )


def _prompt_text(scope: Scope, summary: Summary, origins: Origins) -> str:
    lists = [
        (name, [(item, origins.sayer(leaves).source) for item, leaves in entries])
        for name, entries in origins.lists()
    ]
    users: dict[str, Any] = {}
    for statement, left in zip(summary.statements, summary.left, strict=True):
        if statement.source in _USERS:
            users |= left.rest
    settings: list[Known] = []
    for key in sorted(summary.rest):
        merged, path = summary.rest[key], (*REST, key)
        by = {leaf: origins.sayer([leaf]).source for leaf, _ in leaves_of(merged, path)}
        sources = set(by.values())
        said = with_unit(users[key]) if key in users and not sources & _USERS else None
        guesses = {leaf for leaf in by if by[leaf] == Source.INFERRED}
        value = _marked(merged, path, guesses) if guesses and len(sources) > 1 else merged
        settings.append(Known(key, with_unit(value), sources, said))
    return describe(scope, lists, settings)


def _marked(value: Any, path: Path, guesses: Set[Leaf]) -> Any:
    """Return what was merged with each guess in it marked as one."""
    if isinstance(value, Items):
        items = {same: (path, same) in guesses for same in value}
        return [
            Guess(item) if items.get(item_form(item)) or items.get(_as_rule(item)) else item
            for item in sealed(value)
        ]
    if is_object(value) and (path, item_form(sealed(value))) not in guesses:
        return {key: _marked(value[key], (*path, key), guesses) for key in sorted(value)}
    is_guess = any(leaf in guesses for leaf, _ in leaves_of(value, path))
    return Guess(with_unit(value)) if is_guess else with_unit(value)


def _as_rule(item: JSON) -> Any:
    return (rule_form(item),) if isinstance(item, str) else None
