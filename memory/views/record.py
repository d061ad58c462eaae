"""The HTTP operation that shows the record."""

from __future__ import annotations

from django.http import HttpResponse
from rest_framework.request import Request

from apikeys.api import KeyedAPIView
from foundation.answers import json_response
from memory import record, schemas


class RecordView(KeyedAPIView):
    permission = "audit:read"
    http_method_names = ["get"]
    compressed = ("GET",)

    def get(self, request: Request) -> HttpResponse:
        """Answer the events of the key's project and environment, a page at a time."""
        query = schemas.list_events(self.query(request))
        return json_response(record.list_events(self.principal(request), query))
