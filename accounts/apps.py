from __future__ import annotations

from django.apps import AppConfig


class AccountsConfig(AppConfig):
    name = "accounts"
    verbose_name = "People and projects"

    def ready(self) -> None:
        from allauth.account.signals import authentication_step_completed, email_changed
        from allauth.mfa.models import Authenticator
        from django.contrib.auth.signals import user_logged_in
        from django.db.models.signals import post_delete, post_save

        from accounts import security
        from accounts.second_factor import use_codes_once
        from accounts.sessions import begin_session, renew_session

        use_codes_once()
        authentication_step_completed.connect(renew_session)
        user_logged_in.connect(begin_session)
        email_changed.connect(security.address_changed)
        post_save.connect(security.factor_saved, sender=Authenticator)
        post_delete.connect(security.factor_deleted, sender=Authenticator)
