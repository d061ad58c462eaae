"""The HTTP operation that gives an end user the link to the page about themselves."""

from __future__ import annotations

from http import HTTPStatus
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from rest_framework.request import Request

from foundation import paths
from foundation.answers import RequestRefused, json_response
from memory.views.base import MemoryApiView
from memory.views.users import UserView, user_of
from portal import links


class LinkView(MemoryApiView):
    permission = "users:link"

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        """Leave the rest to `UserView`: of `/users/a%2Flink` Django sees `/users/a/link`."""
        if paths.segments(request.META)[2:] != ["link"]:
            return UserView.as_view()(request, *args, **kwargs)
        return super().dispatch(request, *args, **kwargs)

    def post(self, request: Request, user_id: str) -> HttpResponse:
        """Make a link, which is in this answer alone."""
        self.take_no_query(request)
        whose = user_of(request, "link")
        if self._content(request):
            raise RequestRefused("invalid_value", "This request takes no body")
        return json_response(links.make(self.caller(request), whose), status=HTTPStatus.CREATED)
