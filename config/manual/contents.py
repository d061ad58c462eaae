"""The table of contents: every page that is written, in the order of reading.

The pages of the reference are not here: they are drawn from the description of the API.
"""

from __future__ import annotations

from config.manual.entries import Entry, Group
from config.manual.sources import BEGINNING, Part

API = "docs/api.md"
POLICY = "docs/policy.md"
RECORD = "docs/architecture.md"

START = Group(
    "Get started",
    (
        Entry(
            "",
            "Introduction",
            "What Memory Scope is, and where to find what.",
            template="docs/articles/introduction.html",
        ),
        Entry(
            "quickstart",
            "Get started",
            "From a key to a first memory under each of the six scopes, a denial and a revoke.",
            (Part("docs/guide/get-started.md"),),
        ),
        Entry(
            "authentication",
            "Authentication",
            "Keys: test and live, permissions, rotation, and what to do about one that leaked.",
            (
                Part("docs/guide/authentication.md"),
                Part(API, "keys"),
                Part(API, "a-key-that-leaked"),
            ),
        ),
        Entry(
            "requests",
            "Requests and answers",
            "What all requests have in common: JSON, times, request ids, queries and pages.",
            (
                Part(API, BEGINNING),
                Part(API, "request-ids"),
                Part(API, "unknown-fields"),
                Part(API, "queries"),
                Part(API, "compression"),
                Part(API, "get-healthz-and-get-readyz"),
                Part(API, "get-well-knownmemory-scope-keysjson"),
                Part(API, "openapi"),
            ),
        ),
    ),
)

GUIDES = Group(
    "Guides",
    (
        Entry(
            "policy",
            "Scopes and purposes",
            "What may be read for what, and every word that decides on a purpose.",
            template="docs/articles/policy.html",
            stands_for=(
                (POLICY, "the-matrix", ""),
                (POLICY, "how-a-purpose-is-understood", "#how-a-purpose-gets-its-class"),
                (POLICY, "vetoes", "#vetoes"),
                (POLICY, "what-a-denial-says", "#how-a-purpose-gets-its-class"),
            ),
        ),
        Entry(
            "purposes",
            "Purposes, for privacy people",
            "What the gate can do, what only people can, and what there is to look at.",
            template="docs/articles/purposes.html",
        ),
        Entry(
            "registry",
            "Registering purposes",
            "A project's own purposes: proposed, approved, changed and retired.",
            (Part(POLICY, "the-registry-of-purposes", bare=True),),
        ),
        Entry(
            "denied",
            "Why a read was denied",
            "Ask the console or the API why, and what to do about each reason.",
            (Part("docs/guide/denied.md"),),
        ),
        Entry(
            "checks",
            "Asking the policy",
            "How a read would be decided, without one, and the policy as JSON.",
            (Part(API, "post-policycheck"), Part(API, "get-policy")),
        ),
        Entry(
            "values",
            "What a memory can hold",
            "The shapes of value_json, with an example for each scope, and what a source is.",
            (
                Part("docs/guide/values.md"),
                Part(POLICY, "shapes-of-value_json"),
                Part(POLICY, "scopes-and-sources"),
            ),
        ),
        Entry(
            "storing",
            "Storing memories",
            "Store a statement, and put one in place of what was said before.",
            (
                Part(API, "post-memory", without=("idempotency-key",)),
                Part(API, "post-memorybatch"),
            ),
        ),
        Entry(
            "idempotency",
            "Idempotency",
            "How a request can be sent again and nothing is stored twice.",
            (Part("docs/guide/idempotency.md"), Part(API, "idempotency-key")),
        ),
        Entry(
            "reading",
            "Reading and continuing",
            "Read one merged summary for a purpose, and read again by its token.",
            (
                Part(API, "post-memoryread"),
                Part(API, "post-memoryreadbatch"),
                Part(API, "post-memoryreadcontinue"),
            ),
        ),
        Entry(
            "merging",
            "Merging and confidence",
            "How many statements become one summary, and how sure it is.",
            (
                Part(POLICY, "merging"),
                Part(POLICY, "confidence"),
                Part(POLICY, "what-stands-behind-a-summary"),
            ),
        ),
        Entry(
            "listing",
            "Listing and deleting memories",
            "A user's memories as they were stored, and how one of them is deleted.",
            (
                Part(API, "get-memory"),
                Part(API, "get-memoryid"),
                Part(API, "delete-memoryid"),
            ),
        ),
        Entry(
            "revocation",
            "Taking access back",
            "Revoke by a token or by user: what is hidden, from whom, and from when on.",
            (Part(API, "post-memoryrevoke"),),
        ),
        Entry(
            "erasure",
            "Export and erasure",
            "What is held of an end user, handing it out, and erasing it.",
            (
                Part(API, "get-usersuser_id"),
                Part(API, "get-usersuser_idexport"),
                Part(API, "delete-usersuser_id"),
                Part(API, "users-in-paths"),
            ),
        ),
        Entry(
            "receipts",
            "Receipts",
            "Signed statements of reads, revokes and erasures, and how to verify them.",
            (Part("docs/guide/receipts.md"),),
        ),
        Entry(
            "people",
            "One person's file",
            "What is held about one person, who read it and why: in the console, without a key.",
            (Part("docs/guide/one-person.md"),),
        ),
        Entry(
            "persons-page",
            "The person's page",
            "A link by which people see what is remembered about them, and decide on it.",
            (Part("docs/guide/persons-page.md"), Part(API, "post-usersuser_idlink")),
        ),
        Entry(
            "agents",
            "Memory for agents (MCP)",
            "The Model Context Protocol: set it up in a host, its tools, and what a key bounds.",
            (Part("docs/guide/agents.md"),),
        ),
        Entry(
            "audit",
            "The audit record",
            "Every decision and every change: how to read the record, and what is in it.",
            (Part(API, "get-audit"), Part(RECORD, "types-of-events")),
        ),
        Entry(
            "sealed-record",
            "The sealed record",
            "Seals over the record: what they prove, what not, and how to verify it yourself.",
            (
                Part("docs/guide/sealed-record.md"),
                Part(API, "get-auditseal"),
                Part(API, "get-auditexport"),
            ),
        ),
        Entry(
            "limits",
            "Rate limits and sizes",
            "Requests an hour and a second, what is counted, and how large things may be.",
            (Part(API, "rate-limits"), Part(API, "usage"), Part(API, "limits")),
        ),
        Entry(
            "errors",
            "Errors",
            "Every code that an error can have, and what to do about it.",
            (Part(API, "errors", bare=True, under="When each is answered"),),
            template="docs/articles/errors.html",
        ),
        Entry(
            "security",
            "Good security practice",
            "What you should do about keys, purposes and people's rights, and what we do.",
            (Part("docs/guide/security.md"),),
        ),
        Entry(
            "drift",
            "When a key is used in a new way",
            "How the use of a key is compared with the four weeks before, and what you can do.",
            (Part("docs/guide/drift.md"),),
        ),
        Entry(
            "frameworks",
            "LangChain, LangGraph, OpenAI Agents",
            "Memory as tools for agents of these frameworks, with an example of each.",
            (Part("docs/guide/frameworks.md"),),
        ),
    ),
)

CLIENTS = Group(
    "Clients",
    (
        Entry(
            "python",
            "Python",
            "The official Python client and its command.",
            (Part("clients/python/README.md"),),
        ),
        Entry(
            "typescript",
            "TypeScript",
            "The official TypeScript client, for Node, Bun, Deno and edge runtimes.",
            (Part("clients/typescript/README.md"),),
        ),
    ),
)

NEWS = Group(
    "News",
    (
        Entry(
            "changelog",
            "Changelog",
            "What is new in the service and in the clients.",
            (
                Part("CHANGELOG.md", under="The service"),
                Part("clients/python/CHANGELOG.md", under="The Python client"),
                Part("clients/typescript/CHANGELOG.md", under="The TypeScript client"),
            ),
        ),
    ),
)

BEFORE_REFERENCE = (START, GUIDES)
AFTER_REFERENCE = (CLIENTS, NEWS)
