"""The forms about purposes. They check and clean; the services save."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from typing import Any, cast

from django import forms
from django.forms.boundfield import BoundWidget
from django.http import QueryDict
from django.utils.html import format_html
from django.utils.text import get_text_list

from accounts.environments import CHOICES, ENVIRONMENTS
from console.purpose_summaries import TAKES_WORDS
from console.templatetags.reasons import quoted
from memory.models import Purpose
from memory.models.purposes import LONGEST_SENTENCE
from memory.policy.access import readable_scopes
from memory.policy.narrowing import OPEN_CELLS
from memory.policy.registry import PurposeState
from memory.policy.vocabulary import PURPOSE_CLASSES, Scope
from memory.registrations import (
    CONFIRMATION,
    InvalidPurpose,
    NotConfirmed,
    VetoNotConfirmed,
    checked_id,
    vetoes,
)

LONGEST_TEXT = 1000  # characters of what an id is made of: a purpose may be as long
CLASS_WORDS = [str(one).split("_") for one in PURPOSE_CLASSES]  # between which a name may break
TAKES_CHOICES = [
    (str(takes), format_html("<code>{}</code>: {}", takes, words))
    for takes, words in TAKES_WORDS.items()
]


def listed(names: Iterable[str]) -> str:
    return get_text_list(list(names), "and")


def _class_choices() -> list[tuple[str, str]]:
    words = '<code>{}</code> <span class="help">may read {}</span>'
    return [
        (str(one), format_html(words, one, listed(readable_scopes(one)))) for one in PURPOSE_CLASSES
    ]


class PurposeForm(forms.Form):
    """A purpose as it is registered: what it is called, what it is for, what it may read."""

    id = forms.CharField(
        label="Id",
        max_length=LONGEST_TEXT,
        widget=forms.TextInput(attrs={"autocomplete": "off", "spellcheck": "false"}),
        help_text="What your program sends as purpose, for example gift_finder.",
    )
    sentence = forms.CharField(
        label="What it is for",
        max_length=LONGEST_SENTENCE,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text="One sentence, in any language, for whoever asks you later.",
    )
    purpose_class = forms.ChoiceField(
        label="Class", choices=_class_choices, widget=forms.RadioSelect
    )
    scopes = forms.MultipleChoiceField(
        label="Only these scopes",
        choices=[(str(one), str(one)) for one in Scope],
        widget=forms.CheckboxSelectMultiple,
        required=False,
        help_text="None ticked: every scope that its class may read. It never gets more than that.",
    )
    environments = forms.MultipleChoiceField(
        choices=CHOICES, widget=forms.CheckboxSelectMultiple, initial=list(ENVIRONMENTS)
    )

    def clean(self) -> dict[str, Any]:
        data = self.cleaned_data
        purpose_class = data.get("purpose_class")
        if not purpose_class:
            return data
        may = readable_scopes(purpose_class)
        beyond = [scope for scope in data.get("scopes", ()) if scope not in may]
        if beyond:
            self.add_error(
                "scopes",
                f"{purpose_class} may not read {listed(beyond)}, only {listed(may)}.",
            )
        return data

    def clean_id(self) -> str:
        """Return the id as a request is read that names it: “Gift Finder” is gift_finder."""
        try:
            return checked_id(self.cleaned_data["id"])
        except InvalidPurpose as failure:
            raise forms.ValidationError(str(failure)) from failure

    def settings(self) -> dict[str, Any]:
        """Return what the services take; without scopes: every one that the class may read."""
        data = self.cleaned_data
        return {
            "sentence": data["sentence"],
            "purpose_class": data["purpose_class"],
            "scopes": data["scopes"] or None,
            "environments": data["environments"],
        }


class ChangePurposeForm(PurposeForm):
    """What a purpose says, to be changed from the `revision` that the page showed.

    One that holds needs the confirmations of an approval, unless it only loses something.
    """

    revision = forms.IntegerField(widget=forms.HiddenInput)
    confirmed = forms.BooleanField(
        label=CONFIRMATION,
        required=False,
        help_text="Needed, unless you only take away scopes or environments.",
    )
    veto_confirmed = forms.BooleanField(required=False)

    def __init__(self, *args: Any, purpose: Purpose, **options: Any) -> None:
        super().__init__(*args, **options)
        del self.fields["id"]
        for name in ("sentence", "purpose_class", "scopes", "environments", "revision"):
            self.initial[name] = getattr(purpose, name)
        words = vetoes(purpose.purpose_id, str(self["sentence"].value()))
        if purpose.state != PurposeState.APPROVED:
            del self.fields["confirmed"]
        if purpose.state != PurposeState.APPROVED or not words:
            del self.fields["veto_confirmed"]
        else:
            self.fields["veto_confirmed"].label = veto_label(words)

    def show_again(self, purpose: Purpose) -> None:
        """Keep what was typed, to be sent again for the purpose as it stands now."""
        data = cast(QueryDict, self.data).copy()
        data["revision"] = str(purpose.revision)
        self.data = data

    def ask_to_confirm(self, failure: NotConfirmed) -> None:
        """Say at its box what must be confirmed; above all if it has none, being retired by now."""
        name, words = "confirmed", "What it may read grows or changes: confirm this."
        if isinstance(failure, VetoNotConfirmed):
            name, words = "veto_confirmed", str(failure)
        self.add_error(name if name in self.fields else None, words)

    def confirmations(self) -> dict[str, Any]:
        """Return what `change_purpose` takes of an approval."""
        return {
            name: self.cleaned_data.get(name, False) for name in ("confirmed", "veto_confirmed")
        }


class ApproveForm(forms.Form):
    """One sentence to confirm, and a second one where the purpose holds words of the veto."""

    revision = forms.IntegerField(widget=forms.HiddenInput)
    confirmed = forms.BooleanField(
        label=CONFIRMATION, error_messages={"required": "Approve it only if this is true."}
    )
    veto_confirmed = forms.BooleanField(
        error_messages={"required": "Read these words again, and confirm this too."}
    )

    def __init__(self, *args: Any, purpose: Purpose, **options: Any) -> None:
        super().__init__(*args, **options)
        self.initial["revision"] = purpose.revision
        if words := vetoes(purpose.purpose_id, purpose.sentence):
            self.fields["veto_confirmed"].label = veto_label(words)
        else:
            del self.fields["veto_confirmed"]


class CellsForm(forms.Form):
    """A box in each cell of the policy's matrix that a project can leave open or close."""

    open = forms.MultipleChoiceField(
        choices=[(str(cell), str(cell)) for cell in OPEN_CELLS],
        widget=forms.CheckboxSelectMultiple,
        required=False,
    )

    def unticked(self) -> list[str]:
        return [str(cell) for cell in OPEN_CELLS if str(cell) not in self.cleaned_data["open"]]

    def rows(self) -> list[tuple[str, list[tuple[str, BoundWidget | None]]]]:
        """Return the matrix: the cells of each scope by class, with a box where one can be open."""
        boxes = {str(box.data["value"]): box for box in self["open"].subwidgets}
        return [
            (str(scope), [(str(one), boxes.get(f"{scope}:{one}")) for one in PURPOSE_CLASSES])
            for scope in Scope
        ]


class MatrixForm(CellsForm):
    """Which cells of the policy's matrix the project leaves open in one environment.

    `seen` are those that were closed when the page was made.
    """

    seen = forms.CharField(widget=forms.HiddenInput, required=False)

    def __init__(self, *args: Any, closed: list[str], **options: Any) -> None:
        super().__init__(*args, **options)
        self.initial["open"] = open_but(closed)
        self.initial["seen"] = " ".join(closed)

    def seen_closed(self) -> list[str]:
        return str(self.cleaned_data["seen"]).split()

    def show_again(self, closed: list[str]) -> None:
        """Keep what was ticked, to be sent again for the matrix as it stands now."""
        data = cast(QueryDict, self.data).copy()
        data["seen"] = " ".join(closed)
        self.data = data


def open_but(closed: Collection[str]) -> list[str]:
    """Return the cells that are open where these are closed."""
    return [str(cell) for cell in OPEN_CELLS if str(cell) not in closed]


def veto_label(words: Iterable[str]) -> str:
    """Name the words of a registration that would deny a purpose in free text."""
    return f"It says {quoted(words)}, and the sentence above is true all the same."


class AskTakesForm(forms.Form):
    """Which purposes a project may take in one environment: it asks what would come of it."""

    takes = forms.ChoiceField(label="Take", choices=TAKES_CHOICES, widget=forms.RadioSelect)


class TakesForm(AskTakesForm):
    """Switches to it from what was `seen` when it was asked."""

    seen = forms.CharField(widget=forms.HiddenInput)
