from __future__ import annotations

from django.apps import AppConfig
from django.contrib.admin.apps import AdminConfig
from django.core.checks import Tags, register


class ConfigConfig(AppConfig):
    default = True
    name = "config"
    verbose_name = "Configuration"

    def ready(self) -> None:
        from config.checks import check_settings

        register(check_settings, Tags.security)


class OperationsConfig(AdminConfig):
    """Django's admin, with our site in it."""

    default = False
    default_site = "config.admin_site.OperationsSite"
