"""The Python client of Memory Scope, the memory that asks why.

    from memory_scope import MemoryScopeClient

    with MemoryScopeClient() as client:  # MEMORY_SCOPE_API_KEY and MEMORY_SCOPE_BASE_URL
        client.create_memory(
            user_id="user_7",
            scope="preferences",
            domain="food",
            source="explicit_user_input",
            value_json={"likes": ["pizza"]},
        )
        found = client.read_memory(
            user_id="user_7", scope="preferences", domain="food", purpose="recommend restaurants"
        )
        print(found.summary_struct)

Versioned with the API. What can go wrong is in `memory_scope.exceptions`.
"""

from memory_scope import exceptions, vocabulary
from memory_scope._answers import RateLimit
from memory_scope._version import __version__
from memory_scope.async_client import AsyncMemoryScopeClient
from memory_scope.client import MemoryScopeClient
from memory_scope.paging import AsyncPages, Pages
from memory_scope.records import (
    Deletion,
    Erasure,
    Event,
    EventPage,
    LatestSeal,
    LatestSeals,
    Link,
    ManyReads,
    MemoryBatch,
    MemoryPage,
    Page,
    Place,
    ReadItem,
    StoredMemory,
    User,
)
from memory_scope.results import (
    Day,
    Detail,
    DetailValue,
    IgnoredField,
    Memory,
    MemoryRead,
    OverruledValue,
    Policy,
    PolicyCheck,
    Result,
    Revocation,
    Usage,
)
from memory_scope.vocabulary import (
    ALL_DOMAINS,
    NOT_GIVEN,
    Decision,
    Environment,
    NewMemory,
    PurposeClass,
    ReadPlace,
    Scope,
    Source,
    Timeout,
)

__all__ = [
    "ALL_DOMAINS",
    "NOT_GIVEN",
    "AsyncMemoryScopeClient",
    "AsyncPages",
    "Day",
    "Decision",
    "Deletion",
    "Detail",
    "DetailValue",
    "Environment",
    "Erasure",
    "Event",
    "EventPage",
    "IgnoredField",
    "LatestSeal",
    "LatestSeals",
    "Link",
    "ManyReads",
    "Memory",
    "MemoryBatch",
    "MemoryPage",
    "MemoryRead",
    "MemoryScopeClient",
    "NewMemory",
    "OverruledValue",
    "Page",
    "Pages",
    "Place",
    "Policy",
    "PolicyCheck",
    "PurposeClass",
    "RateLimit",
    "ReadItem",
    "ReadPlace",
    "Result",
    "Revocation",
    "Scope",
    "Source",
    "StoredMemory",
    "Timeout",
    "Usage",
    "User",
    "__version__",
    "exceptions",
    "vocabulary",
]
