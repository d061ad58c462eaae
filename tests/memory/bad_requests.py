"""Requests that must be refused, and how: a table for tests/memory/test_bad_input.py.

Two rules where several statuses would make sense: what is no JSON in UTF-8 is 400 malformed_json;
what is JSON, but read differently by different readers, is 422 invalid_value.
"""

from __future__ import annotations

import gzip
import json
from dataclasses import dataclass, field
from typing import Any

CREATE = "/memory"
READ = "/memory/read"
CONTINUE = "/memory/read/continue"
REVOKE = "/memory/revoke"
CHECK = "/policy/check"
BATCH = "/memory/batch"
READ_BATCH = "/memory/read/batch"

TOKEN = "rev_" + "A" * 43
GOOD: dict[str, dict[str, Any]] = {
    CREATE: {
        "user_id": "user_1",
        "scope": "preferences",
        "domain": "food",
        "source": "explicit_user_input",
        "ttl_days": 30,
        "value_json": {"likes": ["pizza"]},
    },
    READ: {
        "user_id": "user_1",
        "scope": "preferences",
        "domain": "food",
        "purpose": "recommend restaurants",
        "max_age_days": 30,
    },
    CONTINUE: {"revocation_token": TOKEN, "max_age_days": 30},
    REVOKE: {"revocation_token": TOKEN},
    CHECK: {"scope": "preferences", "purpose": "recommend restaurants"},
}
GOOD[BATCH] = {"memories": [GOOD[CREATE], {**GOOD[CREATE], "user_id": "user_2"}]}
GOOD[READ_BATCH] = {
    "user_id": "user_1",
    "purpose": "recommend restaurants",
    "reads": [{"scope": "preferences", "domain": "food"}, {"scope": "constraints"}],
    "max_age_days": 30,
}
OTHERS = (READ, CONTINUE, REVOKE, CHECK, BATCH, READ_BATCH)
SHORT = {
    CREATE: "create",
    READ: "read",
    CONTINUE: "continue",
    REVOKE: "revoke",
    CHECK: "check",
    BATCH: "batch",
    READ_BATCH: "read batch",
}


@dataclass(frozen=True)
class Bad:
    """One request and its refusal; `detail` and `fields` (of `errors`) where they are promised."""

    name: str
    path: str
    body: Any
    status: int
    code: str
    detail: str | None = None
    fields: list[str] | None = None
    headers: dict[str, Any] = field(default_factory=dict)

    @property
    def id(self) -> str:
        return f"{SHORT[self.path]}: {self.name}"


def but(path: str, **changes: Any) -> dict[str, Any]:
    """Return a good body but for these fields."""
    return {**GOOD[path], **changes}


def without(path: str, name: str) -> dict[str, Any]:
    return {key: value for key, value in GOOD[path].items() if key != name}


def text(path: str, name: str, raw: str) -> str:
    """Return a good body as JSON text, with one field's value spelled by hand."""
    return json.dumps(but(path, **{name: "@"})).replace('"@"', raw)


# --- A required field is absent or null ---------------------------------------------------------

REQUIRED = {
    CREATE: ["user_id", "scope", "source", "value_json"],
    READ: ["user_id", "scope", "purpose"],
    CONTINUE: ["revocation_token"],
    REVOKE: ["revocation_token"],
    CHECK: ["scope", "purpose"],
    BATCH: ["memories"],
    READ_BATCH: ["user_id", "purpose", "reads"],
}


def missing(name: str, path: str, body: Any, fields: list[str]) -> Bad:
    return Bad(name, path, body, 400, "missing_field", f"Field '{fields[0]}' is required", fields)


MISSING = [
    *(
        case
        for path, names in REQUIRED.items()
        for name in names
        for case in (
            missing(f"no {name}", path, without(path, name), [name]),
            missing(f"{name} is null", path, but(path, **{name: None}), [name]),
        )
    ),
    *(missing("an empty object", path, {}, names) for path, names in REQUIRED.items()),
    missing("only unknown fields", CREATE, {"User_ID": "u", "user-id": "u"}, REQUIRED[CREATE]),
    missing(
        "the last missing and one null",
        CREATE,
        {"user_id": None, "scope": "preferences", "source": "system"},
        ["user_id", "value_json"],
    ),
    missing(
        "missing is reported before a wrong type", CREATE, {"user_id": 1}, REQUIRED[CREATE][1:]
    ),
    missing("missing is reported before a bad scope", READ, {"scope": "x"}, ["user_id", "purpose"]),
]

# --- A field has the wrong JSON type ------------------------------------------------------------

NO_STRING: list[Any] = [1, 1.5, True, False, [], ["user_1"], {}]
NO_INTEGER: list[Any] = ["30", "", 30.0, 0.5, 1e300, True, False, [30], {}]
NO_BOOLEAN: list[Any] = ["true", "false", "", 0, 1, 1.0, [], [True], {}]
NO_STRUCTURE: list[Any] = ["{}", "likes", 1, 0.5, True, False]


def wrong(path: str, name: str, value: Any, kind: str) -> Bad:
    return Bad(
        f"{name} is {json.dumps(value)}",
        path,
        but(path, **{name: value}),
        400,
        "invalid_type",
        f"Field '{name}' must be {kind}",
        [name],
    )


STRINGS = {
    CREATE: ["user_id", "scope", "domain", "source"],
    READ: ["user_id", "scope", "domain", "purpose"],
    CONTINUE: ["revocation_token"],
    REVOKE: ["revocation_token"],
    CHECK: ["scope", "purpose"],
    READ_BATCH: ["user_id", "purpose"],
}
INTEGERS = {
    CREATE: "ttl_days",
    READ: "max_age_days",
    CONTINUE: "max_age_days",
    READ_BATCH: "max_age_days",
}
BOOLEANS = {
    CREATE: ["replace"],
    READ: ["detail", "receipt"],
    CONTINUE: ["detail", "receipt"],
    READ_BATCH: ["detail", "receipt"],
}

WRONG_TYPES = [
    *(
        wrong(path, name, value, "a string")
        for path, names in STRINGS.items()
        for name in names
        for value in NO_STRING
    ),
    *(
        wrong(path, name, value, "an integer")
        for path, name in INTEGERS.items()
        for value in NO_INTEGER
    ),
    *(
        wrong(path, name, value, "a boolean")
        for path, names in BOOLEANS.items()
        for name in names
        for value in NO_BOOLEAN
    ),
    *(wrong(CREATE, "value_json", value, "an object or an array") for value in NO_STRUCTURE),
    Bad(
        "every type is wrong",
        CREATE,
        dict.fromkeys(GOOD[CREATE], True),
        400,
        "invalid_type",
        "Field 'user_id' must be a string",
        ["user_id", "scope", "domain", "source", "ttl_days", "value_json"],
    ),
    Bad(
        "a wrong type is reported before a bad scope",
        READ,
        but(READ, scope="x", max_age_days="30"),
        400,
        "invalid_type",
        "Field 'max_age_days' must be an integer",
        ["max_age_days"],
    ),
]

# --- A limit ------------------------------------------------------------------------------------

TEXT_LIMITS = [
    (CREATE, "user_id", 255),
    (CREATE, "domain", 255),
    (READ, "user_id", 255),
    (READ, "domain", 255),
    (READ, "purpose", 1000),
    (CHECK, "purpose", 1000),
]
NUMBER_LIMITS = [
    (CREATE, "ttl_days", 365),
    (READ, "max_age_days", 3650),
    (CONTINUE, "max_age_days", 3650),
]


def beyond(name: str, path: str, field_name: str, value: Any, detail: str | None = None) -> Bad:
    body = but(path, **{field_name: value})
    return Bad(name, path, body, 422, "out_of_range", detail, [field_name])


LIMITS = [
    *(
        beyond(f"{name} {what}", path, name, value)
        for path, name, most in TEXT_LIMITS
        for what, value in [
            ("is empty", ""),
            ("is white space", " \t\n\u00a0\u3000 "),
            ("is one too long", "x" * (most + 1)),
            ("is one too long in emoji", "🦄" * (most + 1)),
            ("is too long inside white space", f"  {'x' * (most + 1)}  "),
        ]
    ),
    *(
        beyond(
            f"{name} is {value}", path, name, value, f"Field '{name}' must be between 1 and {most}"
        )
        for path, name, most in NUMBER_LIMITS
        for value in (0, -1, most + 1, 2**31, 2**63, 2**64, 10**20, -(10**20))
    ),
    beyond("value_json is a byte too large", CREATE, "value_json", {"k": "x" * 32761}),
    Bad(
        "value_json is too large in UTF-8",
        CREATE,
        text(CREATE, "value_json", f'{{"k": "{"é" * 16381}"}}'),
        422,
        "out_of_range",
        None,
        ["value_json"],
    ),
    beyond("value_json is too large an array", CREATE, "value_json", ["x" * 60] * 521),
]

TOO_LARGE = [
    Bad(
        f"a body of {what}",
        path,
        (json.dumps(body) + " " * size)[:size],
        413,
        "content_too_large",
    )
    for path, body in GOOD.items()
    if path != BATCH
    for what, size in [("64 KiB and a byte", 65537), ("a megabyte", 1 << 20)]
] + [
    Bad(
        "a megabyte and a byte",
        BATCH,
        json.dumps(GOOD[BATCH]).ljust((1 << 20) + 1),
        413,
        "content_too_large",
        "Request body is larger than 1048576 bytes",
    ),
    Bad("too large and no JSON", CREATE, b"\xff" * 65537, 413, "content_too_large"),
    Bad(
        "too large a value",
        CREATE,
        but(CREATE, value_json={"k": "x" * 70000}),
        413,
        "content_too_large",
    ),
]

# --- Several memories ---------------------------------------------------------------------------


def batch(*memories: Any) -> dict[str, Any]:
    return {"memories": list(memories)}


def among(code: str, status: int, detail: str, fields: list[str], *memories: Any) -> Bad:
    body = batch(GOOD[CREATE], *memories)
    return Bad(f"{detail[:60]} of {len(memories)}", BATCH, body, status, code, detail, fields)


BATCHES = [
    *(
        Bad(
            f"{number} memories",
            BATCH,
            batch(*[GOOD[CREATE]] * number),
            422,
            "out_of_range",
            "Field 'memories' must have between 1 and 100 items",
            ["memories"],
        )
        for number in (0, 101, 2000)
    ),
    *(
        Bad(
            f"memories are {json.dumps(value)}",
            BATCH,
            {"memories": value},
            400,
            "invalid_type",
            "Field 'memories' must be an array of objects",
            ["memories"],
        )
        for value in ({}, "x", 1, True, GOOD[CREATE])
    ),
    among(
        "missing_field",
        400,
        "Field 'memories[1].scope' is required",
        ["memories[1].scope", "memories[3].value_json"],
        without(CREATE, "scope"),
        but(CREATE, scope=1),
        but(CREATE, value_json=None),
        7,
    ),
    among(
        "invalid_type",
        400,
        "Field 'memories[1].ttl_days' must be an integer",
        ["memories[1].ttl_days", "memories[2]", "memories[3]"],
        but(CREATE, ttl_days="30"),
        None,
        [GOOD[CREATE]],
        but(CREATE, scope="x"),
    ),
    among(
        "invalid_source",
        422,
        "Invalid memories[2].source value. Must be one of: explicit_user_input, user_setting, "
        "inferred, system",
        ["memories[2].source", "memories[2].ttl_days", "memories[3].value_json"],
        GOOD[CREATE],
        but(CREATE, source="x", ttl_days=0),
        but(CREATE, value_json=[1]),
    ),
    among(
        "invalid_value",
        422,
        "memories[1].value_json: value_json does not match any allowed shape",
        ["memories[1].value_json"],
        but(CREATE, value_json=[1]),
    ),
    among(
        "out_of_range",
        422,
        "Field 'memories[1].value_json' must be at most 32768 bytes of compact JSON",
        ["memories[1].value_json"],
        but(CREATE, value_json={"k": "x" * 32761}),
    ),
    *(
        Bad(
            f"{number} reads",
            READ_BATCH,
            but(READ_BATCH, reads=[{"scope": "preferences"}] * number),
            422,
            "out_of_range",
            "Field 'reads' must have between 1 and 12 items",
            ["reads"],
        )
        for number in (0, 13)
    ),
    Bad(
        "reads that name no scope",
        READ_BATCH,
        but(READ_BATCH, reads=[{"scope": "preferences"}, {"domain": "*"}, 1]),
        400,
        "missing_field",
        "Field 'reads[1].scope' is required",
        ["reads[1].scope"],
    ),
    Bad(
        "reads of an unknown scope",
        READ_BATCH,
        but(READ_BATCH, reads=[{"scope": "*"}, {"scope": "preferences", "domain": ""}]),
        422,
        "invalid_scope",
        None,
        ["reads[0].scope", "reads[1].domain"],
    ),
]

# --- No JSON in UTF-8 ---------------------------------------------------------------------------

CAFE = json.dumps(but(CREATE, user_id="café"), ensure_ascii=False)
PLAIN = json.dumps(GOOD[CREATE])


def malformed(name: str, body: str | bytes, path: str = CREATE) -> Bad:
    detail = "Request body is not valid JSON"
    return Bad(name, path, body, 400, "malformed_json", detail)


def inside(raw: bytes) -> bytes:
    """Return a good body with these bytes in its user_id."""
    return PLAIN.encode().replace(b"user_1", b"user_" + raw)


ENCODINGS = [
    malformed("Latin-1", CAFE.encode("latin-1")),
    malformed("UTF-16 with a mark", CAFE.encode("utf-16")),
    malformed("UTF-16, little end first", CAFE.encode("utf-16-le")),
    malformed("UTF-16, big end first", CAFE.encode("utf-16-be")),
    malformed("UTF-32", CAFE.encode("utf-32")),
    malformed("UTF-7", "+AHs-".encode("ascii")),
    malformed("a byte order mark", CAFE.encode("utf-8-sig")),
    malformed("two byte order marks", b"\xef\xbb\xbf" * 2 + PLAIN.encode()),
    malformed("a lone continuation byte", inside(b"\x80")),
    malformed("a byte that UTF-8 never has", inside(b"\xff")),
    malformed("an overlong slash", inside(b"\xc0\xaf")),
    malformed("an overlong NUL", inside(b"\xc0\x80")),
    malformed("an overlong quote, three bytes", inside(b"\xe0\x80\xa2")),
    malformed("a surrogate in UTF-8", inside(b"\xed\xa0\x80")),
    malformed("a surrogate pair in UTF-8", inside(b"\xed\xa0\xbd\xed\xb8\x80")),
    malformed("beyond the last code point", inside(b"\xf4\x90\x80\x80")),
    malformed("half a character", inside("é".encode()[:1])),
    malformed("cut within a character", inside("é".encode())[: len(b'{"user_id": "user_') + 1]),
    Bad("gzip that is not named", CREATE, gzip.compress(b"{}"), 415, "unsupported_media_type"),
    malformed("invalid UTF-8 in a read", b'{"user_id": "\xff"}', READ),
    malformed("invalid UTF-8 in a continue", b'{"revocation_token": "\xff"}', CONTINUE),
    malformed("invalid UTF-8 in a revoke", b'{"revocation_token": "\xff"}', REVOKE),
]

NOT_OBJECTS = ["[]", "[{}]", f"[{PLAIN}]", '"text"', "1", "-0.5", "1e400", "null", "true", "false"]

GRAMMAR = [
    *(malformed("an empty body", "", path) for path in GOOD),
    *(malformed("a body of white space", " \r\n\t ", path) for path in GOOD),
    *(malformed(f"a body of {body[:12]}", body) for body in NOT_OBJECTS),
    *(malformed("a body that is an array", "[]", path) for path in OTHERS),
    *(malformed("a body that is a string", '"x"', path) for path in OTHERS),
    *(malformed(f"cut after {cut} characters", PLAIN[:cut]) for cut in (1, 5, 12, 40, 90)),
    *(
        malformed("cut before its last character", json.dumps(body)[:-1], path)
        for path, body in GOOD.items()
    ),
    malformed("a comma too many", PLAIN[:-1] + ",}"),
    malformed("a comma too many in an array", text(CREATE, "value_json", '["a",]')),
    malformed("a comma missing", PLAIN.replace(",", "", 1)),
    malformed("a colon missing", PLAIN.replace(":", "", 1)),
    malformed("single quotes", PLAIN.replace('"', "'")),
    malformed("keys without quotes", '{user_id: "user_1"}'),
    malformed("a key that is a number", '{1: "user_1"}'),
    malformed("a comment", PLAIN + " // a comment"),
    malformed("a comment inside", PLAIN.replace("{", "{/* a comment */", 1)),
    malformed("two objects", PLAIN + PLAIN),
    malformed("two lines of JSON", PLAIN + "\n" + PLAIN),
    malformed("a word behind", PLAIN + "x"),
    malformed("a NUL behind", PLAIN + "\0"),
    malformed("a NUL before", "\0" + PLAIN),
    malformed("a no-break space before", "\u00a0" + PLAIN),
    malformed("a form", "user_id=user_1&scope=preferences"),
    malformed("XML", "<memory/>"),
    malformed("a prefix against hijacking", ")]}',\n" + PLAIN),
    *(
        malformed(f"a number {raw}", text(CREATE, "ttl_days", raw))
        for raw in ("01", "+1", ".5", "1.", "0x10", "1e", "1_000", "--1", "٣", "1,5")
    ),
    *(
        malformed(f"{raw} in {name}", text(CREATE, name, value))
        for raw in ("NaN", "Infinity", "-Infinity", "nan", "undefined", "None", "True")
        for name, value in [("ttl_days", raw), ("value_json", f'{{"k": {raw}}}')]
    ),
    malformed("NaN in a read", text(READ, "max_age_days", "NaN"), READ),
    malformed("NaN in a continue", text(CONTINUE, "max_age_days", "NaN"), CONTINUE),
    malformed("NaN in a field that nobody knows", PLAIN[:-1] + ', "extra": NaN}'),
    *(
        malformed(f"{what} in a string", text(CREATE, "user_id", f'"user{raw}1"'))
        for what, raw in [
            ("a bare line break", "\n"),
            ("a bare tab", "\t"),
            ("a bare NUL", "\0"),
            ("a bare escape", "\x1b"),
            ("the escape \\x41", "\\x41"),
            ("the escape \\'", "\\'"),
            ("half an escape", "\\u12"),
            ("an escape of no digits", "\\u00zz"),
        ]
    ),
]

# --- JSON that readers disagree on --------------------------------------------------------------

TWICE = '"user_id": "user_2", '
DIGITS = "9" * 5000


def disputed(name: str, body: str, path: str = CREATE) -> Bad:
    return Bad(name, path, body, 422, "invalid_value")


AMBIGUOUS = [
    disputed("a key twice", PLAIN.replace("{", "{" + TWICE, 1)),
    disputed("a key twice with the same value", PLAIN.replace("{", '{"user_id": "user_1", ', 1)),
    disputed("a key twice, once null", PLAIN.replace("{", '{"user_id": null, ', 1)),
    disputed("a key twice, once escaped", PLAIN.replace("{", '{"user\\u005fid": "user_2", ', 1)),
    disputed("an unknown key twice", PLAIN.replace("{", '{"extra": 1, "extra": 2, ', 1)),
    disputed("a key twice in an unknown field", PLAIN.replace("{", '{"x": {"a": 1, "a": 2}, ', 1)),
    disputed("a key twice in value_json", text(CREATE, "value_json", '{"a": 1, "a": 2}')),
    disputed(
        "a key twice deep in value_json", text(CREATE, "value_json", '{"a": [{"b": 1, "b": 1}]}')
    ),
    disputed("an empty key twice", text(CREATE, "value_json", '{"": true, "": false}')),
    disputed("likes twice", text(CREATE, "value_json", '{"likes": ["a"], "likes": ["b"]}')),
    disputed(
        "scope twice in a read", text(READ, "scope", '"preferences", "scope": "schedule"'), READ
    ),
    disputed(
        "a token twice in a continue",
        text(CONTINUE, "revocation_token", f'"{TOKEN}", "revocation_token": "x"'),
        CONTINUE,
    ),
    disputed(
        "a token twice in a revoke",
        text(REVOKE, "revocation_token", f'"{TOKEN}", "revocation_token": "x"'),
        REVOKE,
    ),
    disputed("5000 digits in value_json", text(CREATE, "value_json", f'{{"k": {DIGITS}}}')),
    disputed("5000 digits below zero", text(CREATE, "value_json", f'{{"k": -{DIGITS}}}')),
    disputed("5000 digits in ttl_days", text(CREATE, "ttl_days", DIGITS)),
    disputed("5000 digits in max_age_days", text(READ, "max_age_days", DIGITS), READ),
    disputed("5000 digits in a continue", text(CONTINUE, "max_age_days", DIGITS), CONTINUE),
    *(
        disputed(f"{number} in value_json", text(CREATE, "value_json", f'{{"k": [{number}]}}'))
        for number in (
            *("9007199254740992", "9007199254740993.0", "12345678901234567.89"),
            *("1e-400", "1e400", "-1E400", "1.0000000000000000001", f"1e{DIGITS}"),
        )
    ),
    disputed("60,000 brackets", text(CREATE, "value_json", "[" * 30000 + "]" * 30000)),
    disputed(
        "5,000 objects in each other", text(CREATE, "value_json", '{"k":' * 5000 + "1" + "}" * 5000)
    ),
]

# --- Texts and values that are not stored -------------------------------------------------------


def nested(levels: int, *, kind: str) -> Any:
    value: Any = 1
    for level in range(levels):
        listed = kind == "arrays" or (kind == "both" and level % 2)
        value = [value] if listed else {"k": value}
    return value


TEXT_FIELDS = [
    (CREATE, "user_id"),
    (CREATE, "domain"),
    (READ, "user_id"),
    (READ, "domain"),
    (READ, "purpose"),
    (CHECK, "purpose"),
]
NO_TEXT = {
    "a NUL": "a\0b",
    "a NUL at the end": "ab\0",
    "a bell": "a\x07b",
    "a line break": "a\nb",
    "a tab": "a\tb",
    "a delete": "a\x7fb",
    "a C1 control": "a\x9fb",
    "a next line": "a\x85b",
    "a lone high surrogate": "a\ud800b",
    "a lone low surrogate": "\udc00",
    "surrogates in the wrong order": "\ude00\ud83d",
}

TEXTS = [
    Bad(
        f"{what} in {name}",
        path,
        json.dumps(but(path, **{name: value})),
        422,
        "invalid_value",
        None,
        [name],
    )
    for path, name in TEXT_FIELDS
    for what, value in NO_TEXT.items()
]

NO_SHAPE = "value_json does not match any allowed shape"


def bad_value(name: str, value: Any, detail: str | None = None) -> Bad:
    """Take a value as Python has it, or as JSON text in a string that begins with its bracket."""
    body = text(CREATE, "value_json", value if isinstance(value, str) else json.dumps(value))
    return Bad(name, CREATE, body, 422, "invalid_value", detail, ["value_json"])


SHAPELESS: list[object] = [
    [],
    [1],
    [None],
    [True],
    [[]],
    [{}],
    [["a"]],
    ["a", 1],
    ["a", None],
    ["a", ["b"]],
    ["a", {"day": "monday"}],
    [{"day": "monday"}, "a"],
    [{"day": "monday"}, {}],
    [{"day": "monday"}, {"room": "4"}],
    [{"room": "4"}],
    [{"value": "start"}],
]
VALUES = [
    *(
        bad_value(f"nine {kind} deep", nested(9, kind=kind))
        for kind in ("objects", "arrays", "both")
    ),
    bad_value("nine deep beside likes", {"likes": ["a"], "more": nested(8, kind="objects")}),
    bad_value("an array of windows, nine deep", [{"day": "monday", "k": nested(7, kind="arrays")}]),
    bad_value("two hundred deep", nested(200, kind="both")),
    bad_value("1e400", '{"k": 1e400}'),
    bad_value("-1e400", '{"k": [-1e400]}'),
    bad_value("1e400 as a key's list", '{"max_price": [[1e999999]]}'),
    *(
        bad_value(f"the number {number}", {"k": number})
        for number in (10**20, -(10**20), 2**53, -(2**53), 2**63)
    ),
    bad_value("a number of 400 digits", {"k": int("9" * 400)}),
    bad_value("a lone high surrogate", {"k": "\ud800"}),
    bad_value("a lone low surrogate", {"k": ["a", "\udfff"]}),
    bad_value("surrogates in the wrong order", {"likes": ["\udc00\ud800"]}),
    bad_value("a lone surrogate in a key", {"\ud800": 1}),
    bad_value("a lone surrogate in a deep key", {"a": [{"b\udc00": True}]}),
    bad_value("a NUL", {"k": "a\0"}),
    bad_value("a NUL in a list", ["a", "\0"]),
    bad_value("a NUL in a key", {"\0": 1}),
    bad_value("a NUL in a deep key", {"a": {"b\0c": True}}),
    *(bad_value(f"the shape {json.dumps(value)}", value, NO_SHAPE) for value in SHAPELESS),
]

# --- Words that are not ours --------------------------------------------------------------------

SCOPE = (
    "Invalid scope value. Must be one of: "
    "preferences, constraints, communication, accessibility, schedule, attention"
)
SOURCE = "Invalid source value. Must be one of: explicit_user_input, user_setting, inferred, system"
WORDS = [
    *(
        Bad(
            f"scope {scope!r}", path, but(path, scope=scope), 422, "invalid_scope", SCOPE, ["scope"]
        )
        for path in (CREATE, READ, CHECK)
        for scope in (
            "",
            "preference",
            "Preferences",
            "PREFERENCES",
            " preferences",
            "preferences\n",
            "preferences\0",
            "\uff50references",
            "*",
            "unrecognized",
            "preferences,constraints",
            "\ud800",
        )
    ),
    *(
        Bad(
            f"source {source!r}",
            CREATE,
            but(CREATE, source=source),
            422,
            "invalid_source",
            SOURCE,
            ["source"],
        )
        for source in (
            "",
            "user",
            "Explicit_User_Input",
            "explicit user input",
            " system",
            "admin",
            "system\0",
        )
    ),
    Bad(
        "scope and source",
        CREATE,
        but(CREATE, scope="x", source="y"),
        422,
        "invalid_scope",
        SCOPE,
        ["scope", "source"],
    ),
    Bad(
        "every rule is broken",
        CREATE,
        {
            "user_id": "",
            "scope": "x",
            "domain": "\0",
            "source": "y",
            "ttl_days": 0,
            "value_json": [],
        },
        422,
        "out_of_range",
        None,
        ["user_id", "scope", "domain", "source", "ttl_days", "value_json"],
    ),
    Bad(
        "purpose and scope",
        READ,
        but(READ, scope="x", purpose=""),
        422,
        "invalid_scope",
        SCOPE,
        ["scope", "purpose"],
    ),
]

# --- Envelopes ----------------------------------------------------------------------------------


def envelope(content_type: str, path: str = CREATE) -> Bad:
    body = json.dumps(GOOD[path])
    headers = {"content_type": content_type}
    return Bad(f"as {content_type}", path, body, 415, "unsupported_media_type", headers=headers)


def keyed(name: str, key: str, code: str) -> Bad:
    headers = {"HTTP_IDEMPOTENCY_KEY": key}
    return Bad(f"Idempotency-Key {name}", CREATE, GOOD[CREATE], 422, code, headers=headers)


ENVELOPES = [
    *(
        envelope(content_type)
        for content_type in (
            "application/x-www-form-urlencoded",
            "multipart/form-data; boundary=x",
            "text/plain",
            "text/plain; charset=utf-8",
            "text/json",
            "text/html",
            "application/xml",
            "application/jsonp",
            "application/json5",
            "application/x-ndjson",
            "application/vnd.api+json",
            "application/octet-stream",
            "application/json, text/plain",
            "*/*",
            "json",
            "application/json; charset=latin-1",
            "application/json; charset=utf-16",
            "application/json; charset=utf-7",
            'application/json; charset="iso-8859-1"',
            "application/json;version=1;charset=latin-1",
        )
    ),
    *(
        envelope(content_type, path)
        for path in OTHERS
        for content_type in ("text/plain", "application/x-www-form-urlencoded")
    ),
    keyed("is empty", "", "out_of_range"),
    keyed("is too long", "k" * 256, "out_of_range"),
    keyed("is not ASCII", "clé", "invalid_value"),
    keyed("is UTF-8 read as Latin-1", "🦄".encode().decode("latin-1"), "invalid_value"),
    keyed("has a control character", "a\x01b", "invalid_value"),
    keyed("has a tab", "a\tb", "invalid_value"),
    keyed("has a delete", "a\x7f", "invalid_value"),
]

ALL: list[Bad] = [
    *MISSING,
    *WRONG_TYPES,
    *LIMITS,
    *BATCHES,
    *TOO_LARGE,
    *ENCODINGS,
    *GRAMMAR,
    *AMBIGUOUS,
    *TEXTS,
    *VALUES,
    *WORDS,
    *ENVELOPES,
]
