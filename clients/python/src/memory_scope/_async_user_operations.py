"""What can be done with all that is held of a user, and with the record, for asyncio."""

from __future__ import annotations

import os
from asyncio import to_thread
from collections.abc import AsyncGenerator, AsyncIterator, Mapping
from datetime import datetime
from functools import partial
from typing import Any, TypeVar

import httpx2

from memory_scope import _user_calls, records
from memory_scope._calls import Call
from memory_scope._exports import ExportFile, LastLine, Watched, Wholeness, broken_off, read_whole
from memory_scope.paging import AsyncPages
from memory_scope.vocabulary import NOT_GIVEN, Decision, Scope, Timeout

T = TypeVar("T")


class AsyncUserOperations:
    """The operations on users and on the record, each by one call."""

    async def _send(self, call: Call[T]) -> T:
        raise NotImplementedError

    async def get_user(
        self,
        user_id: str,
        *,
        timeout: Timeout = NOT_GIVEN,
        extra_headers: Mapping[str, str] | None = None,
    ) -> records.User:
        """Say what is stored of an end user: where and how much, without a value.

        See `MemoryScopeClient.get_user`.
        """
        return await self._send(_user_calls.get_user(user_id).adjusted(timeout, extra_headers))

    async def erase_user(
        self,
        user_id: str,
        *,
        dry_run: bool = False,
        timeout: Timeout = NOT_GIVEN,
        extra_headers: Mapping[str, str] | None = None,
    ) -> records.Erasure:
        """Erase all that is stored of an end user, for good. See `MemoryScopeClient.erase_user`."""
        return await self._send(
            _user_calls.erase_user(user_id, dry_run=dry_run).adjusted(timeout, extra_headers)
        )

    async def create_link(
        self,
        user_id: str,
        *,
        timeout: Timeout = NOT_GIVEN,
        extra_headers: Mapping[str, str] | None = None,
    ) -> records.Link:
        """Make the link by which an end user opens the page about themselves, within an hour."""
        return await self._send(_user_calls.create_link(user_id).adjusted(timeout, extra_headers))

    async def export_user(
        self,
        user_id: str,
        *,
        timeout: Timeout = NOT_GIVEN,
        extra_headers: Mapping[str, str] | None = None,
    ) -> dict[str, Any]:
        """Return all that is held on an end user, for the person themselves, as JSON has it.

        See `MemoryScopeClient.export_user`.
        """
        return read_whole(
            [
                piece
                async for piece in self.stream_user_export(
                    user_id, timeout=timeout, extra_headers=extra_headers
                )
            ]
        )

    async def export_user_to_file(
        self,
        user_id: str,
        path: str | os.PathLike[str],
        *,
        timeout: Timeout = NOT_GIVEN,
        extra_headers: Mapping[str, str] | None = None,
    ) -> None:
        """Write all that is held on an end user to a file, however much it is.

        See `MemoryScopeClient.export_user_to_file`.
        """
        await _to_file(
            self.stream_user_export(user_id, timeout=timeout, extra_headers=extra_headers), path
        )

    def stream_user_export(
        self,
        user_id: str,
        *,
        timeout: Timeout = NOT_GIVEN,
        extra_headers: Mapping[str, str] | None = None,
    ) -> AsyncGenerator[bytes, None]:
        """Yield all that is held on an end user as JSON, in pieces as they come.

        See `MemoryScopeClient.stream_user_export`.
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
    ) -> AsyncPages[records.Event]:
        """List the record of the key's project and environment, the newest first.

        See `MemoryScopeClient.list_events`.
        """
        return AsyncPages(
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

    async def latest_seals(
        self, *, timeout: Timeout = NOT_GIVEN, extra_headers: Mapping[str, str] | None = None
    ) -> records.LatestSeals:
        """Return the latest seals of the record: of the key's environment, and of both.

        See `MemoryScopeClient.latest_seals`.
        """
        return await self._send(_user_calls.latest_seals().adjusted(timeout, extra_headers))

    async def export_record_to_file(
        self,
        path: str | os.PathLike[str],
        *,
        timeout: Timeout = NOT_GIVEN,
        extra_headers: Mapping[str, str] | None = None,
    ) -> None:
        """Write the record with its seals to a file, for `memory-scope verify`.

        See `MemoryScopeClient.export_record_to_file`.
        """
        await _to_file(
            self.stream_record_export(timeout=timeout, extra_headers=extra_headers), path
        )

    def stream_record_export(
        self, *, timeout: Timeout = NOT_GIVEN, extra_headers: Mapping[str, str] | None = None
    ) -> AsyncGenerator[bytes, None]:
        """Yield the record with its seals as lines of JSON, in pieces as they come.

        See `MemoryScopeClient.stream_record_export`.
        """
        call = _user_calls.export_record().adjusted(timeout, extra_headers)
        return self._pieces(call, LastLine())

    async def _pieces(
        self, call: Call[httpx2.Response], whole: Watched
    ) -> AsyncGenerator[bytes, None]:
        response = await self._send(call)
        try:
            pieces = response.aiter_bytes()
            while (piece := await self._next(pieces)) is not None:
                whole.add(piece)
                yield piece
        finally:
            await response.aclose()
        whole.check()

    async def _next(self, pieces: AsyncIterator[bytes]) -> bytes | None:
        """Return the next piece; None at the end. Raises without the frames that hold the key."""
        try:
            return await anext(pieces, None)
        except Exception as error:
            failure = broken_off(error)
        raise failure


async def _to_file(pieces: AsyncGenerator[bytes, None], path: str | os.PathLike[str]) -> None:
    file = ExportFile(path)
    try:
        async for piece in pieces:
            await to_thread(file.write, piece)
        file.keep()
    finally:
        await pieces.aclose()
        file.drop()
