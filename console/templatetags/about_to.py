"""Says what a person is about to do, where they are asked first whether it is they."""

from __future__ import annotations

from django import template
from django.urls import Resolver404, resolve

register = template.Library()

OTHERWISE = "change something that is protected"
OPERATIONS = "work in Operations"
# What each page that asks again is for, by its name.
DEEDS = {
    "account_change_password": "change your password",
    "account_close": "close your account",
    "account_email": "change your e-mail address",
    "audit_log": "export the audit log",
    "draft_on": "change which purposes a project takes, and what for",
    "key_delete": "delete an API key",
    "key_enable": "enable an API key again",
    "key_end_secret": "end an old secret",
    "key_expiry": "let an API key work longer",
    "key_limits": "change an API key's limits",
    "key_new": "create an API key",
    "key_rights": "let an API key do more",
    "key_rotate": "rotate an API key",
    "key_watch": "change how an API key is watched",
    "keys_delete": "delete API keys",
    "mail_choices": "choose which e-mails you get",
    "mfa_activate_totp": "add an authenticator app",
    "mfa_add_webauthn": "add a passkey",
    "mfa_deactivate_totp": "remove your authenticator app",
    "mfa_download_recovery_codes": "see your recovery codes",
    "mfa_edit_webauthn": "rename a passkey",
    "mfa_generate_recovery_codes": "make new recovery codes",
    "mfa_remove_webauthn": "remove a passkey",
    "mfa_view_recovery_codes": "see your recovery codes",
    "person_erase": "erase a person",
    "person_export": "export what is held about a person",
    "person_values": "see what live memories of a person say",
    "person_withdraw": "take back what may be read about a person",
    "project_delete": "delete a project",
    "project_limits": "change a project's limits",
    "purpose_approve": "approve a purpose",
    "purpose_change": "change a purpose",
    "purpose_retire": "retire a purpose",
    "purposes_matrix": "let a project read more",
    "purposes_take": "change which purposes a project takes",
}


@register.simple_tag
def about_to(path: str | None) -> str:
    """Return what the page at this address is for, as in “You are about to …”."""
    try:
        match = resolve((path or "").partition("?")[0])
    except Resolver404:
        return OTHERWISE
    if "admin" in match.namespaces:
        return OPERATIONS
    return DEEDS.get(match.url_name or "", OTHERWISE)
