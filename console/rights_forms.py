"""The part of forms about keys that says what a key may do."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, cast

from django import forms
from django.forms.boundfield import BoundField, BoundWidget
from django.utils.html import format_html
from django.utils.safestring import SafeString

from apikeys import rights
from apikeys.models import ApiKey
from apikeys.principal import PERMISSIONS
from apikeys.rights import Rights
from console.templatetags.isolated import isolated
from memory.models import Purpose
from memory.policy.registry import PurposeState
from memory.policy.vocabulary import PURPOSE_CLASSES, Scope

# What a key may do; a "custom" one lists its permissions itself.
PRESETS = {
    "read": ("memory:read",),
    "write": ("memory:write",),
    "full": PERMISSIONS,
}
CUSTOM = "custom"
PRESET_CHOICES = [
    ("read", "Read only"),
    ("write", "Write only"),
    ("full", "Full access"),
    (CUSTOM, "Custom"),
]
PRESET_WORDS = {
    "read": "Read for a purpose, and nothing else",
    "write": "Store, and nothing else",
    "full": "All seven permissions",
    CUSTOM: "Only what you tick below",
}
PERMISSION_WORDS = {
    "memory:write": "Store memories",
    "memory:read": "Read memories for a purpose",
    "memory:revoke": "Take a read back, by its token or by user",
    "memory:list": "See what is stored of a user, and export it",
    "memory:delete": "Delete single memories, and all of a user",
    "audit:read": "Read the audit log",
    "users:link": "Give a user the link to their own page",
}
ONLY_FOR_CUSTOM = "These count for a custom key only: choose “Custom” above, or tick none here."
ANY, ONLY = "any", "custom"  # pages show the list of purposes where "custom" is chosen
PURPOSES_CHOICES = [(ANY, "Every purpose"), (ONLY, "Only these registered purposes")]
STATES = {
    PurposeState.APPROVED: "",
    PurposeState.PROPOSED: ", not approved yet",
    PurposeState.RETIRED: ", retired",
}


def _as_choices(names: Any) -> list[tuple[str, str]]:
    return [(str(name), str(name)) for name in names]


def _ticks(names: Any, label: str, one: str) -> forms.MultipleChoiceField:
    """Return a list of ticks of which all are set at first, and one must be."""
    return forms.MultipleChoiceField(
        label=label,
        choices=_as_choices(names),
        widget=forms.CheckboxSelectMultiple,
        initial=[str(name) for name in names],
        error_messages={"required": f"Choose at least one {one}."},
    )


class RightsFields(forms.Form):
    """What a key may do: permissions, and the scopes, classes and purposes that narrow it.

    All scopes or classes ticked is stored as every one. What is ticked holds whatever the preset:
    nobody who narrowed a key gets a wider one.
    """

    preset = forms.ChoiceField(
        label="Access", choices=PRESET_CHOICES, widget=forms.RadioSelect, initial="read"
    )
    permissions = forms.MultipleChoiceField(
        label="Permissions of a custom key",
        choices=_as_choices(PERMISSIONS),
        widget=forms.CheckboxSelectMultiple,
        required=False,
    )
    scopes = _ticks(Scope, "Scopes", "scope")
    purpose_classes = _ticks(PURPOSE_CLASSES, "Purpose classes", "purpose class")
    which_purposes = forms.ChoiceField(
        label="Purposes", choices=PURPOSES_CHOICES, widget=forms.RadioSelect, initial=ANY
    )
    purposes = forms.MultipleChoiceField(
        label="Registered purposes", widget=forms.CheckboxSelectMultiple, required=False
    )

    def __init__(self, *args: Any, registered: Iterable[Purpose], **options: Any) -> None:
        """Offer these registered purposes; without one, no such choice.

        What was chosen on an earlier page is refused and not passed over: the key would be wider
        than it was meant to be.
        """
        super().__init__(*args, **options)
        self.registered = {purpose.purpose_id: purpose for purpose in registered}
        field = cast(forms.MultipleChoiceField, self.fields["purposes"])
        field.choices = [(one, _named(purpose)) for one, purpose in self.registered.items()]
        if not self.registered and self["which_purposes"].value() != ONLY:
            del self.fields["which_purposes"]
            if not self["purposes"].value():
                del self.fields["purposes"]

    def clean(self) -> dict[str, Any]:
        data = super().clean() or self.cleaned_data
        custom = data.get("preset") == CUSTOM
        if custom and not data.get("permissions") and "permissions" not in self.errors:
            self.add_error("permissions", "Choose at least one permission.")
        if data.get("permissions") and not custom and "preset" not in self.errors:
            self.add_error("permissions", ONLY_FOR_CUSTOM)
        if "which_purposes" in data and "purposes" not in self.errors:
            if data["which_purposes"] == ONLY and not data["purposes"]:
                self.add_error("purposes", "Choose at least one purpose.")
            if data["which_purposes"] == ANY and data["purposes"]:
                self.add_error("purposes", f"Choose “{PURPOSES_CHOICES[1][1]}”, or tick none here.")
        return data

    def refuse_other_environments(self, environment: str, *, but: Iterable[str] = ()) -> None:
        """Add an error for a ticked purpose that is not registered for the key's environment."""
        for purpose_id in self.cleaned_data.get("purposes", ()):
            known = purpose_id in but or environment in self.registered[purpose_id].environments
            if not known:
                self.add_error("purposes", f"{purpose_id} is not registered for {environment}.")

    def described_presets(self) -> list[tuple[BoundWidget, str]]:
        return described(self["preset"], PRESET_WORDS)

    def described_permissions(self) -> list[tuple[BoundWidget, str]]:
        return described(self["permissions"], PERMISSION_WORDS)

    def lists_permissions(self) -> bool:
        """Say whether permissions are to be seen whatever the preset: ticked ones, or a mistake."""
        field = self["permissions"]
        return bool(field.errors or field.value())

    def rights(self) -> dict[str, Any]:
        """Return what the services take: None where everything of a kind is ticked."""
        data = self.cleaned_data
        preset = data["preset"]
        return {
            "permissions": data["permissions"] if preset == CUSTOM else PRESETS[preset],
            "scopes": _narrowing(data["scopes"], Scope),
            "purpose_classes": _narrowing(data["purpose_classes"], PURPOSE_CLASSES),
            "purposes": data.get("purposes") or None,
        }


class RightsForm(RightsFields):
    """What a key that is there may do. It carries the seal of the rights that it showed."""

    seen = forms.CharField(widget=forms.HiddenInput, max_length=64)

    def __init__(self, *args: Any, key: ApiKey, registered: Sequence[Purpose], **options: Any):
        now = rights.rights_of(key)
        preset = next((one for one in PRESETS if set(PRESETS[one]) == set(key.permissions)), CUSTOM)
        initial = {
            "preset": preset,
            "permissions": key.permissions if preset == CUSTOM else [],
            "which_purposes": ANY if key.purposes is None else ONLY,
            "purposes": key.purposes or [],
            "seen": now.seal(),
        }
        initial |= {
            name: getattr(key, name)
            for name in ("scopes", "purpose_classes")
            if getattr(key, name) is not None
        }
        super().__init__(*args, registered=registered, initial=initial, **options)
        self.key = key

    def clean(self) -> dict[str, Any]:
        data = super().clean()
        self.refuse_other_environments(self.key.environment, but=self.key.purposes or ())
        return data

    def chosen(self) -> Rights:
        """Return the rights that were chosen. Raises InvalidKeySettings."""
        return rights.chosen(key=self.key, **self.rights())


def described(field: BoundField, words: Mapping[str, str]) -> list[tuple[BoundWidget, str]]:
    """Return each of a field's options with the sentence about it."""
    return [(option, words[str(option.data["value"])]) for option in field.subwidgets]


def _narrowing(ticked: Sequence[str], names: Any) -> list[str] | None:
    return None if set(ticked) == {str(name) for name in names} else list(ticked)


def _named(purpose: Purpose) -> SafeString:
    words = '<code>{}</code> <span class="help">“{}”{}</span>'
    return format_html(
        words, purpose.purpose_id, isolated(purpose.sentence), STATES[PurposeState(purpose.state)]
    )
