"""The HTTP operations on all that is held of one end user.

The path names the user: `/users/{user_id}`, percent-encoded, so that a slash within an id is none
between two segments.
"""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse, StreamingHttpResponse
from django.http.response import HttpResponseBase
from rest_framework.request import Request

from foundation import paths, request_ids
from foundation.answers import JSON_TYPE, RequestRefused, json_response
from foundation.deadlines import deadlines
from memory import erasing, exporting, overview, schemas
from memory.views.base import MemoryApiView


class UserView(MemoryApiView):
    permission = {"GET": "memory:list", "DELETE": "memory:delete"}
    http_method_names = ["get", "delete"]
    compressed = ("GET",)

    def get(self, request: Request, user_id: str) -> HttpResponse:
        """Say what is stored of the user, without a value."""
        self.take_no_query(request)
        user_id = user_of(request)
        return json_response(overview.describe_user(self.caller(request), user_id))

    def delete(self, request: Request, user_id: str) -> HttpResponse:
        """Erase the user, or with `dry_run` say what that would erase."""
        user_id = user_of(request)
        if self._content(request):
            raise RequestRefused(
                "invalid_value", "This request takes no body; 'dry_run' is a parameter of its query"
            )
        dry_run = schemas.erase_user(self.query(request))
        caller = self.caller(request)
        if dry_run:
            return json_response(erasing.count_user(caller, user_id))
        # All of it is one transaction: a user of whom very much is stored takes its time.
        with deadlines.prolonged(erasing.DEADLINES * settings.DATABASE_DEADLINE):
            erased = erasing.erase_user(caller, user_id)
        if request_ids.holds(caller.request_id, user_id):
            request_ids.keep_own(request.META)  # the request log is written after this
        return json_response(erased)


class ExportUserView(MemoryApiView):
    permission = {"GET": "memory:list"}
    http_method_names = ["get"]
    compressed = ("GET",)

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        """Leave the rest to `UserView`: of `/users/a%2Fexport` Django sees `/users/a/export`."""
        if paths.segments(request.META)[2:] != ["export"]:
            return UserView.as_view()(request, *args, **kwargs)
        return super().dispatch(request, *args, **kwargs)

    def get(self, request: Request, user_id: str) -> StreamingHttpResponse:
        """Hand out all that is held of the user, as it is looked up."""
        self.take_no_query(request)
        pieces = exporting.export_user(self.caller(request), user_of(request, "export"))
        answer = StreamingHttpResponse(pieces, content_type=JSON_TYPE)
        answer.headers["Cache-Control"] = "no-store"
        return answer


def user_of(request: Request, *after: str) -> str:
    """Return the user's id in the path, behind which come these segments.

    Raises RequestRefused, or Http404 where the path is of another form.
    """
    _, written, *rest = paths.segments(request.META)
    if not written or tuple(rest) != after:
        raise Http404
    try:
        return schemas.user_id(paths.decoded(written))
    except paths.NotUtf8:
        sentence = "Field 'user_id' must be percent-encoded UTF-8"
        raise RequestRefused("invalid_value", sentence) from None
