"""Where each table belongs once the service is spread over nodes.

A new table goes into one of these, and a test says which is in none.
"""

from __future__ import annotations

# By which column the rows of a table are spread. What is kept of one end user lies on one node:
# these tables lie beside the first, so that rows with the same value in this column are together.
#
# In this order, while the service goes on: the record first, as each read and each revoke writes
# it. So long as it lies where the locks are, or they where it was, none of them lets go of its lock
# before its record is committed.
SPREAD = {
    "accounts_auditevent": "subject_id",
    "memory_memory": "subject_id",
    "memory_revocationgrant": "subject_id",
    "memory_idempotencyrecord": "subject_id",
    "memory_idempotencyclaim": "id",
    "memory_tally": "place",
    "accounts_idlist": "subject_id",
    "proof_sealedevent": "subject_id",
    "apikeys_loggedrequest": "writer",
}
LEADER = "accounts_auditevent"
# A process writes its requests together, to one node: they need not lie beside anything.
ALONE = frozenset({"apikeys_loggedrequest"})

# Parts in which is counted what a project keeps (memory_tally); each lies beside the users whom it
# counts as long as the shards divide them.
MOST_SHARDS = 32

# Whole on each node in any case: the record's trigger reads it where an event is deleted.
NEEDED_BESIDE = ("accounts_retention",)

# Whole on each node where any node may be asked: what authentication reads must not travel.
REFERENCE = ("accounts_user", "accounts_project", "apikeys_apikey", "apikeys_secret")

# Stays on the first node; where any node may be asked, it is found from each.
LOCAL = (
    "account_emailaddress",
    "account_emailconfirmation",
    "accounts_accessrequest",
    "accounts_cache",
    "accounts_formeraddress",
    "accounts_invitation",
    "accounts_note",
    "accounts_passwordreset",
    "accounts_user_groups",
    "accounts_user_user_permissions",
    "apikeys_flag",
    "apikeys_keyaddress",
    "apikeys_keyday",
    "apikeys_keyhour",
    "apikeys_keyword",
    "apikeys_notice",
    "apikeys_pasthour",
    "apikeys_projectday",
    "apikeys_usageday",
    "apikeys_usagehour",
    "apikeys_watch",
    "auth_group",
    "auth_group_permissions",
    "auth_permission",
    "django_admin_log",
    "django_content_type",
    "django_migrations",
    "django_session",
    "memory_draft",
    "memory_purpose",
    "mfa_authenticator",
    "portal_link",
    "proof_posting",
    "proof_pruning",
    "proof_seal",
    "proof_sealing",
    "usersessions_usersession",
)

# Triggers, with their tables, that serve processes of the version before while it is upgraded, some
# by rows of other nodes. A spread database has no such processes. Their functions are called as
# they are.
OF_UPGRADES = {
    "memory_tally_place": "memory_tally",
    "proof_sealedevent_subject": "proof_sealedevent",
}

# What holds for each session at this database from then on. The first: a transaction that changes
# rows of many shards does it over one connection to each node, so that the record's trigger sees
# there what the transaction itself wrote into accounts_retention. The second: a later migration may
# make a trigger on a spread table; ours look at their row and at what is on each node.
SETTINGS = {
    "citus.multi_shard_modify_mode": "sequential",
    "citus.enable_unsafe_triggers": "on",
}

# Functions that are one transaction about one end user, whom their argument `subject` names: each
# runs whole on the node that has the user's rows.
FUNCTIONS = (
    "memory_store",
    "memory_store_once",
    "memory_grant",
    "memory_continue",
    "memory_revoke",
)
ARGUMENT = "subject"
