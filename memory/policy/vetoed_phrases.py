"""Phrases and pairs of words that no purpose may hold, and words that make free text doubtful.

What each word of them says alone may be harmless.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

from memory.policy.vocabulary import listed, phrases

# Words in a row, whatever stands around them.
PHRASES: frozenset[str] = phrases("""
    third party, third parties, 3rd party, 3rd parties, cross sell, cross selling, cross sells,
    our partners, data partners, data partner, partner network, partner companies, business
    partners, trusted partners, commercial partners, media partners, external partners, share
    data, shares data, sharing data, data sharing, data share, data exchange, data transfer,
    data trade, data trading, data broking, data vendor, data export, hr department, hr team, to
    hr, alert hr, buyer persona, buyer personas, user personas, auto ban, user ban, ban users,
    ban user, customs officer, customs agents, customs authority, alert customs, notify customs,
    to customs, pitch upgrade, pitch upgrades, data sale, sale of, special offers, limited
    offers, black friday, abandoned cart, abandoned carts, cart abandonment, bulk email, bulk
    emails, mass email, mass emails, cold email, cold emails, cold call, cold calls, cold
    calling, landing page, landing pages, product placement, average order value, basket size,
    emotional state, reference check, reference checks, performance indicator, performance
    indicators, border officer, border officers, border guard, border guards, border patrol,
    facial match, face match, feature importance, income bracket, income brackets, late payer,
    late payers, left wing, right wing, trust and safety, incident response, without consent,
    without knowledge, without permission, wire tap, where users, location history, union
    members, union activity, housing application, housing applications, learn from users,
    academic study, academic studies, mental illness, profile user, profile users, individual
    price, individual prices, big spender, big spenders, synthetic data, cyber monday, plan
    upgrade, plan upgrades, premium plan, upgrade offer, upgrade offers, marketing offers, data
    marketplace, data dump, data feed, data product, user attributes, customer attributes, ml
    pipeline, ml model, ml models, ml team, user study, user studies, interest rate, interest
    rates, whom to hire, who to hire, people to hire, pay cut, collection calls, collection
    agency, collection agencies, collection letter, collection letters, leaves home, internal
    use, internal purposes, account takeover, win back, winback, growth hacking, growth
    marketing, growth team, business development, public relations, press release, lead
    generation, lead gen, lead scoring, lead nurturing, sales leads, hot leads, customer
    acquisition, user acquisition, customer lifetime, lifetime value, click through, open rate,
    open rates, conversion rate, conversion rates, conversion tracking, user engagement,
    maximise engagement, maximize engagement, increase engagement, boost engagement, drive
    engagement, engagement rate, engagement metrics, fine tune, fine tunes, fine tuned, fine
    tuning, machine learning, deep learning, reinforcement learning, reward model, ground truth,
    test set, data set, data sets, validation set, evaluation set, model improvement, improve
    model, improve models, improve our model, improve our models, improve the model, model
    development, emotion recognition, emotion detection, mood detection, sentiment detection,
    face recognition, facial recognition, sexual orientation, mental state, social graph,
    identity graph, identity resolution, customer 360, 360 profile, personality test,
    personality type, charge more, charges more, charging more, pay more, higher price, higher
    prices, raise price, raise prices, raise the price, price increase, price increases, premium
    increase, premium increases, premium adjustment, premium adjustments, raise premiums, raise
    the premium, higher premium, higher premiums, price sensitivity, willingness to pay, willing
    to pay, dynamic price, dynamic prices, personal price, personalised price, personalized
    price, personalised prices, personalized prices, ability to pay, net worth, money
    laundering, loan approval, loan approvals, loan application, loan applications, loan
    default, background check, background checks, human resources, performance review,
    performance reviews, performance rating, performance ratings, staff performance, worker
    performance, right to rent, law enforcement, heat map, heat maps, watch list, watch lists,
    court order, court orders, tax office, tax authority, tax agency, tax collector, national
    security, public security, homeland security, border control, border force, secret service,
    intelligence agency, intelligence agencies, intelligence service, intelligence services,
    legal hold, e discovery, legal obligation, legal obligations, business intelligence, market
    intelligence, competitive intelligence, a b test, a b tests, a b testing, ab test, ab
    testing, data mining, product improvement, improve product, improve products, improve our
    product, improve our products, quality assurance, data quality, data lake, data science,
    data scientist, data scientists, internal resource, internal resources, resource
    optimisation, resource optimization, usage data, usage statistics, usage patterns, behaviour
    patterns, behavior patterns, customer relationship, other purpose, other purposes, another
    purpose, any purpose, previous instructions, prior instructions, ignore instructions, ignore
    previous, ignore rules, ignore policy, drop policy, disable policy, feature store, feature
    engineering, feature vectors, preference data, preference pairs, culture fit, kind of
    person, higher fares, higher fees, higher rates, rent increase, rent increases, leaves
    house, leaves work, license plate, number plate, border agency, border agencies, border
    security, border crossings, discovery request, clinical trial, clinical trials, case study,
    session replay, duplicate accounts, hate speech, adult content, community guidelines,
    exclusive offers, personalised offers, personalized offers, late arrivals, late arrival,
    hand over, population health, pay raise, lease violation, social media monitoring, shadow
    profile, hidden camera
""")


@dataclass(frozen=True, slots=True)
class Pair:
    """A word of `these` and one of `those` after it, with at most `between` words between them.

    `either_way`: also before it.
    """

    these: frozenset[str]
    those: frozenset[str]
    between: int
    either_way: bool = True


@dataclass(frozen=True, slots=True)
class Beside:
    """What stands beside a vetoed word and makes it another."""

    before: frozenset[str] = frozenset()
    following: frozenset[str] = frozenset()
    after_numbers: bool = False


_MODELS = listed("""
    model models data ai llm llms algorithm algorithms recommender ranker reranker example
    examples sample samples pipeline pipelines checkpoint checkpoints weights neural labels
    chatbot bot engine
""")
_WATCHED = listed("""
    user users customer customers person persons people individual individuals location locations
    movement movements behaviour behaviours behavior behaviors open opens opened click clicks
    reply replies email emails conversion conversions visitor visitors usage worker workers
    staff member members subscriber subscribers student students device devices browsing
    girlfriend boyfriend wife husband spouse partner teen teens teenager teenagers
""")

# What each word of a pair says alone may be harmless: "training plans for a marathon" and "a model
# railway" are.
PAIRS: tuple[Pair, ...] = (
    Pair(
        listed("train trains"),
        _MODELS | listed("network networks system systems"),
        3,
        either_way=False,
    ),
    Pair(
        listed("trained training trainings"),
        _MODELS | listed("network networks system systems job jobs"),
        3,
    ),
    Pair(listed("label labels labelled labeled labelling labeling"), listed("data samples"), 2),
    Pair(
        listed("""
            create creates created creating creation build builds building built compile compiles
            compiled compiling assemble assembles assembling construct constructs constructing
            develop develops developing generate generates generating maintain maintains
            consolidate consolidates consolidated consolidating copy copies copying shadow 360
        """),
        listed("profile profiles"),
        4,
    ),
    Pair(
        listed("""
            share shares shared sharing transfer transfers transferred transferring disclose
            discloses disclosed disclosing disclosure forward forwards forwarding
            upload uploading export exports exporting leak leaks leaking
        """),
        listed("data information behaviour behaviours behavior behaviors profile profiles"),
        4,
    ),
    Pair(
        listed("""
            collect collects collected collecting collection gather gathers gathering harvest
            harvests harvesting store storing retain retaining log logs
        """),
        listed("data information behaviour behaviours behavior behaviors"),
        3,
    ),
    Pair(listed("track tracks tracked tracking tracker"), _WATCHED, 1),
    Pair(listed("monitor monitors monitored"), _WATCHED, 2),
    Pair(listed("loan loans mortgage mortgages"), listed("approve approves approval"), 3),
    Pair(
        listed("raise raises raising increase increases increasing higher adjust"),
        listed("premium"),
        3,
    ),
    Pair(listed("moderate"), listed("content post posts comment comments article articles"), 3),
    Pair(listed("hire hires"), listed("people staff worker workers whom who"), 2),
)
# These are other words beside those: "ad hoc", "in 1 hr", "a profile picture".
HARMLESS: Mapping[str, Beside] = MappingProxyType(
    {
        "ad": Beside(following=listed("hoc libitum alta alto altra altri un una uno esempio ogni")),
        "hr": Beside(after_numbers=True),
        "profile": Beside(following=listed("picture pictures photo photos page pages")),
    }
)

# Words that a free text cannot stand beside, though they are no vetoes: mostly they speak of those
# who want the data, not of the user. A declared or registered purpose may hold them.
DOUBTS = listed("""
    our ours ourselves we who whom whose he him his she her hers customers company companies
    corporate business businesses enterprise stakeholder stakeholders shareholder shareholders
    investor investors partner partners competitor competitors competition brand brands data
    algorithm algorithms model models attribute attributes quality improve improves improved
    improving improvement improvements optimization optimisation detect detects detected
    detecting management public team teams department internal behaviour behaviours behavior
    behaviors usage discount discounts export exports exported exporting import imports growth
    quota quotas strategy strategic leadership operations operational secondary subject subjects
    trend trends pattern patterns stats measure measures measured measuring measurement
    measurements quantify variant variants worker workers labor labour crime crimes evidence
    sale toxic ban feedback developers developer testing likely gender person persons income
    population outcomes identity ex target targets secret capture captures capturing judge
    judges custody council authority officer officers agency agencies trial trials publication
    scientific academic engagement adoption abandon abandoned abandonment click clicks
    recordings logs dashboards executives quarterly demand nobody ux qa crash crashes latency
    bots suspension suspend suspends suspended suspending flag flags flagged flagging violent
    lead convert converts conversion conversions subscribers offers offer bundle bundles
    referral referrals wages quotes urgency workplace overtime resumes cvs pregnancy pregnant
    lifestyle boss movement movements screenshot screenshots labelling labeling
""")
