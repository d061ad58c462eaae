"""The HTTP operations that show the record, and its seals."""

from __future__ import annotations

from django.http import HttpResponse, StreamingHttpResponse
from django.utils import timezone
from rest_framework.request import Request

from accounts.environments import BOTH
from apikeys.api import KeyedAPIView
from foundation.answers import json_response
from memory import record, schemas
from proof import exporting, latest


class RecordView(KeyedAPIView):
    permission = "audit:read"
    http_method_names = ["get"]
    compressed = ("GET",)

    def get(self, request: Request) -> HttpResponse:
        """Answer the events of the key's project and environment, a page at a time."""
        query = schemas.list_events(self.query(request))
        return json_response(record.list_events(self.principal(request), query))


class LatestSealView(KeyedAPIView):
    permission = "audit:read"
    http_method_names = ["get"]

    def get(self, request: Request) -> HttpResponse:
        """Answer the latest seals of the key's project and environment."""
        self.take_no_query(request)
        principal = self.principal(request)
        return json_response(latest.latest_seals(principal.project_id, principal.environment))


class SealedRecordView(KeyedAPIView):
    permission = "audit:read"
    http_method_names = ["get"]

    def get(self, request: Request) -> StreamingHttpResponse:
        """Hand out the sealed record of the key's project and environment, as it is looked up."""
        self.take_no_query(request)
        principal = self.principal(request)
        chains = [(principal.project_id, one) for one in (principal.environment, BOTH)]
        lines = exporting.lines(chains, at=timezone.now(), scopes=principal.scopes)
        answer = StreamingHttpResponse(exporting.pieces(lines), content_type=exporting.LINES_TYPE)
        answer.headers["Cache-Control"] = "no-store"
        return answer
