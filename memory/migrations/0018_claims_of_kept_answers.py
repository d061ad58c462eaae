"""Answers that are kept claim their Idempotency-Keys, so that no other user's request gets them.

Processes of the version before keep answers meanwhile: the next migration ends that, and claims
what came since.
"""

from __future__ import annotations

import datetime
import hmac
from uuid import UUID

from django.db import migrations
from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.migrations.state import StateApps
from django.db.models import Max

BATCH = 1000
# Longer than a create takes: answers that end so much earlier than the last claim have theirs.
LONGEST_CREATE = datetime.timedelta(minutes=5)


def claim(apps: StateApps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    """Claim the keys, a batch in each transaction; what was claimed stays as it is.

    Answers are gone through as they came, and end as they came: a second run does the rest.
    """
    projects = apps.get_model("accounts", "Project").objects
    claims = apps.get_model("memory", "IdempotencyClaim")
    since = datetime.datetime.now(datetime.UTC)
    last = claims.objects.aggregate(Max("expires_at"))["expires_at__max"]
    if last is not None:
        since = max(since, last - LONGEST_CREATE)
    live = apps.get_model("memory", "IdempotencyRecord").objects.filter(expires_at__gt=since)
    subject_keys: dict[UUID, bytes] = {}
    after = UUID(int=0)
    while answers := list(live.filter(pk__gt=after).order_by("pk").defer("answer")[:BATCH]):
        after = answers[-1].pk
        unknown = {answer.project_id for answer in answers} - subject_keys.keys()
        found = projects.filter(pk__in=unknown).values_list("pk", "subject_key")
        subject_keys |= {pk: bytes(key) for pk, key in found}
        claims.objects.bulk_create(
            [
                claims(
                    id=claim_id(subject_keys[answer.project_id], answer.environment, answer.key),
                    request_digest=answer.request_digest,
                    subject_id=answer.subject_id,
                    project_id=answer.project_id,
                    expires_at=answer.expires_at,
                )
                for answer in answers
                if answer.project_id in subject_keys
            ],
            ignore_conflicts=True,
        )


def claim_id(subject_key: bytes, environment: str, key: str) -> UUID:
    message = f"idempotency\0{environment}\0{key}".encode()
    return UUID(bytes=hmac.digest(subject_key, message, "sha256")[:16])


class Migration(migrations.Migration):
    atomic = False
    dependencies = [
        ("accounts", "0001_tables"),  # the projects' keys
        ("memory", "0017_idempotency_claims"),
    ]

    operations = [migrations.RunPython(claim, migrations.RunPython.noop)]
