from __future__ import annotations

from django.apps import AppConfig


class AccountsConfig(AppConfig):
    name = "accounts"
    verbose_name = "People and projects"

    def ready(self) -> None:
        from allauth.account.signals import authentication_step_completed

        from accounts.second_factor import use_codes_once
        from accounts.sessions import renew_session

        use_codes_once()
        authentication_step_completed.connect(renew_session)
