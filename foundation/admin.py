"""An admin that only shows, and one that is asked only about what it shows.

Django admits a look-up on any field of a model, shown or not: whoever may look at a list could read
what the list leaves out, letter by letter (`?value_json__startswith=…`).
"""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING, Any

from django.contrib import admin
from django.contrib.admin.helpers import ACTION_CHECKBOX_NAME
from django.core.exceptions import BadRequest, FieldDoesNotExist, ValidationError
from django.db import models
from django.db.models.constants import LOOKUP_SEP
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse

from foundation.mail_addresses import one_form
from foundation.visible import shown

if TYPE_CHECKING:  # at run time Django's admin classes take no parameters
    AdminBase = admin.ModelAdmin[Any]
else:
    AdminBase = admin.ModelAdmin


def path_of(model: type[models.Model], lookup: str) -> str:
    """Return the fields that a look-up passes, without its transforms: `owner__email`."""
    path: list[str] = []
    at: Any = model
    for part in lookup.split(LOOKUP_SEP):
        try:
            field = at._meta.get_field(at._meta.pk.name if part == "pk" else part)
        except FieldDoesNotExist:
            break
        path.append(field.name)
        at = field.related_model
        if at is None:
            break
    return LOOKUP_SEP.join(path)


def _show_all(response: HttpResponse) -> None:
    response.content = shown(response.content.decode())


class AskedOnlyWhatItShows(AdminBase):
    """Admits look-ups on the columns and filters of its list, and on nothing else.

    `config.admin_site` gives it to every admin class that is registered, ours or not.
    """

    def lookup_allowed(self, lookup: str, value: Any, request: HttpRequest | None = None) -> bool:
        filters = self.list_filter if request is None else self.get_list_filter(request)
        columns = self.list_display if request is None else self.get_list_display(request)
        shown = {path_of(self.model, name) for name in columns if isinstance(name, str)}
        for entry in filters:
            name = entry[0] if isinstance(entry, list | tuple) else entry
            if isinstance(name, str):
                shown.add(path_of(self.model, name))
            elif lookup == getattr(name, "parameter_name", None):
                return True
        path = path_of(self.model, lookup)
        return bool(path) and path in shown

    def changelist_view(
        self, request: HttpRequest, extra_context: dict[str, Any] | None = None
    ) -> Any:
        """Show a sign for each character that would turn round or hide what people typed."""
        title = str(self.opts.verbose_name_plural)
        context = {"title": title[:1].upper() + title[1:], **(extra_context or {})}
        response = super().changelist_view(request, context)
        if isinstance(response, TemplateResponse):
            response.add_post_render_callback(_show_all)
        return response

    def response_action(
        self, request: HttpRequest, queryset: Any, *args: Any, **options: Any
    ) -> Any:
        """Refuse an action on what is no row's key, which Django would ask the database for."""
        try:
            for chosen in request.POST.getlist(ACTION_CHECKBOX_NAME):
                self.opts.pk.to_python(chosen)
        except ValidationError:
            raise BadRequest("No row has such a key.") from None
        return super().response_action(request, queryset, *args, **options)

    def to_field_allowed(self, request: HttpRequest, to_field: str) -> bool:
        """Let other models refer to a row by its primary key alone, which its address shows."""
        return to_field in ("pk", self.opts.pk.name)


class ModelAdmin(AskedOnlyWhatItShows):
    def get_search_results(self, request: HttpRequest, queryset: Any, search_term: str) -> Any:
        """Find an address however it is written: it is stored in its one form."""
        with suppress(ValidationError):
            search_term = one_form(search_term)
        return super().get_search_results(request, queryset, search_term)


class ReadOnlyAdmin(ModelAdmin):
    """Shows rows; adds, changes and deletes none."""

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False
