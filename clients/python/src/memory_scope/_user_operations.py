"""What can be done with all that is held of a user, and with the record, for code that waits."""

from __future__ import annotations

import os
from collections.abc import Generator, Iterator, Mapping
from datetime import datetime
from functools import partial
from typing import Any, TypeVar

import httpx2

from memory_scope import _user_calls, records
from memory_scope._calls import Call
from memory_scope._exports import ExportFile, LastLine, Watched, Wholeness, broken_off, read_whole
from memory_scope.paging import Pages
from memory_scope.vocabulary import NOT_GIVEN, Decision, Scope, Timeout

T = TypeVar("T")


class UserOperations:
    """The operations on users and on the record, each by one call."""

    def _send(self, call: Call[T]) -> T:
        raise NotImplementedError

    def get_user(
        self,
        user_id: str,
        *,
        timeout: Timeout = NOT_GIVEN,
        extra_headers: Mapping[str, str] | None = None,
    ) -> records.User:
        """Say what is stored of an end user: where and how much, without a value."""
        return self._send(_user_calls.get_user(user_id).adjusted(timeout, extra_headers))

    def erase_user(
        self,
        user_id: str,
        *,
        dry_run: bool = False,
        timeout: Timeout = NOT_GIVEN,
        extra_headers: Mapping[str, str] | None = None,
    ) -> records.Erasure:
        """Erase all that is stored of an end user, for good.

        Args:
            user_id: The end user.
            dry_run: Change nothing, and say what would go.
        """
        return self._send(
            _user_calls.erase_user(user_id, dry_run=dry_run).adjusted(timeout, extra_headers)
        )

    def create_link(
        self,
        user_id: str,
        *,
        timeout: Timeout = NOT_GIVEN,
        extra_headers: Mapping[str, str] | None = None,
    ) -> records.Link:
        """Make the link by which an end user opens the page about themselves, within an hour."""
        return self._send(_user_calls.create_link(user_id).adjusted(timeout, extra_headers))

    def export_user(
        self,
        user_id: str,
        *,
        timeout: Timeout = NOT_GIVEN,
        extra_headers: Mapping[str, str] | None = None,
    ) -> dict[str, Any]:
        """Return all that is held on an end user, for the person themselves, as JSON has it.

        Raises:
            IncompleteAnswerError: The answer broke off.
        """
        return read_whole(
            list(self.stream_user_export(user_id, timeout=timeout, extra_headers=extra_headers))
        )

    def export_user_to_file(
        self,
        user_id: str,
        path: str | os.PathLike[str],
        *,
        timeout: Timeout = NOT_GIVEN,
        extra_headers: Mapping[str, str] | None = None,
    ) -> None:
        """Write all that is held on an end user to a file, however much it is.

        The file is there when all of it is, and only its owner may read it. What goes wrong with
        it is an OSError.

        Raises:
            IncompleteAnswerError: The answer broke off. There is no file, or the one of before.
        """
        _to_file(
            self.stream_user_export(user_id, timeout=timeout, extra_headers=extra_headers), path
        )

    def stream_user_export(
        self,
        user_id: str,
        *,
        timeout: Timeout = NOT_GIVEN,
        extra_headers: Mapping[str, str] | None = None,
    ) -> Generator[bytes, None, None]:
        """Yield all that is held on an end user as JSON, in pieces as they come.

        Close it if you do not take all of it. What it yields is the whole only when it ends
        without an error.

        Raises:
            IncompleteAnswerError: The answer broke off.
        """
        call = _user_calls.export_user(user_id).adjusted(timeout, extra_headers)
        return self._pieces(call, Wholeness())

    def list_events(
        self,
        *,
        user_id: str | None = None,
        scope: Scope | None = None,
        event_type: str | None = None,
        api_key_id: str | None = None,
        decision: Decision | None = None,
        since: datetime | None = None,
        until: datetime | None = None,
        limit: int | None = None,
        timeout: Timeout = NOT_GIVEN,
        extra_headers: Mapping[str, str] | None = None,
    ) -> Pages[records.Event]:
        """List the record of the key's project and environment, the newest first.

        Args:
            user_id: Events about this end user.
            scope: About this scope.
            event_type: Such as `MEMORY_READ`.
            api_key_id: By this key, or about it.
            decision: The refusals alone, or all others.
            since: From this time on, which must say its time zone.
            until: Before this time, likewise.
            limit: How many to ask for at once, 1 to 100.

        Returns:
            Something to iterate, which asks for the next page when it is needed.
        """
        return Pages(
            self._send,
            partial(
                _user_calls.list_events,
                user_id=user_id,
                scope=scope,
                event_type=event_type,
                api_key_id=api_key_id,
                decision=decision,
                since=since,
                until=until,
                limit=limit,
            ),
            timeout,
            extra_headers,
        )

    def latest_seals(
        self, *, timeout: Timeout = NOT_GIVEN, extra_headers: Mapping[str, str] | None = None
    ) -> records.LatestSeals:
        """Return the latest seals of the record: of the key's environment, and of both.

        Keep their tokens elsewhere: a record that was rewritten does not lead to them.
        """
        return self._send(_user_calls.latest_seals().adjusted(timeout, extra_headers))

    def export_record_to_file(
        self,
        path: str | os.PathLike[str],
        *,
        timeout: Timeout = NOT_GIVEN,
        extra_headers: Mapping[str, str] | None = None,
    ) -> None:
        """Write the record with its seals to a file, for `memory-scope verify`.

        The file is there when all of it is, and only its owner may read it. What goes wrong with
        it is an OSError.

        Raises:
            IncompleteAnswerError: The answer broke off. There is no file, or the one of before.
        """
        _to_file(self.stream_record_export(timeout=timeout, extra_headers=extra_headers), path)

    def stream_record_export(
        self, *, timeout: Timeout = NOT_GIVEN, extra_headers: Mapping[str, str] | None = None
    ) -> Generator[bytes, None, None]:
        """Yield the record with its seals as lines of JSON, in pieces as they come.

        A piece may end within a line. Close it if you do not take all of it. What it yields is the
        whole only when it ends without an error.

        Raises:
            IncompleteAnswerError: The answer broke off.
        """
        call = _user_calls.export_record().adjusted(timeout, extra_headers)
        return self._pieces(call, LastLine())

    def _pieces(self, call: Call[httpx2.Response], whole: Watched) -> Generator[bytes, None, None]:
        response = self._send(call)
        try:
            pieces = response.iter_bytes()
            while (piece := self._next(pieces)) is not None:
                whole.add(piece)
                yield piece
        finally:
            response.close()
        whole.check()

    def _next(self, pieces: Iterator[bytes]) -> bytes | None:
        """Return the next piece; None at the end. Raises without the frames that hold the key."""
        try:
            return next(pieces, None)
        except Exception as error:
            failure = broken_off(error)
        raise failure


def _to_file(pieces: Generator[bytes, None, None], path: str | os.PathLike[str]) -> None:
    file = ExportFile(path)
    try:
        for piece in pieces:
            file.write(piece)
        file.keep()
    finally:
        pieces.close()
        file.drop()
