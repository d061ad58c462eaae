"""The API's description in OpenAPI 3.1, made from the code that checks and answers."""

from __future__ import annotations

from config.openapi.document import document

__all__ = ["document"]
