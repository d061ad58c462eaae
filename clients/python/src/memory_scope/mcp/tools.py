"""The tools: their names, what they say of themselves, what they take and answer."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from mcp import types

from memory_scope import _model_words
from memory_scope.mcp import acting, answers, arguments
from memory_scope.mcp.acting import Acting

A = TypeVar("A", bound=arguments.Arguments)


@dataclass(frozen=True, slots=True, kw_only=True)
class ToolKind(Generic[A]):
    """A tool. `worded` ones have the policy at the end of their description."""

    name: str
    title: str
    description: str
    takes: type[A]
    gives: type[answers.Answer]
    act: Callable[[Acting, A], Awaitable[answers.Answer]]
    reads_only: bool = False
    destroys: bool = False
    repeatable: bool = True
    worded: bool = False

    def described(self, policy: str) -> types.Tool:
        """Return the tool as a host lists it."""
        return types.Tool(
            name=self.name,
            title=self.title,
            description=f"{self.description}\n\n{policy}" if self.worded else self.description,
            inputSchema=_schema(self.takes),
            outputSchema=_schema(self.gives),
            annotations=types.ToolAnnotations(
                title=self.title,
                readOnlyHint=self.reads_only,
                destructiveHint=self.destroys,
                idempotentHint=self.repeatable,
                openWorldHint=False,
            ),
        )

    async def called(self, by: Acting, given: dict[str, Any]) -> answers.Answer:
        """Act. Raises pydantic's ValidationError for other arguments than it takes."""
        return await self.act(by, self.takes.model_validate(given))


_REMEMBER = ToolKind(
    name="remember",
    title="Remember",
    description=_model_words.REMEMBER,
    takes=arguments.Remember,
    gives=answers.Remembered,
    act=acting.remember,
    repeatable=False,
)
_RECALL = ToolKind(
    name="recall",
    title="Recall",
    description="Reads what is known of the person under one scope, for one purpose. State the "
    "purpose that is true: it is recorded, and the person can see it. If it is denied, do not "
    "reword it. Without a domain it reads what was stored without one; what_is_known names the "
    "domains.",
    takes=arguments.Recall,
    gives=answers.Recalled,
    act=acting.recall,
    reads_only=True,
    worded=True,
)
_RECALL_AGAIN = ToolKind(
    name="recall_again",
    title="Recall again",
    description=_model_words.RECALL_AGAIN,
    takes=arguments.OfHandle,
    gives=answers.Recalled,
    act=acting.recall_again,
    reads_only=True,
)
_TAKE_BACK = ToolKind(
    name="take_back",
    title="Take back",
    description=_model_words.TAKE_BACK,
    takes=arguments.OfHandle,
    gives=answers.TakenBack,
    act=acting.take_back,
    destroys=True,
)
_CHECK_PURPOSE = ToolKind(
    name="check_purpose",
    title="Check a purpose",
    description=_model_words.CHECK_PURPOSE,
    takes=arguments.CheckPurpose,
    gives=answers.PurposeChecked,
    act=acting.check_purpose,
    reads_only=True,
    worded=True,
)
_WHAT_IS_KNOWN = ToolKind(
    name="what_is_known",
    title="What is known",
    description="Names the scopes and domains under which anything is known of the person, and how "
    "much, without any of it.",
    takes=arguments.Nothing,
    gives=answers.Known,
    act=acting.what_is_known,
    reads_only=True,
)
_DELETE_MEMORY = ToolKind(
    name="delete_memory",
    title="Delete a memory",
    description="Deletes one memory of the person for good, by its id. Only when the person asks "
    "for it, and only that one: it cannot be brought back.",
    takes=arguments.DeleteMemory,
    gives=answers.Deleted,
    act=acting.delete_memory,
    destroys=True,
)


def tools_of(*, allow_deleting: bool) -> dict[str, ToolKind[Any]]:
    """Return the tools by name; the one that deletes only where the operator switched it on."""
    kinds: list[ToolKind[Any]] = [
        _REMEMBER,
        _RECALL,
        _RECALL_AGAIN,
        _TAKE_BACK,
        _CHECK_PURPOSE,
        _WHAT_IS_KNOWN,
    ]
    return {kind.name: kind for kind in (*kinds, *([_DELETE_MEMORY] if allow_deleting else []))}


def _schema(model: type[Any]) -> dict[str, Any]:
    """Return a model's JSON schema without the titles that pydantic makes of names."""
    schema: dict[str, Any] = model.model_json_schema()
    schema.pop("description", None)
    for one in (schema, *schema.get("$defs", {}).values()):
        one.pop("title", None)
        for described in one.get("properties", {}).values():
            described.pop("title", None)
    return schema
