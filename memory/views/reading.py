"""The HTTP operations that read for a purpose."""

from __future__ import annotations

from http import HTTPStatus

import msgspec
from django.http import HttpResponse
from rest_framework.request import Request

from foundation.answers import json_response
from memory import reading_batches, schemas, services
from memory.reading_batches import Outcome
from memory.views.base import MemoryApiView


class ReadMemoryView(MemoryApiView):
    permission = "memory:read"

    def post(self, request: Request) -> HttpResponse:
        query = schemas.read_memory(self.body(request))
        return json_response(services.read(self.caller(request), query))


class ReadItem(msgspec.Struct, frozen=True, omit_defaults=True):
    """What became of one read of a batch: an answer, or the error that a read alone gets."""

    scope: str
    domain: str | None
    status: int
    answer: services.Answer | None = None
    error: msgspec.Raw | None = None


class ReadItems(msgspec.Struct, frozen=True):
    """The answer to a batch of reads, in the order asked."""

    items: list[ReadItem]


class ReadBatchView(MemoryApiView):
    permission = "memory:read"

    def post(self, request: Request) -> HttpResponse:
        """Read under several scopes and domains, each with its own answer or refusal."""
        query = schemas.read_several(self.body(request))
        told = [self._told(one) for one in reading_batches.read_all(self.caller(request), query)]
        response = json_response(ReadItems([item for item, _ in told]))
        refusals = [one for _, found in told for one in found]
        response.refusals = refusals  # type: ignore[attr-defined] # for the metrics
        return response

    def _told(self, outcome: Outcome) -> tuple[ReadItem, list[tuple[str, str, str]]]:
        """Return an outcome as it is answered, and its refusal as the metrics count it."""
        scope, domain = outcome.scope, outcome.domain
        if outcome.refusal is None:
            return ReadItem(scope, domain, HTTPStatus.OK, answer=outcome.answer), []
        answer_error = self.get_exception_handler()
        error = answer_error(outcome.refusal, self.get_exception_handler_context())
        body = msgspec.Raw(error.content)
        item = ReadItem(scope, domain, error.status_code, error=body)
        return item, getattr(error, "refusals", [])


class ContinueReadingView(MemoryApiView):
    permission = "memory:read"

    def post(self, request: Request) -> HttpResponse:
        query = schemas.continue_reading(self.body(request))
        return json_response(services.continue_reading(self.caller(request), query))
