"""The shapes of a memory's value, as JSON Schema: what memory/policy/shapes.py takes.

The order of the names is that in which the shapes are tried. Keys are written here in snake_case;
the service takes them in any spelling (`FavoriteFood`, `favorite-food`).
"""

from __future__ import annotations

from typing import Any

from config.openapi.answers import REF
from memory.policy.shapes import MAX_DEPTH, MAX_INTEGER, WINDOW_KEYS, Shape

STRINGS = {"type": "array", "items": {"type": "string"}}

SHAPES: dict[Shape, tuple[str, dict[str, Any]]] = {
    Shape.LIKES_DISLIKES: (
        "What somebody likes and dislikes; other keys are kept as settings.",
        {
            "type": "object",
            "properties": {"likes": STRINGS, "dislikes": STRINGS},
            "anyOf": [{"required": ["likes"]}, {"required": ["dislikes"]}],
        },
    ),
    Shape.BOOLEAN_FLAGS: (
        "Switches, and nothing else.",
        {"type": "object", "additionalProperties": {"type": "boolean"}},
    ),
    Shape.SCHEDULE_WINDOWS: (
        "Times: an array of windows, or an object that holds them.",
        {
            "anyOf": [
                {
                    "type": "array",
                    "minItems": 1,
                    "items": {
                        "type": "object",
                        "anyOf": [{"required": [key]} for key in sorted(WINDOW_KEYS)],
                    },
                },
                {
                    "type": "object",
                    "anyOf": [{"required": ["windows"]}, {"required": ["time_slots"]}],
                },
            ]
        },
    ),
    Shape.ATTENTION_SETTINGS: (
        "When to leave somebody alone.",
        {
            "type": "object",
            "anyOf": [{"required": ["focus_mode"]}, {"required": ["do_not_disturb"]}],
        },
    ),
    Shape.RULES_LIST: (
        "Rules in words: an array of them, or an object that holds them; its other keys are kept "
        "as constraints.",
        {
            "anyOf": [
                {**STRINGS, "minItems": 1},
                {"type": "object", "properties": {"rules": STRINGS}, "required": ["rules"]},
            ]
        },
    ),
    Shape.KV_MAP: ("Any other object.", {"type": "object"}),
}

VALUE = (
    "What is remembered, in the first of the shapes that it has. Keys are compared, and returned, "
    "in snake_case. Otherwise it is stored as it was said, or refused: at most 32 KiB as compact "
    f"JSON, {MAX_DEPTH} levels deep, numbers finite and as a double holds them, integers within "
    f"±{MAX_INTEGER}, no NUL and no lone surrogate."
)


def name_of(shape: Shape) -> str:
    """Return the name of a shape's schema: `LikesDislikes`."""
    return "".join(map(str.title, shape.split("_")))


def components() -> dict[str, Any]:
    """Return the schemas of the shapes, and of a value that has one of them."""
    made: dict[str, Any] = {
        name_of(shape): {"description": sentence, **schema}
        for shape, (sentence, schema) in SHAPES.items()
    }
    any_of = [{"$ref": REF + name_of(shape)} for shape in SHAPES]
    return {"MemoryValue": {"description": VALUE, "anyOf": any_of}, **made}
