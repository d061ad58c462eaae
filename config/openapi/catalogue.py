"""Every operation of the API: what no type, no table and no view says of it."""

from __future__ import annotations

from apikeys import views as keys
from config.openapi.of_the_service import OF_THE_SERVICE, UNCHANGED
from config.openapi.operations import NOBODY, Answer, Link, Operation
from config.openapi.tags import KEYS, MEMORIES, POLICY, RECORD, USERS
from foundation import fields
from memory import schemas
from memory.views.memories import MemoryBatchView

MEMORY_ID = (fields.string("memory_id", fields.Rule(fields.as_it_is.check, {"format": "uuid"})),)
USER_ID = (schemas.PATHS["user_id"],)
BY_ID = (Link("get_memory", "memory_id", "id"), Link("delete_memory", "memory_id", "id"))
OF_USER = tuple(
    Link(name, "user_id", "user_id") for name in ("describe_user", "export_user", "erase_user")
)
BY_TOKEN = tuple(
    Link(name, "revocation_token", "revocation_token", in_body=True)
    for name in ("continue_reading", "revoke_access")
)

OPERATIONS = (
    Operation(
        id="create_memory",
        method="post",
        path="/memory",
        tag=MEMORIES,
        summary="Store a memory",
        description="Statements add up; with `replace` this one stands in place of what was said "
        "before under its own keys.",
        bodies=schemas.BODIES["create_memory"],
        headers=("IdempotencyKey",),
        answer=Answer(
            201,
            "It is stored.",
            "StoredMemory",
            headers={"Idempotency-Replayed": False},
            links=(*BY_ID, *OF_USER),
        ),
        codes=("idempotency_conflict", "ceiling_reached"),
    ),
    Operation(
        id="create_memories",
        method="post",
        path="/memory/batch",
        tag=MEMORIES,
        summary="Store up to 100 memories",
        description="All of them are stored, or none. What comes later counts as said later.",
        bodies=schemas.BODIES["create_memories"],
        largest_body=MemoryBatchView.largest_body,
        headers=("IdempotencyKey",),
        answer=Answer(
            201, "They are stored.", "StoredMemories", headers={"Idempotency-Replayed": False}
        ),
        codes=("idempotency_conflict", "ceiling_reached"),
    ),
    Operation(
        id="list_memories",
        method="get",
        path="/memory",
        tag=MEMORIES,
        summary="List a user's memories as they were stored",
        description="Raw statements, the newest first, without a purpose: for the person's own "
        "view and for support, not for features. The record keeps what was shown.",
        query=schemas.QUERIES["list_memories"],
        answer=Answer(200, "A page of them.", "MemoryPage"),
    ),
    Operation(
        id="get_memory",
        method="get",
        path="/memory/{memory_id}",
        tag=MEMORIES,
        summary="Get a memory as it was stored",
        description="A live memory, as an item of the list.",
        in_path=MEMORY_ID,
        answer=Answer(200, "The memory.", "Memory"),
        codes=("not_found",),
    ),
    Operation(
        id="delete_memory",
        method="delete",
        path="/memory/{memory_id}",
        tag=MEMORIES,
        summary="Delete a memory",
        description="It is gone from the database, and from every answer at once.",
        in_path=MEMORY_ID,
        answer=Answer(204, "It is gone."),
        codes=("not_found",),
    ),
    Operation(
        id="read_memory",
        method="post",
        path="/memory/read",
        tag=MEMORIES,
        summary="Read a summary for a purpose",
        description="All live memories of the user, scope and domain take part. To find "
        "nothing is not an error.",
        bodies=schemas.BODIES["read_memory"],
        answer=Answer(
            200, "The summary, and a token to read again or to revoke.", "Summary", links=BY_TOKEN
        ),
        codes=("policy_denied", "ceiling_reached"),
    ),
    Operation(
        id="read_memories",
        method="post",
        path="/memory/read/batch",
        tag=MEMORIES,
        summary="Read several scopes and domains for one purpose",
        description="Each has its own answer or its own refusal, a token and an event in the "
        "record.",
        bodies=schemas.BODIES["read_memories"],
        answer=Answer(200, "Also where reads are refused.", "Summaries"),
    ),
    Operation(
        id="continue_reading",
        method="post",
        path="/memory/read/continue",
        tag=MEMORIES,
        summary="Read again by token",
        description="The purpose of the read is checked again, as policy and key stand now.",
        bodies=schemas.BODIES["continue_reading"],
        answer=Answer(200, "The summary brought up to date, with the same token.", "Summary"),
        codes=("policy_denied", "grant_revoked", "not_found"),
    ),
    Operation(
        id="revoke_access",
        method="post",
        path="/memory/revoke",
        tag=MEMORIES,
        summary="Take an access back, by token or by user",
        description="Everything stored so far is hidden at once, from every reader: by token what "
        "the read saw, by user what is stored under the scope and domain.",
        bodies=schemas.BODIES["revoke_access"],
        answer=Answer(200, "It is taken back.", "Revocation or Withdrawal"),
        codes=("not_found",),
    ),
    Operation(
        id="describe_user",
        method="get",
        path="/users/{user_id}",
        tag=USERS,
        summary="Describe what is stored of a user",
        description="Counts and times, no value.",
        in_path=USER_ID,
        answer=Answer(200, "What there is.", "UserOverview"),
        codes=("not_found",),
    ),
    Operation(
        id="export_user",
        method="get",
        path="/users/{user_id}/export",
        tag=USERS,
        summary="Export all that is held on a user",
        description="In one answer that comes in pieces, however much it is. One that broke off is "
        "no valid JSON.",
        in_path=USER_ID,
        answer=Answer(200, "All of it.", "UserExport"),
        codes=("not_found",),
    ),
    Operation(
        id="erase_user",
        method="delete",
        path="/users/{user_id}",
        tag=USERS,
        summary="Erase a user, or count what that would erase",
        description="In one transaction. It takes no body, and no other parameter.",
        in_path=USER_ID,
        query=schemas.QUERIES["erase_user"],
        answer=Answer(200, "What was erased, or would be.", "UserErasure"),
        codes=("not_found", "content_too_large", "malformed_json"),
    ),
    Operation(
        id="create_link",
        method="post",
        path="/users/{user_id}/link",
        tag=USERS,
        summary="Give a user the link to the page about themselves",
        description="It opens once, within an hour: a session of 30 minutes, without an account. "
        "It takes no body.",
        in_path=USER_ID,
        answer=Answer(201, "The link is made.", "UserLink"),
        codes=("not_found", "content_too_large", "malformed_json"),
    ),
    Operation(
        id="list_events",
        method="get",
        path="/audit",
        tag=RECORD,
        summary="List the events of the record",
        description="Of the key's project and environment, the newest first. A page looks at "
        "20,000 events at most: it may have few items, and a `next_cursor` all the same.",
        query=schemas.QUERIES["list_events"],
        answer=Answer(200, "A page of it.", "AuditPage"),
    ),
    Operation(
        id="get_latest_seals",
        method="get",
        path="/audit/seal",
        tag=RECORD,
        summary="Get the latest seals of the record",
        description="Keep them elsewhere: a record that was rewritten does not lead to them.",
        answer=Answer(200, "The seals.", "LatestSeals"),
    ),
    Operation(
        id="export_sealed_record",
        method="get",
        path="/audit/export",
        tag=RECORD,
        summary="Export the record with its seals",
        description="A line of JSON each, for `memory-scope verify`: every seal, and the events as "
        "they were sealed, under their pseudonyms. Of events that a key for some scopes may not "
        'see there are hashes alone. The last line is `{"end":true}`; one that broke off has none.',
        answer=Answer(200, "All of it.", "string", media_types=("application/x-ndjson",)),
    ),
    Operation(
        id="get_policy",
        method="get",
        path="/policy",
        tag=POLICY,
        summary="Get the policy as it is enforced",
        description="It may be kept for as long as it is the same.",
        answer=Answer(200, "The policy.", "Policy", headers={"ETag": False}),
        also=(UNCHANGED,),
        headers=("IfNoneMatch",),
    ),
    Operation(
        id="check_policy",
        method="post",
        path="/policy/check",
        tag=POLICY,
        summary="Check how a read would be decided",
        description="It makes no token and leaves no event.",
        bodies=schemas.BODIES["check_policy"],
        answer=Answer(200, "Also where a read would be denied.", "CheckedPurpose"),
    ),
    Operation(
        id="get_usage",
        method="get",
        path="/usage",
        tag=KEYS,
        summary="Get a key's limit and its use",
        answer=Answer(200, "This request is counted too.", "Usage"),
    ),
    Operation(
        id="report_leaks",
        method="post",
        path="/leaks",
        tag=KEYS,
        summary="End keys that leaked",
        description="For whoever finds keys where they must not be. Needs no key.",
        bodies=(keys.LEAKS,),
        answer=Answer(200, "Those that were live are deleted.", "LeakReport"),
        codes=("rate_limited", "not_acceptable"),
        security=NOBODY,
    ),
    *OF_THE_SERVICE,
)
