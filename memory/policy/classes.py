"""The words that name each class of purposes, and what must stand beside them.

The tables are policy: every form is written out and reviewed by eye, and they are part of
POLICY_VERSION. There is no stemmer: it would take "products that meet needs" for a meeting.
A missing word is a denial that the caller sees and can fix; a wrong word is a leak.

Left out on purpose, though they share a stem: words that mostly name a thing or qualify another
purpose. "executive", "executable", "automatic(ally)", "composer", "composition", "contents",
"texts", "writer", "creator", "creative", "generator", "generations", "deliveries", "buyer",
"runner".
"""

from collections.abc import Mapping
from types import MappingProxyType

from memory.policy.vocabulary import PurposeClass, listed

# Words that name a class by themselves.
TELLING: Mapping[PurposeClass, frozenset[str]] = MappingProxyType(
    {
        PurposeClass.TASK_EXECUTION: listed("""
            execute executes executed executing execution executions
            automate automates automated automating automation automations
            checkout checkouts
            workflow workflows
        """),
        PurposeClass.NOTIFICATION_DELIVERY: listed("""
            notify notifies notified notifying notification notifications notifier notifiers
            alert alerts alerted alerting
            remind reminds reminded reminding reminder reminders
        """),
        PurposeClass.SCHEDULING: listed("""
            schedule schedules scheduled scheduling scheduler schedulers
            reschedule reschedules rescheduled rescheduling
            calendar calendars
            meeting meetings
            availability availabilities
        """),
        PurposeClass.RECOMMENDATION: listed("""
            recommend recommends recommended recommending recommendation recommendations
            recommender recommenders
            suggest suggests suggested suggesting suggestion suggestions
            rank ranks ranked ranking rankings ranker rankers
            rerank reranks reranked reranking reranker rerankers
            shortlist shortlists shortlisted shortlisting
            curate curates curated curating
        """),
        PurposeClass.UI_RENDERING: listed("""
            render renders rendered rendering renderings renderer renderers
            rerender rerenders rerendered rerendering
            display displays displayed displaying
            ui uis gui guis
            layout layouts
        """),
        PurposeClass.CONTENT_GENERATION: listed("""
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
        PurposeClass.TASK_EXECUTION: listed("""
            task tasks
            order orders ordered ordering
            reorder reorders reordered reordering
            book books booked booking bookings
            rebook rebooks rebooked rebooking
            purchase purchases purchased purchasing
            buy buys bought buying
            reserve reserves reserved reserving reservation reservations
            run runs ran running
            pay pays paying
        """),
        PurposeClass.NOTIFICATION_DELIVERY: listed("""
            send sends sent sending
            resend resends resending
            deliver delivers delivered delivering delivery
        """),
        PurposeClass.UI_RENDERING: listed("""
            show shows showed shown showing
        """),
        PurposeClass.CONTENT_GENERATION: listed("""
            generate generates generated generating generation
            regenerate regenerates regenerated regenerating
            create creates created creating creation
            content
            answer answers answered answering
            summarise summarises summarised summarising summarize summarizes summarized summarizing
            translate translates translated translating translation translations
            paraphrase paraphrases paraphrased paraphrasing
            proofread proofreads proofreading
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

# What can be made for somebody to read, see or hear.
MADE = listed("""
    text texts reply replies response responses answer answers message messages email emails
    recipe recipes image images picture pictures photo photos illustration illustrations drawing
    drawings artwork video videos audio voice music song songs melody lyrics podcast
    summary summaries story stories tale tales poem poems verse essay essays post posts
    caption captions subtitle subtitles article articles letter letters note notes script scripts
    speech speeches joke jokes quiz quizzes question questions explanation explanations
    description descriptions translation translations content copy document documents
    presentation presentations slide slides outline outlines headline headlines title titles
    paragraph paragraphs draft drafts newsletter newsletters greeting greetings card cards
    lesson lessons worksheet worksheets exercise exercises flashcard flashcards
    blog code bio resume cv prompt prompts wording phrasing tagline invitation invitations
""")
# What is sent to somebody to be read.
MESSAGES = listed("""
    message messages sms push ping pings notice notices update updates announcement
    announcements digest digests newsletter newsletters invitation invitations invite invites
    greeting greetings confirmation confirmations receipt receipts warning warnings nudge nudges
    reply replies response responses
""")
MAKING = listed("""
    generate generates generated generating generation regenerate regenerates regenerated
    regenerating create creates created creating creation make makes making made
    produce produces produced producing production
    write writes writing written draft drafts drafting drafted compose composes composing composed
""")

# Words that count only with another word in the text: a message is sent, a text is generated.
NEEDS: tuple[tuple[frozenset[str], frozenset[str]], ...] = (
    (
        listed("""
            generate generates generated generating generation
            regenerate regenerates regenerated regenerating
            create creates created creating creation
        """),
        MADE,
    ),
    (
        listed("""
            send sends sent sending resend resends resending
            deliver delivers delivered delivering delivery
        """),
        MESSAGES,
    ),
    (listed("content"), MAKING),
    (
        listed("answer answers answered answering"),
        listed("question questions query queries inquiry inquiries request requests"),
    ),
    (listed("pay pays paying"), listed("bill bills invoice invoices rent fee fees fare parking")),
)

# Words that do not count before another: an order's status orders nothing, the notes of a meeting
# schedule none, the size of a text writes none.
NOT_BEFORE: tuple[tuple[frozenset[str], frozenset[str]], ...] = (
    (
        listed("""
            order orders ordered reorder reorders book books booked booking bookings
            purchase purchases purchased purchasing buy buys buying bought
            reserve reserved reservation reservations task tasks delivery checkout
        """),
        listed("""
            status statuses state history histories update updates behaviour behaviours behavior
            behaviors habit habits pattern patterns value values volume volumes data records record
            count counts number numbers list lists details detail summary summaries tracking
            trend trends frequency window windows slot slots address date dates time times
            confirmation confirmations total totals amount amounts basket abandonment
            review reviews club clubs cover covers store stores
        """),
    ),
    (
        listed("meeting meetings"),
        listed("""
            notes note minutes summary summaries transcript transcripts recording recordings
            recap recaps expectations needs requirements criteria your their certain specific
        """),
    ),
    (
        listed("text"),
        listed("""
            size sizes sizing contrast scale scaling color colors colour colours mode field fields
            box boxes spacing alignment reader display message messages
        """),
    ),
    (
        listed("email emails"),
        listed("address addresses account accounts setting settings list lists"),
    ),
    (listed("display displays"), listed("name names")),
    (
        listed("schedule scheduled"),
        listed("task tasks job jobs message messages command commands"),
    ),
    (listed("show shows"), listed("time times")),
    (listed("run runs running ran"), listed("track tracks shoe shoes route routes club clubs")),
)
# Words that do not count after another: what was is no plan, and who sorts e-mail writes none.
NOT_AFTER: tuple[tuple[frozenset[str], frozenset[str]], ...] = (
    (
        listed("""
            order orders ordered book books booked booking bookings purchase purchases purchased
            reservation reservations task tasks
        """),
        listed("past previous recent prior earlier historical"),
    ),
    (listed("task tasks"), listed("my your of")),
    (
        listed("order orders"),
        listed("preferred alphabetical chronological ascending descending random sort tab reading"),
    ),
    (listed("scheduled"), listed("is are was were be been")),
    (
        listed("schedule schedules"),
        listed("bus train flight ferry tram metro tv movie cinema class course game match"),
    ),
    (listed("rendered rendering"), listed("service services")),
    (
        listed("email emails text reply replies draft drafts article articles"),
        listed("""
            triage triaging priority prioritise prioritize sort sorting search searching find
            finding read reading archive archiving delete deleting move moving label unread
            incoming inbound recent filter filtering fetch fetching list listing get
        """),
    ),
)

# What is done, where a clause begins with it and something is named ("book the flight") or another
# clause follows or precedes ("order dinner and remind me"): there these tell.
ACTS = listed("book rebook order reorder buy purchase reserve pay")
JOINING = listed("and then")
BEGINNINGS = listed("and then please")
DETERMINERS = listed("a an the my your our this that these those one two three")
# Telling words that are also things, which other classes display, write or send.
THINGS = listed("""
    notification notifications alert alerts reminder reminders calendar calendars meeting meetings
    schedule schedules availability email emails text article articles draft drafts reply replies
    layout layouts checkout workflow workflows recommendation recommendations suggestion suggestions
    ranking rankings shortlist automated scheduled
""")

# What is sought is not yet done: "find a home to rent or buy".
SOUGHT = listed("to or")
SEEKING = listed("""
    find finding search searching discover explore browse look looking see compare
""")

# Other spellings of one word.
SPELLED: Mapping[tuple[str, str], str] = MappingProxyType(
    {
        ("user", "interface"): "ui",
        ("user", "interfaces"): "uis",
        ("e", "mail"): "email",
        ("e", "mails"): "emails",
    }
)

# Words that take back what follows within so many words: it tells nothing.
NEGATES = 2
NEGATIONS = listed("""
    not no never without dont doesnt cannot cant wont shouldnt isnt nor neither none
""")
NEGATING_PHRASES: tuple[tuple[str, ...], ...] = (
    ("instead", "of"),
    ("rather", "than"),
    ("do", "n", "t"),
    ("don", "t"),
    ("doesn", "t"),
    ("isn", "t"),
    ("won", "t"),
    ("can", "t"),
    ("shouldn", "t"),
)
