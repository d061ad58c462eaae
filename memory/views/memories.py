"""The HTTP operations on memories as they were stored."""

from __future__ import annotations

from http import HTTPStatus
from uuid import UUID

from django.http import HttpResponse
from rest_framework.request import Request

from foundation.answers import RequestRefused, json_response, no_content
from memory import batches, deleting, listing, schemas, services
from memory.views.base import MemoryApiView

REPLAYED = {True: {"Idempotency-Replayed": "true"}, False: {}}


class MemoriesView(MemoryApiView):
    permission = {"GET": "memory:list", "POST": "memory:write"}
    http_method_names = ["get", "post"]
    compressed = ("GET",)

    def get(self, request: Request) -> HttpResponse:
        """Answer a user's memories as they were stored, a page at a time."""
        query = schemas.list_memories(self.query(request))
        return json_response(listing.list_memories(self.caller(request), query))

    def post(self, request: Request) -> HttpResponse:
        key = _idempotency_key(request)
        memory = schemas.create_memory(self.body(request))
        if key is None:
            stored = services.remember(self.caller(request), memory)
            return json_response(stored, status=HTTPStatus.CREATED)
        stored, replayed = services.remember_once(self.caller(request), memory, idempotency_key=key)
        return json_response(stored, status=HTTPStatus.CREATED, headers=REPLAYED[replayed])


class MemoryBatchView(MemoryApiView):
    permission = "memory:write"
    largest_body = 1024 * 1024

    def post(self, request: Request) -> HttpResponse:
        """Store several memories, all or none."""
        key = _idempotency_key(request)
        memories = schemas.create_memories(self.body(request))
        caller = self.caller(request)
        if key is None:
            stored = batches.remember_all(caller, memories)
            return json_response(stored, status=HTTPStatus.CREATED)
        stored, replayed = batches.remember_all_once(caller, memories, idempotency_key=key)
        return json_response(stored, status=HTTPStatus.CREATED, headers=REPLAYED[replayed])


class MemoryView(MemoryApiView):
    permission = {"GET": "memory:list", "DELETE": "memory:delete"}
    http_method_names = ["get", "delete"]
    compressed = ("GET",)

    def get(self, request: Request, memory_id: UUID) -> HttpResponse:
        """Answer one memory as it was stored."""
        self.take_no_query(request)
        return json_response(listing.get_memory(self.caller(request), memory_id))

    def delete(self, request: Request, memory_id: UUID) -> HttpResponse:
        deleting.delete_memory(self.caller(request), memory_id)
        return no_content()


def _idempotency_key(request: Request) -> str | None:
    key: str | None = request.META.get("HTTP_IDEMPOTENCY_KEY")
    if key is None:
        return None
    if not 1 <= len(key) <= 255:
        raise RequestRefused(
            "out_of_range", "Header 'Idempotency-Key' must be between 1 and 255 characters"
        )
    if not (key.isascii() and key.isprintable()):
        raise RequestRefused(
            "invalid_value", "Header 'Idempotency-Key' must be printable ASCII characters"
        )
    return key
