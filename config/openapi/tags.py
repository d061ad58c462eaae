"""The groups of operations, in the order in which they are shown."""

from __future__ import annotations

MEMORIES, USERS, POLICY, RECORD, KEYS, SERVICE = TAGS = (
    "Memories",
    "Users",
    "Policy",
    "Record",
    "Keys",
    "Service",
)
ABOUT_TAGS = {
    MEMORIES: "What applications remember of the people they serve.",
    USERS: "All that is held of one end user. The path names them percent-encoded.",
    POLICY: "Which purpose may read what.",
    RECORD: "Every decision, and every change of keys and purposes.",
    KEYS: "How keys are used, and how they end.",
    SERVICE: "Whether the service serves.",
}
