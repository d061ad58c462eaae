"""What the forms have in common that narrow what a page shows. They come by GET."""

from __future__ import annotations

from django import forms


class PageForm(forms.Form):
    """Pages a list; `before` is where a page begins."""

    before = forms.UUIDField(required=False, widget=forms.HiddenInput)
