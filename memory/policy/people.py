"""People as the object of a purpose: "rank customers by …" serves somebody else than the user.

"rank results for customers" and "display it to users" stay: *for* and *to* stand between.
"""

from collections.abc import Iterator, Sequence

from memory.policy.vocabulary import listed

# Verbs whose object is what is chosen or shown.
CHOOSING = listed("""
    recommend recommends recommended recommending suggest suggests suggested suggesting
    rank ranks ranked ranking rerank reranks reranked reranking
    shortlist shortlists shortlisted shortlisting select selects selected selecting
    display displays displayed displaying show shows showed shown showing
    render renders rendered rendering identify identifies identified identifying
    list lists listed listing sort sorts sorted sorting filter filters filtered filtering
    match matches matched matching flag flags flagged flagging
    track tracks tracked tracking monitor monitors monitored
            order orders ordering group groups grouped grouping pick picks picked picking
    choose chooses choosing find finds finding compare compares compared comparing
    rate rates rated rating grade grades graded
""")
PEOPLE = listed("""
    users customers people persons individuals consumers clients subscribers members
    workers employees staff colleagues applicants candidates tenants renters
    patients students pupils children minors teenagers adolescents
    citizens residents voters migrants women men households families
    borrowers debtors claimants buyers shoppers passengers visitors guests drivers
    viewers readers players followers cardholders travellers travelers refugees
""")
# One person before one of these is the same turned round: "customer ranking".
PERSON = listed("""
    customer employee worker staff applicant candidate tenant patient student citizen voter
    borrower claimant subscriber guest driver
""")
CHOICES = listed("ranking rankings shortlist shortlists shortlisting selection selections ranker")
# For whom it is, or where another thing than the people is the object.
BETWEEN = listed("for to by near that my like so where")
POSSESSIVE = "s"  # "children's books"
FURTHEST = 5  # words from the verb


def people_in(readings: Sequence[list[str]]) -> tuple[str, ...]:
    """Return the verb and the people that are its object, if there are any."""
    return tuple(dict.fromkeys(term for reading in readings for term in _in(reading)))


def _in(words: list[str]) -> Iterator[str]:
    if PEOPLE.isdisjoint(words) and PERSON.isdisjoint(words):
        return
    for at, word in enumerate(words):
        following = words[at + 1 : at + 1 + FURTHEST]
        if word in CHOOSING:
            for place, other in enumerate(following, at + 1):
                if other in BETWEEN:
                    break
                if other in PEOPLE and words[place + 1 : place + 2] != [POSSESSIVE]:
                    yield f"{word} + {other}"
                    break
        elif word in PERSON and following and following[0] in CHOICES:
            yield f"{word} {following[0]}"
