"""What is kept beside a value, so that a read need not compute it (memory/policy/normal_forms.py).

Where the rules have changed since, or Unicode with a newer Python, a read looks at the value
itself, until `renew` has been there.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import msgspec

from foundation import sql
from memory.policy import normal_forms
from memory.policy.readings import FORMS, Reading, Statement, read
from memory.policy.vocabulary import Scope

VERSION = normal_forms.VERSION
IS_NORMAL = f"normal_version = {VERSION} AND normal_form <> ''"
# What a read asks of each memory. Where there is a form by the rules of now, it is the text.
COLUMNS = f"""CAST(id AS text), source, created_at, replace, {IS_NORMAL},
           CASE WHEN {IS_NORMAL} THEN normal_form ELSE value_json END"""
# A form is kept up to so many times the bytes of its value, and so many bytes besides.
MOST_TIMES, MOST_BESIDES = 3, 100

_form = msgspec.json.Decoder(Reading | dict[str, Any])


def said(normal_form: str) -> Reading:
    """Return what a statement says by its normal form, which is not empty."""
    form = _form.decode(normal_form)
    return form if isinstance(form, Reading) else normal_forms.opened(form)


def statements_of(found: Iterable[tuple[Any, ...]]) -> list[Statement]:
    """Return the memories that were asked for by COLUMNS."""
    decode, id_of, moment = msgspec.json.decode, sql.as_id_text, sql.as_moment
    return [
        Statement(id_of(id_), source, moment(created_at), None, replace, said(text))
        if is_normal
        else Statement(id_of(id_), source, moment(created_at), decode(text), replace)
        for id_, source, created_at, replace, is_normal, text in found
    ]


def of_value(scope: str, value_json: str) -> str:
    """Return what a value says under its scope, as JSON text; empty where that has no such form.

    Nor is it kept where it is far longer than the value: ceilings count the bytes of values alone.
    """
    value = value_json.encode()
    form = normal_forms.kept(read(FORMS[Scope(scope)], msgspec.json.decode(value)))
    text = b"" if form is None else msgspec.json.encode(form)
    return text.decode() if len(text) <= MOST_TIMES * len(value) + MOST_BESIDES else ""
