from __future__ import annotations

from django.apps import AppConfig


class ConsoleConfig(AppConfig):
    """No models: an app for its template tags alone."""

    name = "console"
    verbose_name = "Console"
