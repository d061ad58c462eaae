"""The part of an operators' page where they write notes about what the page is about."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django import forms
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils import timezone
from django.utils.decorators import method_decorator
from django.views.decorators.http import require_POST

from accounts import desk
from accounts.models.beta import LONGEST_NOTE
from accounts.operators import operator
from foundation.admin import ModelAdmin

LONGEST_TEXT = f"A note has at most {LONGEST_NOTE} characters."


class NoteForm(forms.Form):
    text = forms.CharField(
        label="New note",
        max_length=LONGEST_NOTE,
        widget=forms.Textarea(attrs={"rows": 3, "cols": 60}),
        error_messages={"required": "Write the note first.", "max_length": LONGEST_TEXT},
    )


class NotedAdmin(ModelAdmin):
    """Shows the notes about a row on its page, and lets who may change the row write them."""

    def may_note(self, request: HttpRequest, obj: Any) -> bool:
        return self.has_change_permission(request, obj)

    def own_urls(self, *views: tuple[str, str, Any]) -> list[URLPattern]:
        """Return URLs behind the admin's doors: of each its path, its name's end and its view."""
        info = f"{self.opts.app_label}_{self.opts.model_name}"
        return [
            path(route, self.admin_site.admin_view(view), name=f"{info}_{name}")
            for route, name, view in views
        ]

    def get_urls(self) -> list[URLPattern]:
        return [
            *self.own_urls(
                ("<uuid:pk>/note/", "note", self.note_view),
                ("<uuid:pk>/note/<uuid:note_id>/delete/", "note_delete", self.note_delete_view),
            ),
            *super().get_urls(),
        ]

    def found(self, request: HttpRequest, pk: UUID) -> Any:
        """Return the row, if this operator may look at it."""
        obj = self.get_object(request, str(pk))
        if obj is None:
            raise Http404
        if not self.has_view_permission(request, obj):
            raise PermissionDenied
        return obj

    def page_of(self, obj: Any) -> str:
        return reverse(f"admin:{self.opts.app_label}_{self.opts.model_name}_change", args=[obj.pk])

    def change_view(
        self,
        request: HttpRequest,
        object_id: str,
        form_url: str = "",
        extra_context: dict[str, Any] | None = None,
    ) -> HttpResponse:
        obj = self.get_object(request, object_id)
        more = {} if obj is None else self.more_about(request, obj)
        return super().change_view(request, object_id, form_url, {**more, **(extra_context or {})})

    def more_about(self, request: HttpRequest, obj: Any) -> dict[str, Any]:
        """Return what the page's template shows beside the form."""
        return {
            "notes": desk.notes_about(obj),
            "note_form": NoteForm(),
            "may_note": self.may_note(request, obj),
            "note_url": f"{self.page_of(obj).removesuffix('change/')}note/",
        }

    @method_decorator(require_POST)
    def note_view(self, request: HttpRequest, pk: UUID) -> HttpResponse:
        """Keep a note, and lead back to the page."""
        obj = self.found(request, pk)
        if not self.may_note(request, obj):
            raise PermissionDenied
        form = NoteForm(request.POST)
        if form.is_valid():
            desk.write_note(obj, form.cleaned_data["text"], by=operator(request), at=timezone.now())
            self.log_change(request, obj, "Wrote a note.")
            messages.success(request, "The note was saved.")
            return redirect(self.page_of(obj))
        context = {
            **self.admin_site.each_context(request),
            "title": "New note",
            "form": form,
            "button": "Save note",
            "back": self.page_of(obj),
            "opts": self.opts,
        }
        return TemplateResponse(request, "admin/desk/ask.html", context)

    @method_decorator(require_POST)
    def note_delete_view(self, request: HttpRequest, pk: UUID, note_id: UUID) -> HttpResponse:
        """Delete a note of this page; one that is gone already is no error."""
        obj = self.found(request, pk)
        if not self.may_note(request, obj):
            raise PermissionDenied
        for note in desk.notes_about(obj).filter(pk=note_id):
            note.delete()
            self.log_change(request, obj, "Deleted a note.")
        messages.success(request, "The note was deleted.")
        return redirect(self.page_of(obj))
