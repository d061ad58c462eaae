from __future__ import annotations

from django.apps import AppConfig


class PortalConfig(AppConfig):
    name = "portal"
    verbose_name = "The person's page"

    def ready(self) -> None:
        from memory import keepers
        from portal import keeping

        keepers.every.append(keeping)
