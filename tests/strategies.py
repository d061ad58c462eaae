"""What hypothesis draws: any JSON at all, and statements that often agree and disagree."""

from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from uuid import UUID

from hypothesis import strategies as st

from memory.policy.merging import Statement
from memory.policy.vocabulary import Scope, Source

NOON = datetime(2026, 1, 1, 12, tzinfo=UTC)
LAST_ID = 2**128 - 2  # one is left, for a statement that comes after all others

# All that a lenient JSON reader could hand over, lone surrogates, NUL and NaN included.
any_text = st.text(st.characters(codec=None, exclude_categories=()), max_size=12)
any_number = st.one_of(st.integers(), st.integers(-9, 9), st.floats())
any_json = st.recursive(
    st.one_of(st.none(), st.booleans(), any_number, any_text),
    lambda parts: st.one_of(
        st.lists(parts, max_size=4), st.dictionaries(any_text, parts, max_size=4)
    ),
    max_leaves=20,
)

# Few words in many spellings, so that statements meet.
spellings = st.sampled_from(
    [
        "pizza",
        "Pizza",
        " PIZZA ",
        "\uff30izza",
        "pizzas",
        "iphone 14",
        "iPhone  15",
        "crème",
        "CRÈME",
    ]
)
lists_of_strings = st.lists(spellings, max_size=4)
scalars = st.one_of(
    st.none(), st.booleans(), st.integers(-3, 3), st.sampled_from([0.5, 1.0]), spellings
)
keys = st.sampled_from(
    [
        *("theme", "Theme", "font-size", "fontSize", "likes", "dislikes", "rules"),
        *("max_price", "MinAge", "daily_limit", "budget", "allow_pork", "can_fly", "no_nuts"),
        *("require_lift", "avoid_x", "allowed_x", "blocked_x"),
        *("windows", "time_slots", "start", "day"),
    ]
)
objects = st.recursive(
    st.dictionaries(keys, st.one_of(scalars, lists_of_strings), max_size=4),
    lambda parts: st.dictionaries(keys, st.one_of(scalars, lists_of_strings, parts), max_size=4),
    max_leaves=8,
)
windows = st.fixed_dictionaries(
    {"day": st.sampled_from(["Monday", "mon", "SUNDAY", "someday", 3, None])},
    optional={
        "Start": st.sampled_from(["9:00", "10:00", " 09:00", 9, None]),
        "end": st.sampled_from(["17:00", "12:00"]),
    },
)
values = st.one_of(
    objects,
    st.lists(spellings, min_size=1, max_size=4),
    st.lists(windows, min_size=1, max_size=4),
    st.fixed_dictionaries({"windows": st.lists(st.one_of(windows, scalars), max_size=4)}),
    st.fixed_dictionaries({"likes": lists_of_strings, "dislikes": lists_of_strings}),
)


def numbered(number: int) -> str:
    """Return a statement's id; ids are in the order of their numbers."""
    return str(UUID(int=number))


def statements(
    of: st.SearchStrategy[object] = values, *, sources: Iterable[Source] = Source
) -> st.SearchStrategy[list[Statement]]:
    """Return lists of statements with ids of their own, often of one source and moment."""
    statement = st.builds(
        Statement,
        id=st.integers(0, LAST_ID).map(numbered),
        source=st.sampled_from(list(sources)),
        created_at=st.integers(0, 2).map(lambda hours: NOON + timedelta(hours=hours)),
        value=of,
        replace=st.just(False),
        said=st.none(),
    )
    return st.lists(statement, max_size=6, unique_by=lambda statement: statement.id)


scopes = st.sampled_from(list(Scope))
