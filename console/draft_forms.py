"""The forms about a draft of changes. They check and clean; the services save."""

from __future__ import annotations

from typing import Any, cast

from django import forms
from django.http import QueryDict

from console.purpose_forms import (
    TAKES_CHOICES,
    CellsForm,
    PurposeForm,
    open_but,
    veto_label,
)
from memory import drafts
from memory.models import Draft
from memory.registrations import CONFIRMATION

AS_IT_IS = ("", "What is taken now")


class SeenForm(forms.Form):
    """The revision of the draft that the page showed; 0 where there was none."""

    seen = forms.IntegerField(widget=forms.HiddenInput, min_value=0)

    def show_again(self, revision: int) -> None:
        """Keep what was typed, to be sent again for the draft as it stands now."""
        data = cast(QueryDict, self.data).copy()
        data["seen"] = str(revision)
        self.data = data


class OfPurposeForm(SeenForm):
    """Names a purpose of the project or of the draft."""

    purpose_id = forms.SlugField(max_length=64)


class DraftSettingsForm(CellsForm, SeenForm):
    """What would be taken, and which cells would be closed besides those that are `closed` now."""

    takes = forms.ChoiceField(
        label="Take", choices=[AS_IT_IS, *TAKES_CHOICES], widget=forms.RadioSelect, required=False
    )

    def __init__(self, *args: Any, draft: Draft | None, closed: list[str], **options: Any) -> None:
        super().__init__(*args, **options)
        self.closed = closed
        self.initial["open"] = open_but([*closed, *(draft.closes if draft else ())])
        self.initial["takes"] = draft.takes if draft else ""
        self.initial["seen"] = draft.revision if draft else 0

    def closes(self) -> list[str]:
        """Return the cells without a tick that are open now."""
        return [cell for cell in self.unticked() if cell not in self.closed]


class DraftPurposeForm(SeenForm, PurposeForm):
    """A purpose as it would be registered and approved."""


class SwitchOnForm(SeenForm):
    """What has to be confirmed of the purposes that a draft approves, if it approves any.

    `taken` is what is taken when the page is made: the draft may take more than that by now.
    """

    taken = forms.CharField(widget=forms.HiddenInput, required=False)
    confirmed = forms.BooleanField(
        label=f"Of each purpose that the draft approves: {CONFIRMATION}",
        error_messages={"required": "Switch it on only if this is true."},
    )
    veto_confirmed = forms.BooleanField(
        error_messages={"required": "Read these words again, and confirm this too."}
    )

    def __init__(self, *args: Any, draft: Draft, taken: str, **options: Any) -> None:
        super().__init__(*args, **options)
        self.initial.update(seen=draft.revision, taken=taken)
        if words := drafts.vetoes_of(draft):
            self.fields["veto_confirmed"].label = veto_label(words)
        else:
            del self.fields["veto_confirmed"]
        if not any(draft.purposes.values()):
            del self.fields["confirmed"]
