"""The schemas of what the API answers, made from the types that it answers with.

msgspec writes the JSON Schema of a type. What no type says is added here by the name of a field:
which words it may hold, whether it is a time, and a sentence about it.
"""

from __future__ import annotations

from typing import Any

import msgspec

from accounts.environments import BOTH, ENVIRONMENTS
from accounts.models import EventType
from apikeys.views import LeakReport, UsageOfKey
from config.health import Alive, Ready
from config.openapi.words import ABOUT
from foundation.unknown_fields import IgnoredField
from memory import (
    batches,
    erasing,
    exporting,
    listing,
    overview,
    record,
    remembering,
    services,
    withdrawing,
)
from memory.decisions import CheckedPurpose
from memory.policy import details, hints
from memory.policy.registry import PurposeState, Takes
from memory.policy.vocabulary import PurposeClass, Scope, Source
from memory.views import reading
from memory.views.policy import PolicyInForce
from portal.links import MadeLink
from proof.keys import PublicKey, PublicKeys
from proof.latest import LatestSeal, LatestSeals

REF = "#/components/schemas/"

# What the API answers, and the name of each type for those who read the description.
TYPES: dict[str, Any] = {
    "StoredMemory": remembering.Stored,
    "StoredMemories": batches.StoredBatch,
    "Memory": listing.Item,
    "MemoryPage": listing.Listed,
    "Summary": services.Answer,
    "Summaries": reading.ReadItems,
    "SummaryOrRefusal": reading.ReadItem,
    "SummaryDetail": details.Detail,
    "SummaryValue": details.Value,
    "OverruledValue": details.Overruled,
    "Revocation": services.Revoked,
    "Withdrawal": withdrawing.Withdrawn,
    "UserOverview": overview.Overview,
    "UserPlace": overview.Place,
    "UserExport": exporting.Export,
    "HeldMemory": exporting.Held,
    "AllowedRead": exporting.Access,
    "UserErasure": erasing.Erased,
    "UserLink": MadeLink,
    "AuditEvent": record.Recorded,
    "AuditPage": record.RecordPage,
    "LatestSeals": LatestSeals,
    "LatestSeal": LatestSeal,
    "CheckedPurpose": CheckedPurpose,
    "Policy": PolicyInForce,
    "Usage": UsageOfKey,
    "LeakReport": LeakReport,
    "SigningKeys": PublicKeys,
    "SigningKey": PublicKey,
    "Alive": Alive,
    "Ready": Ready,
    "IgnoredField": IgnoredField,
}
# Those that are answered by themselves, and may then tell which fields of a request were ignored.
WHOLE = (
    "StoredMemory",
    "StoredMemories",
    "Memory",
    "MemoryPage",
    "Summary",
    "Summaries",
    "Revocation",
    "Withdrawal",
    "UserOverview",
    "UserExport",
    "UserErasure",
    "UserLink",
    "AuditPage",
    "LatestSeals",
    "CheckedPurpose",
    "Policy",
    "Usage",
    "LeakReport",
)
# What becomes of a read in a batch, beside an answer.
READ_REFUSALS = ("policy_denied", "ceiling_reached", "out_of_range", "unavailable")

CLASSES = [str(one) for one in PurposeClass]
# The words that a field holds, by its name, or by that of its type where types differ.
ENUMS: dict[str, list[str]] = {
    "scope": [str(one) for one in Scope],
    "scopes": [str(one) for one in Scope],
    "source": [str(one) for one in Source],
    "purpose_class": CLASSES,
    "proposed_class": CLASSES,
    "allowed_purpose_classes": CLASSES,
    "purpose_classes": CLASSES,
    "event_type": list(EventType.values),
    "environment": list(ENVIRONMENTS),
    "AuditEvent.environment": [*ENVIRONMENTS, BOTH],
    "LatestSeal.environment": [*ENVIRONMENTS, BOTH],
    "takes": [str(one) for one in Takes],
    "state": [str(one) for one in PurposeState],
    "reason": list(hints.HINTS),
    "why": [
        details.REPLACED,
        details.TAKEN_BACK,
        details.HIGHER_AUTHORITY,
        details.MORE_RESTRICTIVE,
        details.NEWER,
        details.SAYS_NOTHING,
        details.CONTRADICTED,
    ],
}
FORMATS = {"UserExport.subject_id": "uuid", "DayOfUse.day": "date", "decision_id": "uuid"}


def components() -> dict[str, Any]:
    """Return the schemas by their names."""
    _, made = msgspec.json.schema_components(TYPES.values(), ref_template=REF + "{name}")
    names = {type_.__name__: name for name, type_ in TYPES.items()}
    for type_ in TYPES.values():
        _as_written(made[type_.__name__], type_)
    for name in WHOLE:
        told = {"type": "array", "items": {"$ref": REF + "IgnoredField"}}
        made[TYPES[name].__name__]["properties"]["ignored_fields"] = told
    refusals = [{"$ref": REF + name_of_error(code)} for code in READ_REFUSALS]
    made["ReadItem"]["properties"]["error"] = {"oneOf": refusals}
    renamed = {names.get(old, old): _renamed(schema, names) for old, schema in made.items()}
    for name, schema in sorted(renamed.items()):
        schema.pop("title", None)
        describe(name, schema["properties"])
    return dict(sorted(renamed.items()))


def name_of_error(code: str) -> str:
    """Return the name of a code's schema: `PolicyDeniedError`."""
    return "".join(map(str.title, code.removesuffix("_error").split("_"))) + "Error"


def describe(type_name: str, properties: dict[str, Any]) -> None:
    """Add to the properties of a type what their names tell."""
    for name, schema in properties.items():
        whole = f"{type_name}.{name}"
        if name == "value_json":
            schema["$ref"] = REF + "MemoryValue"
        if words := ENUMS.get(whole, ENUMS.get(name)):
            _text_of(schema)["enum"] = words
        if format_ := FORMATS.get(whole, FORMATS.get(name)) or _format_of_time(name):
            _text_of(schema)["format"] = format_
        if len(only := schema.get("enum", ())) == 1:
            # With its type and as `const`, as of a code: generators of clients know both.
            schema["type"] = "boolean" if only[0] is True else "string"
            schema["const"] = schema.pop("enum")[0]
        schema["description"] = ABOUT.get(whole) or ABOUT[name]


def _format_of_time(name: str) -> str | None:
    """Return the format of the times that are told by the names of their fields: `created_at`."""
    return "date-time" if name.endswith("_at") else None


def _text_of(schema: dict[str, Any]) -> dict[str, Any]:
    """Return the part of a field's schema that is a text: of a list the items', or null's other."""
    if "items" in schema:
        return _text_of(schema["items"])
    texts: list[dict[str, Any]] = [
        part for part in schema.get("anyOf", ()) if part.get("type") == "string"
    ]
    return texts[0] if texts else schema


def _as_written(schema: dict[str, Any], type_: Any) -> None:
    """Say which fields are always there: a default matters only where it is left out."""
    config = getattr(type_, "__struct_config__", None)
    omits = config is None or config.omit_defaults
    for name, field in schema["properties"].items():
        if field.pop("default", ...) is None and omits:
            left = [one for one in field.get("anyOf", ()) if one.get("type") != "null"]
            schema["properties"][name] = left[0] if left else {}
    if not omits:
        schema["required"] = list(schema["properties"])


def _renamed(part: Any, names: dict[str, str]) -> Any:
    if isinstance(part, dict):
        changed = {key: _renamed(value, names) for key, value in part.items()}
        if isinstance(ref := changed.get("$ref"), str):
            old = ref.removeprefix(REF)
            changed["$ref"] = REF + names.get(old, old)
        return changed
    return [_renamed(one, names) for one in part] if isinstance(part, list) else part
