"""Forms and filters of the operators' queue."""

from __future__ import annotations

from itertools import islice
from typing import Any

from django import forms
from django.contrib import admin
from django.contrib.admin.helpers import ActionForm
from django.db.models import QuerySet
from django.http import HttpRequest

from accounts import desk
from accounts.forms import NameField
from accounts.models.beta import LONGEST_NOTE
from accounts.models.people import LONGEST_COHORT
from foundation.visible import shown


class StateFilter(admin.SimpleListFilter):
    """Filters rows by the word for their state."""

    title = parameter_name = "state"
    words: dict[str, dict[str, Any]]

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return [(word, word.capitalize()) for word in self.words]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        chosen = self.words.get(self.value() or "")
        return queryset if chosen is None else queryset.filter(**chosen)


class CohortForm(forms.Form):
    cohort = NameField(
        required=False,
        max_length=LONGEST_COHORT,
        widget=forms.TextInput(attrs={"list": "cohorts"}),
    )


class QueueActionForm(ActionForm):
    # Checked by the action, which can say what is wrong with it.
    cohort = forms.CharField(
        required=False, widget=forms.TextInput(attrs={"size": 12, "maxlength": LONGEST_COHORT})
    )


class DeclineForm(forms.Form):
    words = forms.CharField(
        label="Mail to whoever asked",
        required=False,
        max_length=LONGEST_NOTE,
        widget=forms.Textarea(attrs={"rows": 8, "cols": 60}),
        help_text="Leave it empty to decline without a mail. It is sent as you write it.",
    )


class RequestState(StateFilter):
    """Shows who waits, unless another state is chosen or somebody is looked for."""

    words = {
        "waiting": {"invitation": None, "declined_at": None, "had_account": False},
        "invited": {"invitation__isnull": False, "invitation__used_at": None},
        "signed up": {"invitation__used_at__isnull": False},
        "declined": {"declined_at__isnull": False},
    }

    def __init__(self, request: HttpRequest, params: Any, model: Any, model_admin: Any) -> None:
        self.usual = "all" if request.GET.get("q") else "waiting"
        super().__init__(request, params, model, model_admin)

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return [*super().lookups(request, model_admin), ("all", "All")]

    def value(self) -> str:
        return super().value() or self.usual

    def choices(self, changelist: Any) -> Any:
        return islice(super().choices(changelist), 1, None)  # the first chooses none of ours


class CohortFilter(admin.SimpleListFilter):
    title = parameter_name = "cohort"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        named = [(name, shown(name)) for name in desk.cohorts()]
        return [*named, ("", "In none")] if named else []

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        chosen = self.value()
        return queryset if chosen is None else queryset.filter(cohort=chosen)
