"""The base of every view of the HTTP API: a key opens it, JSON comes in, JSON goes out."""

from __future__ import annotations

import time
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from functools import cache
from http import HTTPStatus
from typing import Any, NoReturn
from urllib.parse import parse_qsl

from django.http import HttpRequest, HttpResponse, UnreadablePostError
from django.http.response import HttpResponseBase
from rest_framework.authentication import BaseAuthentication
from rest_framework.exceptions import UnsupportedMediaType
from rest_framework.negotiation import DefaultContentNegotiation
from rest_framework.parsers import BaseParser
from rest_framework.renderers import BaseRenderer
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from apikeys import missing_keys, throttling
from apikeys.authentication import MissingApiKey
from apikeys.models.usage import LONGEST_AGENT, LONGEST_ENDPOINT
from apikeys.principal import Principal
from apikeys.throttling import Allowance, RateLimited
from apikeys.usage.collector import collector
from apikeys.usage.samples import RequestSample
from foundation import fields, json_mistakes, request_ids, strict_json
from foundation.addresses import LONGEST_ADDRESS, client_address
from foundation.answers import JSON_TYPE, RequestRefused, add_field, set_plain
from foundation.compression import compress
from foundation.preferences import preferences
from foundation.unknown_fields import Given

DRAINED = 1024 * 1024  # bytes
MOST_PARAMETERS = 100
NOT_JSON = "Request body is not valid JSON"
UTF8_NAMES = {"", "utf-8", "utf8", '"utf-8"', '"utf8"'}


@cache
def _made(kinds: tuple[type[Any], ...]) -> list[Any]:
    return [kind() for kind in kinds]


def printable(text: str) -> str:
    """Return the text without characters that no log should hold."""
    return text if text.isprintable() else "".join(filter(str.isprintable, text))


class JsonNegotiation(DefaultContentNegotiation):
    """Answers clients that accept JSON; the headers that most clients send need no parsing."""

    def select_renderer(
        self,
        request: Request,
        renderers: Iterable[BaseRenderer],
        format_suffix: str | None = None,
    ) -> tuple[BaseRenderer, str]:
        if request.META.get("HTTP_ACCEPT", "*/*") in ("*/*", JSON_TYPE, ""):
            return next(iter(renderers)), JSON_TYPE
        chosen: tuple[BaseRenderer, str] = super().select_renderer(
            request, renderers, format_suffix
        )
        return chosen


class KeyedAPIView(APIView):
    """One path of the API. Subclasses name the `permission` that it needs, or each method does."""

    permission: str | Mapping[str, str] | None = None
    largest_body = 64 * 1024  # bytes
    content_negotiation_class = JsonNegotiation
    needs_media_type = False
    compressed: tuple[str, ...] = ()  # the methods whose answers hold no key and no token
    allowance: Allowance | None = None
    given: Given | None = None  # the body or the query, when it was looked at

    @property
    def default_response_headers(self) -> dict[str, str]:
        """Add no headers: `Allow` belongs to a 405, and few answers vary."""
        return {}

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        self.began = time.perf_counter()
        return super().dispatch(request, *args, **kwargs)

    # They keep nothing of a request: those of one serve all.
    def get_authenticators(self) -> list[BaseAuthentication]:
        return _made(tuple(self.authentication_classes))

    def get_renderers(self) -> list[BaseRenderer]:
        return _made(tuple(self.renderer_classes))

    def get_parsers(self) -> list[BaseParser]:
        return _made(tuple(self.parser_classes))

    def initialize_request(self, request: HttpRequest, *args: Any, **kwargs: Any) -> Request:
        """Give the request what is asked of it many times: else it looks for it each time."""
        asked = super().initialize_request(request, *args, **kwargs)
        asked.META, asked.method = request.META, request.method
        asked.resolver_match = request.resolver_match
        return asked

    def perform_authentication(self, request: Request) -> None:
        """Find who asks, and count the request, whatever becomes of it. Raises RateLimited."""
        super().perform_authentication(request)
        if isinstance(request.auth, Principal):
            self.allowance = throttling.take(request.auth, at=time.time())
            if self.allowance.retry_after is not None:
                raise RateLimited(self.allowance.retry_after)

    def permission_denied(
        self, request: Request, message: str | None = None, code: str | None = None
    ) -> NoReturn:
        """Say to whoever sent no key where it may have been put. Raises MissingApiKey too."""
        if request.authenticators and not request.successful_authenticator:
            raise MissingApiKey(missing_keys.hint(request.META))
        super().permission_denied(request, message, code)

    def finalize_response(
        self, request: Request, response: Response, *args: Any, **kwargs: Any
    ) -> Response:
        """Say what was ignored of the request, and what is left of the key's limit."""
        if self.given is not None and (self.given.strict or self.given.ignored):
            self._tell_ignored(self.given, response)
        if request.method in self.compressed:
            compress(response, request.META)
        if self.allowance is not None:
            set_plain(response, "X-RateLimit-Limit", str(self.allowance.limit))
            set_plain(response, "X-RateLimit-Remaining", str(self.allowance.remaining))
            set_plain(response, "X-RateLimit-Reset", str(self.allowance.reset))
            self._record(request, response)
        return super().finalize_response(request, response, *args, **kwargs)

    @staticmethod
    def _tell_ignored(given: Given, response: Response | HttpResponseBase) -> None:
        if given.strict:
            response.headers["Preference-Applied"] = "handling=strict"
        elif HTTPStatus.OK <= response.status_code < HTTPStatus.MULTIPLE_CHOICES:
            add_field(response, "ignored_fields", given.ignored)

    def _record(self, request: Request, response: Response | HttpResponse) -> None:
        """Count the request of a valid key, whatever became of it."""
        principal, meta = self.principal(request), request.META
        route = request.resolver_match.route if request.resolver_match else ""
        collector.record(
            RequestSample(
                created_at=datetime.now(UTC),
                request_id=request_ids.of(meta),
                project_id=principal.project_id,
                environment=principal.environment,
                key_id=principal.key_id,
                secret_id=principal.secret_id,
                endpoint=f"{request.method} /{route}"[:LONGEST_ENDPOINT],
                status=response.status_code,
                code=getattr(response, "error_code", ""),
                microseconds=int((time.perf_counter() - self.began) * 1_000_000),
                address=client_address(meta)[:LONGEST_ADDRESS],
                user_agent=printable(str(meta.get("HTTP_USER_AGENT", "")))[:LONGEST_AGENT],
                replaced_at=principal.replaced_at,
                ends_when_silent=principal.ends_when_silent,
            )
        )

    def principal(self, request: Request) -> Principal:
        principal = request.auth
        if not isinstance(principal, Principal):
            raise TypeError("A request without a principal reached a handler.")
        return principal

    def request_id(self, request: Request) -> str:
        return request_ids.of(request.META)

    def body(self, request: Request) -> Given:
        """Return the request's JSON object. Raises RequestRefused, or UnsupportedMediaType."""
        self._check_media_type(request.META.get("CONTENT_TYPE", ""))
        self._check_encoding(request.META.get("HTTP_CONTENT_ENCODING", ""))
        content = self._content(request)
        try:
            body = strict_json.loads(content)
        except strict_json.NotJson as error:
            if content.startswith(json_mistakes.GZIP):
                _refuse_compressed()
            raise RequestRefused("malformed_json", NOT_JSON, hint=str(error)) from None
        except strict_json.AmbiguousJson as error:
            raise RequestRefused("invalid_value", str(error)) from None
        if not isinstance(body, dict):
            raise RequestRefused("malformed_json", NOT_JSON, hint=json_mistakes.of_kind(body))
        self.given = Given(body, strict=_is_strict(request))
        return self.given

    def take_no_query(self, request: Request) -> None:
        """Note what parameters there are: the path has none. Raises RequestRefused if strict."""
        try:
            query = self.query(request)
        except RequestRefused:  # nothing depends on how it is read
            if _is_strict(request):
                raise
        else:
            fields.check(query, ())

    def query(self, request: Request) -> Given:
        """Return the parameters of the request's address. Raises RequestRefused.

        Not Django's own dictionary of them, which takes the last where one is given twice, and
        puts a sign of its own in the place of bytes that are not UTF-8.
        """
        written = request.META.get("QUERY_STRING", "")
        try:
            text = written.encode("latin-1").decode()
            pairs = parse_qsl(
                text, keep_blank_values=True, errors="strict", max_num_fields=MOST_PARAMETERS
            )
        except UnicodeError:
            raise RequestRefused("invalid_value", "The query must be UTF-8") from None
        except ValueError:
            sentence = f"The query must have at most {MOST_PARAMETERS} parameters"
            raise RequestRefused("invalid_value", sentence) from None
        query: dict[str, str] = {}
        for name, value in pairs:
            if name in query:
                sentence = "A parameter of the query must not be given twice"
                raise RequestRefused("invalid_value", sentence)
            query[name] = value
        self.given = Given(query, strict=_is_strict(request))
        return self.given

    def _content(self, request: Request) -> bytes:
        """Return the body as it came. Raises RequestRefused.

        Read from the stream: Django's own bound, at which `request.body` stops, is one for all.
        """
        written = request.META.get("CONTENT_LENGTH", "")
        length = int(written) if written.isdecimal() else 0
        try:
            if length > self.largest_body:
                # Take in a little more than is allowed: a client that still sends hears the answer.
                request._request.read(DRAINED)
                sentence = f"Request body is larger than {self.largest_body} bytes"
                raise RequestRefused("content_too_large", sentence)
            content = request._request.read(length)
        except UnreadablePostError:
            raise RequestRefused("malformed_json", "Request body broke off") from None
        if len(content) < length:
            raise RequestRefused("malformed_json", "Request body is shorter than Content-Length")
        return content

    def _check_media_type(self, content_type: str) -> None:
        """Take JSON in UTF-8, also where the type is not named: some clients leave it out."""
        media_type, _, parameters = content_type.lower().partition(";")
        taken = (JSON_TYPE,) if self.needs_media_type else ("", JSON_TYPE)
        charset = parameters.partition("charset=")[2].partition(";")[0].strip()
        if media_type.strip() not in taken or charset not in UTF8_NAMES:
            raise UnsupportedMediaType(content_type)

    @staticmethod
    def _check_encoding(encodings: str) -> None:
        """Take bodies as they are: what is compressed may be of any size, and is not unpacked."""
        if any(one.strip().lower() not in ("", "identity") for one in encodings.split(",")):
            _refuse_compressed()


def _refuse_compressed() -> NoReturn:
    raise RequestRefused(
        "unsupported_media_type",
        "Request body must not be compressed: send it without Content-Encoding",
        headers={"Accept-Encoding": "identity"},
    )


def _is_strict(request: Request) -> bool:
    """Say whether the caller asks for what is unknown to be refused."""
    prefer = request.META.get("HTTP_PREFER")
    return prefer is not None and preferences(prefer).get("handling") == "strict"
