"""From a purpose in the caller's own words to one purpose class, by whole words only.

The tables are policy: every form is written out and reviewed by eye, and they are part of
POLICY_VERSION. There is no stemmer: it would take "products that meet needs" for a meeting.
A missing word is a denial that the caller sees and can fix; a wrong word is a leak.

Left out on purpose, though they share a stem: words that mostly name a thing or qualify another
purpose. "executive", "executable", "automatic(ally)", "composer", "composition", "contents",
"texts", "writer", "creator", "creative", "generator", "generations", "deliveries", "buyer",
"runner".
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from types import MappingProxyType

from memory.policy.characters import has_run_of_marks, normalize
from memory.policy.registry import NO_REGISTRY, PurposeState, RegisteredPurpose, Registry, Takes
from memory.policy.vocabulary import PURPOSE_CLASSES, PurposeClass


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


# Words that name a class by themselves.
TELLING: Mapping[PurposeClass, frozenset[str]] = MappingProxyType(
    {
        PurposeClass.TASK_EXECUTION: _words("""
            execute executes executed executing execution executions
            automate automates automated automating automation automations
            checkout checkouts
            workflow workflows
        """),
        PurposeClass.NOTIFICATION_DELIVERY: _words("""
            notify notifies notified notifying notification notifications notifier notifiers
            alert alerts alerted alerting
            remind reminds reminded reminding reminder reminders
        """),
        PurposeClass.SCHEDULING: _words("""
            schedule schedules scheduled scheduling scheduler schedulers
            reschedule reschedules rescheduled rescheduling
            calendar calendars
            meeting meetings
            availability availabilities
        """),
        PurposeClass.RECOMMENDATION: _words("""
            recommend recommends recommended recommending recommendation recommendations
            recommender recommenders
            suggest suggests suggested suggesting suggestion suggestions
            rank ranks ranked ranking rankings ranker rankers
            rerank reranks reranked reranking reranker rerankers
            shortlist shortlists shortlisted shortlisting
        """),
        PurposeClass.UI_RENDERING: _words("""
            render renders rendered rendering renderings renderer renderers
            rerender rerenders rerendered rerendering
            display displays displayed displaying
            ui uis gui guis
            layout layouts
        """),
        PurposeClass.CONTENT_GENERATION: _words("""
            content
            email emails emailed emailing
            draft drafts drafted drafting
            reply replies replied replying
            write writes wrote written writing
            rewrite rewrites rewrote rewritten rewriting
            copywriting
            compose composes composed composing
            article articles
            text
        """),
    }
)

# Words that count only where no telling word stands: in "recommend books" or "task reminders"
# they are mere objects.
WEAK: Mapping[PurposeClass, frozenset[str]] = MappingProxyType(
    {
        PurposeClass.TASK_EXECUTION: _words("""
            task tasks
            order orders ordered ordering
            reorder reorders reordered reordering
            book books booked booking bookings
            rebook rebooks rebooked rebooking
            purchase purchases purchased purchasing
            buy buys bought buying
            reserve reserves reserved reserving reservation reservations
            run runs ran running
        """),
        PurposeClass.NOTIFICATION_DELIVERY: _words("""
            send sends sent sending
            resend resends resending
            deliver delivers delivered delivering delivery
        """),
        PurposeClass.UI_RENDERING: _words("""
            show shows showed shown showing
        """),
        PurposeClass.CONTENT_GENERATION: _words("""
            generate generates generated generating generation
            regenerate regenerates regenerated regenerating
            create creates created creating creation
        """),
    }
)

# Where several classes are told on one level, the first of these wins: the one that does most.
CONSEQUENCE: tuple[PurposeClass, ...] = (
    PurposeClass.TASK_EXECUTION,
    PurposeClass.NOTIFICATION_DELIVERY,
    PurposeClass.SCHEDULING,
    PurposeClass.RECOMMENDATION,
    PurposeClass.UI_RENDERING,
    PurposeClass.CONTENT_GENERATION,
)


_NAMES: Mapping[str, PurposeClass] = {str(name): name for name in PURPOSE_CLASSES}
_WORD = re.compile(r"[^\W_]+")

# Each word's rank in the one order of precedence: all telling words before all weak ones, and
# on one level by consequence. The least rank among a purpose's words is its class.
_RANKS: Mapping[str, int] = {
    word: rank
    for rank, (level, purpose_class) in enumerate(
        (level, purpose_class) for level in (TELLING, WEAK) for purpose_class in CONSEQUENCE
    )
    for word in level.get(purpose_class, ())
}


def classify(purpose: str) -> PurposeClass:
    """Return the one class of a purpose; `unrecognized` if no word of it is known.

    The text is NFKC, case folded and split at everything that is not a letter or digit. The exact
    name of a class is that class; else telling words decide, and weak ones where there are none.
    More combining marks in a row than any language has are no purpose that anybody can read.
    """
    if has_run_of_marks(purpose):
        return PurposeClass.UNRECOGNIZED
    words = _words_of(purpose)
    if name := _NAMES.get("_".join(words)):
        return name
    rank = min((rank for rank, _ in _known(words)), default=None)
    return PurposeClass.UNRECOGNIZED if rank is None else CONSEQUENCE[rank % len(CONSEQUENCE)]


def matched_terms(purpose: str) -> tuple[str, ...]:
    """Return the words by which `classify` decides, each once, in order; none if unrecognized."""
    if has_run_of_marks(purpose):
        return ()
    words = _words_of(purpose)
    if "_".join(words) in _NAMES:
        return tuple(words)
    known = list(_known(words))
    least = min((rank for rank, _ in known), default=None)
    return tuple(dict.fromkeys(word for rank, word in known if rank == least))


def _words_of(purpose: str) -> list[str]:
    return _WORD.findall(normalize("NFKC", purpose).casefold())


def _known(words: list[str]) -> Iterator[tuple[int, str]]:
    """Yield the known words that count, each with its rank."""
    for position, word in enumerate(words):
        rank = _RANKS.get(word)
        if rank is not None and not _is_in_order_to(words, position):
            yield rank, word


def _is_in_order_to(words: list[str], position: int) -> bool:
    """Say whether the word is the "order" of "in order to", which orders nothing."""
    return (
        words[position] == "order"
        and position > 0
        and words[position - 1 : position + 2] == ["in", "order", "to"]
    )


# Why a purpose has no class.
PURPOSE_UNRECOGNIZED = "PURPOSE_UNRECOGNIZED"
PURPOSE_VETOED = "PURPOSE_VETOED"
PURPOSE_DISAGREES = "PURPOSE_DISAGREES"
PURPOSE_RETIRED = "PURPOSE_RETIRED"
PURPOSE_NOT_HERE = "PURPOSE_NOT_HERE"
PURPOSE_NOT_DECLARED = "PURPOSE_NOT_DECLARED"
PURPOSE_NOT_REGISTERED = "PURPOSE_NOT_REGISTERED"

_VETOES = frozenset({"advertising", "marketing", "train", "training", "sell", "broker", "profile"})


@dataclass(frozen=True, slots=True)
class Understood:
    """What a purpose comes down to, by which words; with a `reason` it is `unrecognized`."""

    purpose_class: PurposeClass
    matched: tuple[str, ...] = ()
    refused: tuple[str, ...] = ()
    reason: str | None = None
    purpose: RegisteredPurpose | None = None


def understand(purpose: str, registry: Registry = NO_REGISTRY) -> Understood:
    """Put a purpose into its class: by the registry first, then by its own words."""
    registered = registry.purposes.get(folded_id(purpose)) if registry.purposes else None
    if registered is not None and registered.state is not PurposeState.PROPOSED:
        if registered.state is PurposeState.RETIRED:
            return _refused(PURPOSE_RETIRED, registered)
        if registry.environment not in registered.environments:
            return _refused(PURPOSE_NOT_HERE, registered)
        return Understood(registered.purpose_class, (registered.id,), purpose=registered)
    if registry.takes is Takes.REGISTERED:
        return _refused(PURPOSE_NOT_REGISTERED)
    declared = _NAMES.get(folded_id(purpose.partition(":")[0]))
    if registry.takes is Takes.DECLARED and declared is None:
        return _refused(PURPOSE_NOT_DECLARED)
    purpose_class = declared or classify(purpose)
    if purpose_class is PurposeClass.UNRECOGNIZED:
        vetoes = holds_veto(purpose)
        reason = PURPOSE_VETOED if vetoes else PURPOSE_UNRECOGNIZED
        return Understood(PurposeClass.UNRECOGNIZED, refused=vetoes, reason=reason)
    return Understood(purpose_class, matched_terms(purpose))


def propose(purpose: str) -> PurposeClass | None:
    """Return the class that wider tables would propose; it opens nothing."""
    return PurposeClass.RECOMMENDATION if "gift" in _words_of(purpose) else None


def holds_veto(text: str) -> tuple[str, ...]:
    """Return the words of a text that deny it, whatever else it says."""
    return tuple(word for word in dict.fromkeys(_words_of(text)) if word in _VETOES)


def folded_id(text: str) -> str:
    """Return the words of a text, folded and joined: the id under which it may be registered."""
    return "_".join(_words_of(text))


def _refused(reason: str, purpose: RegisteredPurpose | None = None) -> Understood:
    return Understood(PurposeClass.UNRECOGNIZED, reason=reason, purpose=purpose)
