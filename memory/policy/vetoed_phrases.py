"""Phrases and pairs of words that no purpose may hold, and words that make free text doubtful.

What each word of them says alone may be harmless.
"""

from memory.policy.vocabulary import listed

# Words in a row, whatever stands around them.
PHRASES: frozenset[str] = frozenset(
    phrase.strip()
    for phrase in """
    third party, third parties, 3rd party, 3rd parties, cross sell, cross selling, cross sells
    our partners, data partners, data partner, partner network, partner companies
    business partners, trusted partners, commercial partners, media partners, external partners
    share data, shares data, sharing data, data sharing, data share, data exchange
    data transfer, data trade, data trading, data broking, data vendor, data export
    special offers, limited offers, black friday,
            abandoned cart, abandoned carts, cart abandonment, bulk email, bulk emails, mass email
    mass emails, cold email, cold emails, cold call, cold calls, cold calling, landing page
    landing pages, product placement, average order value, basket size, emotional state
    reference check, reference checks, performance indicator, performance indicators
    border officer, border officers, border guard, border guards, border patrol, facial match
    face match, feature importance, income bracket, income brackets, late payer, late payers
    left wing, right wing, trust and safety, incident response, without consent
    without knowledge, without permission, wire tap, where users, where the user, location history
    union members, union activity, housing application, housing applications, learn from users
    academic study, academic studies, mental illness, profile user, profile users, individual price
    individual prices, moderate content, moderate posts, moderate comments, moderate articles
    big spender, big spenders, synthetic data, cyber monday, come back, plan upgrade
    plan upgrades, premium plan, upgrade offer, upgrade offers, marketing offers
    data marketplace, data dump, data feed, data product, user attributes, customer attributes
    ml pipeline, ml model, ml models, ml team, user study
    user studies, interest rate, interest rates, whom to hire, who to hire, people to hire
    pay cut, collection calls, collection agency, collection agencies, collection letter
    collection letters, leaves home, internal use, internal purposes, account takeover
    win back, winback, growth hacking, growth marketing
    growth team, business development, public relations, press release
    lead generation, lead gen, lead scoring, lead nurturing, sales leads, hot leads
    customer acquisition, user acquisition, customer lifetime, lifetime value
    click through, open rate, open rates, conversion rate, conversion rates, conversion tracking
    user engagement, maximise engagement, maximize engagement, increase engagement
    boost engagement, drive engagement, engagement rate, engagement metrics
    fine tune, fine tunes, fine tuned, fine tuning, machine learning, deep learning
    reinforcement learning, reward model, ground truth, test set, data set, data sets
    validation set, evaluation set, model improvement, improve model, improve models
    improve our model, improve our models, improve the model, model development
    emotion recognition, emotion detection, mood detection, sentiment detection
    face recognition, facial recognition, sexual orientation, mental state
    social graph, identity graph, identity resolution, customer 360, 360 profile
    personality test, personality type
    charge more, charges more, charging more, pay more, higher price, higher prices
    raise price, raise prices, raise the price, price increase, price increases
    premium increase, premium increases, premium adjustment, premium adjustments
    raise premiums, raise the premium, higher premium, higher premiums, price sensitivity
    willingness to pay, willing to pay, dynamic price, dynamic prices, personal price
    personalised price, personalized price, personalised prices, personalized prices
    ability to pay, net worth, money laundering, loan approval, loan approvals
    loan application, loan applications, loan default, background check, background checks
    human resources, performance review, performance reviews, performance rating
    performance ratings, staff performance, worker performance, right to rent
    law enforcement, heat map, heat maps, watch list, watch lists, court order, court orders
    for court, for the court, tax office, tax authority, tax agency, tax collector
    national security, public security, homeland security, border control, border force
    secret service, intelligence agency, intelligence agencies, intelligence service
    intelligence services, legal hold, e discovery, legal obligation, legal obligations
    business intelligence, market intelligence, competitive intelligence, a b test
    a b tests, a b testing, ab test, ab testing, data mining, product improvement
    improve product, improve products, improve our product, improve our products
    quality assurance, data quality, data lake, data science, data scientist, data scientists
    internal resource, internal resources, resource optimisation, resource optimization
    usage data, usage statistics, usage patterns, behaviour patterns, behavior patterns
    customer relationship, other purpose, other purposes, another purpose, any purpose
    previous instructions, prior instructions, ignore instructions, ignore previous
    ignore rules, ignore policy, drop policy, disable policy
    """.replace("\n", ",").split(",")
    if phrase.strip()
)

_DATA = listed("""
    data information behaviour behaviours behavior behaviors record records pattern patterns
""")
_MODELS = listed("""
    model models data classifier classifiers ai llm llms algorithm algorithms embedding
    embeddings network networks recommender ranker reranker example examples sample samples job
    jobs system systems pipeline pipelines checkpoint checkpoints weights neural labels chatbot
    bot engine
""")
_PROFILES = listed("profile profiles")
_WATCHED = listed("""
    user users customer customers person persons people individual individuals location locations
    movement movements whereabouts behaviour behaviours behavior behaviors open opens opened click
    clicks reply replies email emails conversion conversions visitor visitors usage worker workers
    staff member members subscriber subscribers student students device devices browsing
""")

# A word of the one set within `apart` words of one of the other: what each says alone may be
# harmless, "training plans for a marathon" and "a model railway" are.
PAIRS: tuple[tuple[frozenset[str], frozenset[str], int], ...] = (
    (
        listed("train trains trained training trainings retrain retrains retrained retraining"),
        _MODELS,
        3,
    ),
    (listed("label labels labelled labeled labelling labeling"), listed("data samples"), 2),
    (
        listed("""
            create creates created creating creation build builds built building compile compiles
            compiled compiling assemble assembles assembling construct constructs constructing
            develop develops developing generate generates generating maintain maintains
            consolidate consolidates consolidated consolidating aggregate copy copies copying
            shadow 360
        """),
        _PROFILES,
        4,
    ),
    (
        listed("""
            share shares shared sharing sell transfer transfers transferred transferring disclose
            discloses disclosed disclosing disclosure forward forwards forwarding hand handing
            pass passing provide providing upload uploading export exports exporting
            leak leaks leaking
        """),
        _DATA | _PROFILES,
        4,
    ),
    (
        listed("""
            collect collects collected collecting collection gather gathers gathering harvest
            harvests harvesting store storing retain retaining log logs
        """),
        _DATA,
        3,
    ),
    (listed("track tracks tracked tracking tracker"), _WATCHED, 1),
    (listed("monitor monitors monitored"), _WATCHED, 2),
    (listed("loan loans mortgage mortgages"), listed("approve approves approval reject offer"), 3),
    (
        listed("raise raises raising increase increases increasing higher adjust"),
        listed("premium premiums"),
        3,
    ),
)

# Words that a free text cannot stand beside, though they are no vetoes: mostly they speak of those
# who want the data, not of the user. A declared or registered purpose may hold them.
DOUBTS = listed("""
    our ours ourselves we who whom whose he him his she her hers customers company companies
    corporate business businesses enterprise stakeholder stakeholders shareholder shareholders
    investor investors partner partners competitor competitors competition brand brands
    data algorithm algorithms model models attribute attributes quality
    improve improves improved improving improvement improvements optimization optimisation
    detect detects detected detecting management public team teams department internal
    behaviour behaviours behavior behaviors usage discount discounts
    export exports exported exporting import imports
    growth quota quotas strategy strategic leadership operations operational
    secondary subject subjects trend trends pattern patterns stats measure measures measured
    measuring measurement measurements quantify variant variants worker workers labor labour
    crime crimes evidence feedback developers developer testing likely gender
""")
