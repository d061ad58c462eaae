"""The server: what it answers to a host, over whatever transport."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import anyio
from mcp import types
from mcp.server.lowlevel import Server
from mcp.shared.exceptions import McpError
from pydantic import AnyUrl, ValidationError

from memory_scope import _model_failures
from memory_scope._mcp_settings import McpSettings
from memory_scope._model_arguments import flaws
from memory_scope._model_words import worded
from memory_scope._version import __version__
from memory_scope.async_client import AsyncMemoryScopeClient
from memory_scope.exceptions import MemoryScopeError
from memory_scope.mcp import failures
from memory_scope.mcp.acting import Acting
from memory_scope.mcp.answers import Answer
from memory_scope.mcp.failures import ToolFailedError
from memory_scope.mcp.logs import log
from memory_scope.mcp.persons import NobodyError, persons_of
from memory_scope.mcp.sessions import Session
from memory_scope.mcp.tools import ToolKind, tools_of
from memory_scope.mcp.wording import INSTRUCTIONS, PolicyWords

POLICY_ADDRESS = "memory-scope://policy"


class MemoryServer:
    """Answers a host's requests. One serves any number of sessions; nothing crosses them."""

    def __init__(self, client: AsyncMemoryScopeClient, settings: McpSettings) -> None:
        self._client = client
        self._settings = settings
        self._persons = persons_of(settings)
        self._tools = tools_of(allow_deleting=settings.allow_deleting)
        self._words = PolicyWords(client)
        self.protocol: Server[Session, Any] = Server(
            "memory-scope", __version__, INSTRUCTIONS, lifespan=_session
        )
        self.protocol.request_handlers.update(
            {
                types.ListToolsRequest: self._list_tools,
                types.CallToolRequest: self._call_tool,
                types.ListResourcesRequest: self._list_resources,
                types.ListResourceTemplatesRequest: self._list_templates,
                types.ReadResourceRequest: self._read_resource,
            }
        )

    async def _list_tools(self, request: types.ListToolsRequest | None) -> types.ServerResult:
        policy = await self._words.for_tools()
        listed = [kind.described(policy) for kind in self._tools.values()]
        return types.ServerResult(types.ListToolsResult(tools=listed))

    async def _call_tool(self, request: types.CallToolRequest) -> types.ServerResult:
        kind = self._tools.get(request.params.name)
        if kind is None:
            raise McpError(types.ErrorData(code=types.INVALID_PARAMS, message="Unknown tool."))
        try:
            answer = await self._answered(kind, request.params.arguments or {})
        except ToolFailedError as failed:
            return _result(str(failed), is_error=True)
        return _result(answer.message, answer)

    async def _answered(self, kind: ToolKind[Any], given: dict[str, Any]) -> Answer:
        """Let the tool act. Raises ToolFailedError, whatever goes wrong."""
        context = self.protocol.request_context
        try:
            by = Acting(
                client=self._client,
                settings=self._settings,
                session=context.lifespan_context,
                person=self._persons.of(context.request),
            )
            with anyio.fail_after(self._settings.patience):
                return await kind.called(by, given)
        except ToolFailedError:
            raise
        except ValidationError as error:
            failed = ToolFailedError(flaws(error))
        except NobodyError:
            failed = ToolFailedError(failures.NOBODY)
        except TimeoutError:
            log.warning("%s: no answer in %s seconds", kind.name, self._settings.patience)
            failed = ToolFailedError(_model_failures.LATE)
        except MemoryScopeError as error:
            log.warning("%s: %s", kind.name, _traced(error))
            failed = ToolFailedError(_model_failures.sentence_of(error))
        except Exception as error:  # its text could hold what somebody said
            log.error("%s: %s", kind.name, type(error).__name__)
            failed = ToolFailedError(_model_failures.UNEXPECTED)
        raise failed

    async def _list_resources(self, request: types.ListResourcesRequest) -> types.ServerResult:
        policy = types.Resource(
            uri=AnyUrl(POLICY_ADDRESS),
            name="policy",
            title="The policy",
            description="What each scope may be read for, as the service enforces it now.",
            mimeType="text/markdown",
        )
        return types.ServerResult(types.ListResourcesResult(resources=[policy]))

    async def _list_templates(
        self, request: types.ListResourceTemplatesRequest
    ) -> types.ServerResult:
        return types.ServerResult(types.ListResourceTemplatesResult(resourceTemplates=[]))

    async def _read_resource(self, request: types.ReadResourceRequest) -> types.ServerResult:
        if str(request.params.uri) != POLICY_ADDRESS:
            raise McpError(types.ErrorData(code=types.INVALID_PARAMS, message="Unknown resource."))
        try:
            with anyio.fail_after(self._settings.patience):
                policy = await self._words.fetched()
        except MemoryScopeError as error:
            log.warning("policy: %s", _traced(error))
            message = _model_failures.sentence_of(error)
        except TimeoutError:
            message = _model_failures.LATE
        else:
            text = f"# The policy\n\nVersion {policy.version}.\n\n{worded(policy)}\n"
            contents = types.TextResourceContents(
                uri=request.params.uri, mimeType="text/markdown", text=text
            )
            return types.ServerResult(types.ReadResourceResult(contents=[contents]))
        raise McpError(types.ErrorData(code=types.INTERNAL_ERROR, message=message))


@asynccontextmanager
async def _session(server: Server[Session, Any]) -> AsyncIterator[Session]:
    """Keep what one session has, which ends with it."""
    yield Session()


def _result(
    message: str, answer: Answer | None = None, *, is_error: bool = False
) -> types.ServerResult:
    structured = None if answer is None else answer.model_dump(mode="json", exclude_none=True)
    return types.ServerResult(
        types.CallToolResult(
            content=[types.TextContent(type="text", text=message)],
            structuredContent=structured,
            isError=is_error,
        )
    )


def _traced(error: MemoryScopeError) -> str:
    """Return what finds the request in the service's log, and nothing that anybody said."""
    known = (error.status_code, error.code, getattr(error, "reason", None), error.request_id)
    return " ".join((type(error).__name__, *(str(one) for one in known if one is not None)))
