"""Which class a denied purpose may have meant: a proposal for people, which never opens anything.

The tables are as wide as those of the gate are narrow. Somebody registers the purpose, or not.
"""

from collections.abc import Mapping
from types import MappingProxyType

from memory.policy.classes import CONSEQUENCE, TELLING, WEAK
from memory.policy.languages import PROPOSED, PROPOSED_WITHIN
from memory.policy.vocabulary import PurposeClass, listed
from memory.policy.words import Unreadable, seen, words_of

WIDER: Mapping[PurposeClass, frozenset[str]] = MappingProxyType(
    {
        PurposeClass.CONTENT_GENERATION: listed("""
            chat chatbot conversation conversational respond responds responding response responses
            answer answers assistant support story stories poem poems joke jokes summary summaries
            explain explains explaining explanation essay letter newsletter lesson tutor definition
            greeting code copy localise localize rephrase describe description adapt adaptation
            message messages caption speech prompt briefing
        """),
        PurposeClass.RECOMMENDATION: listed("""
            find finds finding finder search searches searching discover discovers explore browse
            compare compares comparing comparison pick picks picker select selects selection choose
            gift gifts ideas idea inspiration advise advice match matches matching deals
            alternatives propose proposes personalize personalise personalized personalised feed
            playlist next shopping shopper options like favourites favorites recipes outfit
        """),
        PurposeClass.SCHEDULING: listed("""
            plan plans planning planner agenda slot slots timetable timezone appointment
            appointments itinerary rota shift shifts day week weekly daily free busy event events
            organise organize time times
        """),
        PurposeClass.TASK_EXECUTION: listed("""
            pay payment payments transfer cancel cancels cancelling renew refund return rent play
            turn toggle perform invoke submit upload update fill autofill sign subscribe install
            action actions automatic trigger control lights uber ride ticket tickets check
        """),
        PurposeClass.NOTIFICATION_DELIVERY: listed("""
            inform informs informing tell tells warn warns warning ping nudge nudges sms push
            update updates digest alarm alarms badge quiet interrupt disturb notice notices wake due
        """),
        PurposeClass.UI_RENDERING: listed("""
            theme themes font fonts contrast caption captions subtitle subtitles screen screens
            widget widgets interface interfaces accessibility appearance page pages view views
            settings setting dashboard zoom colour color colours colors mode locale homepage
            onboarding preference volume keyboard shortcuts responsive adaptive
        """),
    }
)

_CLASSES: dict[str, list[tuple[int, PurposeClass]]] = {}
# A word of the gate's own tables weighs most; a word of another language more than a wider one.
for _weight, _table in ((1, WIDER), (2, PROPOSED), (3, WEAK), (4, TELLING)):
    for _class, _listed in _table.items():
        for _word in _listed:
            _CLASSES.setdefault(_word, []).append((_weight, _class))
_WITHIN_WEIGHT = 2


def propose(purpose: str) -> PurposeClass | None:
    """Return the class that most of the words speak for; None if no word does.

    Of several classes that are spoken for alike, the most consequential is proposed.
    """
    try:
        words = words_of(purpose).parted
        text = seen(purpose)
    except Unreadable:
        return None
    weights: dict[PurposeClass, int] = {}
    for word in dict.fromkeys(words):
        for weight, purpose_class in _CLASSES.get(word, ()):
            weights[purpose_class] = weights.get(purpose_class, 0) + weight
    if not text.isascii():
        for purpose_class, parts in PROPOSED_WITHIN.items():
            if any(part in text for part in parts):
                weights[purpose_class] = weights.get(purpose_class, 0) + _WITHIN_WEIGHT
    most = max(weights.values(), default=0)
    return next((name for name in CONSEQUENCE if most and weights.get(name) == most), None)
