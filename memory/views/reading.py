"""The HTTP operations that read for a purpose."""

from __future__ import annotations

from django.http import HttpResponse
from rest_framework.request import Request

from foundation.answers import json_response
from memory import schemas, services
from memory.views.base import MemoryApiView


class ReadMemoryView(MemoryApiView):
    permission = "memory:read"

    def post(self, request: Request) -> HttpResponse:
        query = schemas.read_memory(self.body(request))
        return json_response(services.read(self.caller(request), query))


class ContinueReadingView(MemoryApiView):
    permission = "memory:read"

    def post(self, request: Request) -> HttpResponse:
        query = schemas.continue_reading(self.body(request))
        return json_response(services.continue_reading(self.caller(request), query))
