from __future__ import annotations

from django.apps import AppConfig


class ConsoleConfig(AppConfig):
    """An app without models, only for its template tags."""

    name = "console"
    verbose_name = "Console"
