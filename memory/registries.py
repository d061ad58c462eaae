"""A project's registry as its requests need it: loaded once for each state of it, in each process.

Authentication brings the registry's revision along, which every change raises. So a process that
keeps a registry learns of a change with the next request, and a project that registered nothing
pays nothing. If a registry cannot be loaded, the request fails with the database's error.
"""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import datetime
from functools import lru_cache
from types import MappingProxyType
from uuid import UUID

from accounts.environments import ENVIRONMENTS
from apikeys.principal import Principal
from foundation import sql
from memory.models import Draft, Purpose
from memory.policy.drafts import drafted
from memory.policy.narrowing import cells_of
from memory.policy.registry import NO_REGISTRY, PurposeState, Registry, Takes, fingerprint
from memory.policy.version import POLICY_VERSION

KEPT = 256  # registries, of 500 purposes at most

# One statement, so what is taken and what is registered are of one moment: that of the revision
# that was asked for, or a later one.
SELECT_REGISTRY = """
    SELECT p.takes_in_test, p.takes_in_live, p.closed_in_test, p.closed_in_live, r.purpose_id,
           r.revision, r.purpose_class, r.scopes, r.environments, r.state, r.approved_at,
           EXISTS (SELECT 1 FROM memory_draft d WHERE d.project_id = p.id AND d.environment = %s
                   AND d.shadow_since IS NOT NULL)
    FROM accounts_project p
    LEFT JOIN memory_purpose r ON r.project_id = p.id
    WHERE p.id = %s
"""


def registry_for(principal: Principal) -> Registry:
    """Return the registry of the key's project as its environment sees it."""
    if not principal.purposes_revision:
        return NO_REGISTRY
    return _kept(principal.project_id, principal.environment, principal.purposes_revision)


@lru_cache(maxsize=KEPT)
def _kept(project_id: UUID, environment: str, revision: int) -> Registry:
    return load(project_id, environment)


def load(project_id: UUID, environment: str) -> Registry:
    """Return a registry as it stands now."""
    rows = sql.rows(SELECT_REGISTRY, (environment, project_id))
    place = ENVIRONMENTS.index(environment)
    takes = Takes(rows[0][place])
    closed = cells_of(json.loads(rows[0][2 + place]))
    known = [_purpose(*row[4:-1]) for row in rows if row[4] is not None]
    purposes = {one.purpose_id: one.registered() for one in known if not _was_withdrawn(one)}
    version = fingerprint(
        POLICY_VERSION,
        takes=takes,
        environment=environment,
        purposes=purposes.values(),
        closed=closed,
    )
    registry = Registry(takes, MappingProxyType(purposes), environment, version, closed)
    return _with_shadow(registry, project_id) if rows[0][-1] else registry


def _with_shadow(registry: Registry, project_id: UUID) -> Registry:
    """Add what a draft would make of it; if that was ended meanwhile, the next request knows."""
    here = registry.environment
    draft = Draft.objects.of(project_id, here).exclude(shadow_since=None).first()
    if draft is None:
        return registry
    return replace(registry, shadow=drafted(registry, draft.changes(), environment=here))


def _purpose(
    purpose_id: str,
    revision: int,
    purpose_class: str,
    scopes: str | None,
    environments: str,
    state: str,
    approved_at: datetime | None,
) -> Purpose:
    return Purpose(
        purpose_id=purpose_id,
        revision=revision,
        purpose_class=purpose_class,
        scopes=None if scopes is None else json.loads(scopes),
        environments=json.loads(environments),
        state=state,
        approved_at=approved_at,
    )


def _was_withdrawn(purpose: Purpose) -> bool:
    return purpose.state == PurposeState.RETIRED and purpose.approved_at is None
