from __future__ import annotations

from django.apps import AppConfig


class AccountsConfig(AppConfig):
    name = "accounts"
    verbose_name = "People and projects"

    def ready(self) -> None:
        from allauth.account.signals import authentication_step_completed

        from accounts.sessions import renew_session

        authentication_step_completed.connect(renew_session)
