"""Draws requests of the log, and what became of each.

In Python, where templates take half of a page's time for its fifty requests.
"""

from __future__ import annotations

import functools
from collections.abc import Iterable

from django import template
from django.urls import reverse
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString, mark_safe

from accounts.models import AuditEvent, EventType
from console.telling import Told
from console.templatetags.icons import icon
from console.templatetags.isolated import isolated
from console.templatetags.moments import clock, moment
from console.templatetags.reasons import reason, words_that_decided
from console.traces import Trace, is_decision

NOTHING = mark_safe("")
FORMER = "A former key"

ROW = """<li><details>
  <summary>
    <time datetime="{exact}">{time}</time>
    <code>{endpoint}</code>
    <span><span class="badge {tone}">{answer}</span></span>
    <span>{purpose}</span>
    <span class="quiet">{key}</span>
    <span class="num quiet">{took} ms</span>
    <code class="quiet">{short_id}</code>
    {chevron}
  </summary>
  {trace}
</details></li>
"""

TRACE = """<ol class="trace">
  <li><h2>{request_icon}Request</h2>
    <dl class="facts">
      <dt>Id</dt><dd><code>{id}</code></dd>
      {other_id}
      {time}
      <dt>Key</dt><dd>{key}</dd>
      <dt>From</dt><dd>{address}, {client}</dd>
      {took}
    </dl>
    {open}
  </li>
  <li><h2>{decision_icon}Decision</h2>
    {decisions}
    {advice}
  </li>
  <li><h2>{events_icon}Audit event{plural}</h2>
    {events}
  </li>
  <li><h2>{again_icon}Send it again</h2>
    <div class="code"><div class="bar"><span>curl</span><button class="button plain small end" type="button" data-copy hidden>{copy_icon}<span>Copy</span></button></div><pre tabindex="0" role="region" aria-label="curl line of {short_id}"><code>{curl}</code></pre></div>
    <p class="help">Request bodies are not logged: put yours into <code>body.json</code>, and your key into <code>MEMORY_SCOPE_API_KEY</code>.</p>
  </li>
</ol>"""  # noqa: E501 - as it is sent

DECISION = """<dl class="facts">
  <dt>Outcome</dt><dd>{outcome}</dd>
  {reason}
  {words}
  {purpose_class}
</dl>
{why}
"""

EVENT = """<p>{sentence}</p>
<p class="help"><a href="{href}">Open <code>{event_type}</code> in the audit log</a></p>
"""

register = template.Library()


@register.simple_tag
def log_rows(traces: Iterable[Trace]) -> SafeString:
    """Draw the rows of the log, each with what became of its request, folded."""
    return mark_safe("".join(map(_row, traces)))  # noqa: S308 - each is safe


@register.simple_tag
def whole_trace(trace: Trace) -> SafeString:
    """Draw what became of one request on a page of its own, where no row says the rest of it."""
    logged = trace.logged
    time = format_html(
        "<dt>Time</dt><dd>{} UTC, {}</dd>",
        clock(logged.created_at, "%b %Y, %H:%M:%S"),
        moment(logged.created_at),
    )
    took = format_html("<dt>Took</dt><dd>{} ms</dd>", trace.milliseconds)
    return _trace(trace, time=time, took=took)


def _row(trace: Trace) -> SafeString:
    logged = trace.logged
    return format_html(
        ROW,
        exact=logged.created_at.isoformat(),
        time=clock(logged.created_at, "%b %H:%M:%S"),
        endpoint=trace.endpoint,
        tone=trace.tone,
        answer=trace.answer,
        purpose=_purpose(trace),
        key=isolated(trace.key_name or FORMER),
        took=trace.milliseconds,
        short_id=trace.short_id,
        chevron=icon("chevron-right", "quiet"),
        trace=_trace(
            trace,
            link=format_html('<p class="help"><a href="{}">Open this request</a></p>', trace.href),
        ),
    )


def _purpose(trace: Trace) -> SafeString:
    """Return what a request was for; of one that stated nothing, its error code."""
    if not trace.purpose:
        return format_html('<span class="quiet">{}</span>', trace.logged.code)
    return (
        format_html("{} reads: {}", trace.reads, trace.purpose)
        if trace.reads > 1
        else trace.purpose
    )


def _trace(
    trace: Trace,
    *,
    time: SafeString = NOTHING,
    took: SafeString = NOTHING,
    link: SafeString = NOTHING,
) -> SafeString:
    logged = trace.logged
    return format_html(
        TRACE,
        request_icon=icon("arrow-right-left", "quiet"),
        id=logged.request_id or "erased",
        other_id=_fact("Our id", trace.other_id),
        time=time,
        key=_key(trace),
        address=logged.address,
        client=isolated(logged.user_agent or "unknown client"),
        took=took,
        open=link,
        decision_icon=icon("ban", "denied") if trace.denied else icon("gavel", "quiet"),
        decisions=_decisions(trace),
        advice=_advice(trace),
        events_icon=icon("scroll-text", "quiet"),
        plural="" if trace.events == 1 else "s",
        events=_events(trace),
        again_icon=icon("terminal", "quiet"),
        copy_icon=icon("copy"),
        short_id=trace.short_id,
        curl=trace.curl,
    )


def _fact(name: str, code: str) -> SafeString:
    return format_html("<dt>{}</dt><dd><code>{}</code></dd>", name, code) if code else NOTHING


def _key(trace: Trace) -> SafeString | str:
    if not trace.key_name:
        return FORMER
    masked = format_html(", <code>{}</code>", trace.masked) if trace.masked else NOTHING
    return format_html('<a href="{}">{}</a>{}', trace.key_href, isolated(trace.key_name), masked)


def _decisions(trace: Trace) -> SafeString:
    if not trace.decisions:
        refused = "the request was refused before anything was decided"
        is_refused = trace.logged.status >= 400 and not trace.told
        why = refused if is_refused else "this request needed no decision"
        return format_html('<p class="quiet">None: {}.</p>', why)
    decided = [one for one in trace.told if is_decision(one.event)]
    rest = _rest(trace, "decisions", len(decided), trace.decisions)
    return mark_safe("".join([*map(_decision, decided), rest]))  # noqa: S308 - each is safe


def _decision(told: Told) -> SafeString:
    """Tell the outcome of a decision, its reason and class. Its sentence says the rest."""
    event = told.event
    why = '<p class="help"><a href="{}">Why was this denied?</a></p>'
    return format_html(
        DECISION,
        outcome=_outcome(event),
        reason=_said("Reason", reason(event)) if event.reason_code else NOTHING,
        words=_said("Words", words_that_decided(event)),
        purpose_class=_fact("Class", event.purpose_class or ""),
        why=format_html(why, told.why) if told.why else NOTHING,
    )


def _outcome(event: AuditEvent) -> SafeString:
    if event.event_type == EventType.POLICY_DENIED:
        return mark_safe('<b class="denied">Denied</b>')
    return mark_safe('<b class="allowed">Allowed</b>')


def _said(name: str, words: str) -> SafeString:
    return format_html("<dt>{}</dt><dd>{}</dd>", name, words) if words else NOTHING


def _advice(trace: Trace) -> SafeString:
    if not trace.advice:
        return NOTHING
    return format_html(
        '<p class="help"><a href="{}#{}"><code>{}</code></a>: {}</p>',
        _advice_on_errors(),
        trace.logged.code,
        trace.logged.code,
        trace.advice,
    )


@functools.cache
def _advice_on_errors() -> str:
    return reverse("docs_errors")


def _rest(trace: Trace, what: str, told: int, number: int) -> SafeString:
    """Lead to all there are, where some are told."""
    if told == number:
        return NOTHING
    return format_html('<p class="help"><a href="{}">All {} {}</a></p>', trace.href, number, what)


def _events(trace: Trace) -> SafeString:
    drawn = format_html_join(
        "",
        EVENT,
        (
            {"sentence": one.sentence, "href": one.href, "event_type": one.event.event_type}
            for one in trace.told
        ),
    )
    drawn += _rest(trace, "events", len(trace.told), trace.events)
    none = mark_safe('<p class="quiet">None: this request made no memory decision.</p>')
    return drawn or none
