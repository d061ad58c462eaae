"""Draws the newest decisions.

In Python: a template takes as long for ten of them as for twice the rest of the page.
"""

from __future__ import annotations

from collections.abc import Iterable
from urllib.parse import quote

from django import template
from django.template.defaultfilters import truncatechars
from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe

from accounts.models import AuditEvent, Project
from console.decisions import Decision
from console.pointers import Pointers
from console.templatetags.icons import icon
from console.templatetags.isolated import isolated
from console.templatetags.moments import moment
from console.templatetags.reasons import reason, words_that_decided

NOTHING = mark_safe("")
ERASED = mark_safe('<span class="quiet">A purpose that was erased</span>')
LONGEST, LONGEST_NAMED = 120, 40  # characters of a purpose; of what a line names beside it

ROW = """<li>
  <span class="mark {tone}">{mark}</span>
  <span>{purpose} <b class="{outcome}">{word}</b></span>
  <a class="end" href="{event}">{moment}<span class="hidden">: the audit event</span></a>
  <span class="help">{why}{key}{person}</span>
</li>
"""
WHY = ' <a href="{}?scope={}&amp;purpose={}{}">Why<span class="hidden"> {} is denied</span></a>'
PERSON = ' · <a href="{}?user_id={}"><code>{}</code></a>'

register = template.Library()


@register.simple_tag
def decision_rows(decisions: Iterable[Decision], project: Project, environment: str) -> SafeString:
    """Draw decisions of one environment, the newest first, each with why, the key and whom."""
    to, here = Pointers(project, environment), (project.pk, environment)
    why, person = reverse("why", args=here), reverse("person", args=here)
    drawn = (_row(one, to, why=why, person=person) for one in decisions)
    return mark_safe("".join(drawn))  # noqa: S308 - each is safe


def _row(one: Decision, to: Pointers, *, why: str, person: str) -> SafeString:
    event, allowed = one.event, one.is_allowed
    return format_html(
        ROW,
        tone="allow" if allowed else "deny",
        mark=icon("check" if allowed else "ban"),
        purpose=_said(event.purpose),
        outcome="allowed" if allowed else "denied",
        word="Allowed" if allowed else "Denied",
        event=to.event(event),
        moment=moment(event.created_at),
        why=_allowed(one) if allowed else _denied(one, why),
        key=_key(one, to),
        person=_person(event, person),
    )


def _said(purpose: str | None) -> SafeString:
    if not purpose:
        return ERASED
    return format_html('<q class="said">{}</q>', isolated(_short(purpose, LONGEST)))


def _allowed(one: Decision) -> SafeString:
    why = f". {reason(one.event)}" if one.event.reason_code else ""
    return format_html("<code>{}</code> for {}{}", one.event.scope, one.class_words, why)


def _denied(one: Decision, why: str) -> SafeString:
    event = one.event
    words = words_that_decided(event)
    by_words = f" By {words}." if words else ""
    return format_html("{}{}{}", reason(event), by_words, _way_to_why(one, why))


def _way_to_why(one: Decision, why: str) -> SafeString:
    """Draw the way to the bench of decisions, filled in; of an erased purpose there is none."""
    event = one.event
    if not event.purpose:
        return NOTHING
    key = format_html("&amp;key={}", event.api_key_id) if one.key_name else NOTHING
    said = _short(event.purpose, LONGEST_NAMED)
    return format_html(WHY, why, event.scope, quote(event.purpose, safe=""), key, said)


def _key(one: Decision, to: Pointers) -> SafeString:
    if not one.key_name or one.event.api_key_id is None:
        return NOTHING
    link = ' · <a href="{}">{}</a>'
    return format_html(link, to.key(one.event.api_key_id), isolated(one.key_name))


def _person(event: AuditEvent, person: str) -> SafeString:
    if not event.user_id:
        return NOTHING
    named = isolated(_short(event.user_id, LONGEST_NAMED))
    return format_html(PERSON, person, quote(event.user_id, safe=""), named)


def _short(text: str, most: int) -> str:
    """Return the text, or as much of it; to find that out takes its time, and most are short."""
    return text if len(text) <= most else truncatechars(text, most)
