from __future__ import annotations

from django.urls import path, register_converter

from accounts.environments import ENVIRONMENTS
from console import (
    account,
    denials,
    drafts,
    key_changes,
    key_endings,
    key_list,
    key_secrets,
    key_watch,
    keys,
    limits,
    logs,
    matrix,
    moved,
    overview,
    people,
    person_deeds,
    projects,
    purposes,
    record,
    search,
    theme,
    usage,
    why,
)


class EnvironmentConverter:
    """One of the environments, as every page of a project has it in its address."""

    regex = "|".join(ENVIRONMENTS)

    def to_python(self, value: str) -> str:
        return value

    def to_url(self, value: str) -> str:
        return value


register_converter(EnvironmentConverter, "environment")

ANY_PROJECT = "console/projects/<uuid:project_id>/"
PROJECT = f"{ANY_PROJECT}<environment:environment>/"
PURPOSES = f"{PROJECT}purposes/"
PURPOSE = f"{PURPOSES}<slug:purpose_id>/"
DRAFT = f"{PROJECT}draft/"
PEOPLE = f"{PROJECT}people/"
KEY = "console/keys/<uuid:key_id>/"

urlpatterns = [
    path("theme/", theme.choose_theme, name="choose_theme"),
    path("console/", projects.console, name="console"),
    path("console/projects/", projects.projects, name="projects"),
    path("console/projects/new/", projects.project_new, name="project_new"),
    path(PROJECT, overview.overview, name="project"),
    path(f"{PROJECT}settings/", projects.project_settings, name="project_settings"),
    path(f"{PROJECT}delete/", projects.project_delete, name="project_delete"),
    path(f"{PROJECT}contact/", projects.project_contact, name="project_contact"),
    path(f"{PROJECT}limits/", limits.project_limits, name="project_limits"),
    path(f"{PROJECT}usage/", usage.project_usage, name="usage_page"),
    path(f"{PROJECT}requests/", logs.requests, name="requests"),
    path(f"{PROJECT}requests/<uuid:logged_id>/", logs.logged_request, name="logged_request"),
    path(f"{PROJECT}audit/", record.audit_log, name="audit_log"),
    path(f"{PROJECT}audit/seals/", record.seals, name="audit_seals"),
    path(f"{PROJECT}audit/<uuid:event_id>/", record.audit_event, name="audit_event"),
    path(f"{PROJECT}search/", search.search, name="search"),
    path(f"{PROJECT}why/", why.why, name="why"),
    path(PURPOSES, purposes.purposes, name="purposes"),
    path(f"{PURPOSES}new/", purposes.purpose_new, name="purpose_new"),
    path(f"{PURPOSES}denied/", denials.denied_purposes, name="denied_purposes"),
    path(f"{PURPOSES}take/", denials.purposes_take, name="purposes_take"),
    path(f"{PURPOSES}matrix/", matrix.purposes_matrix, name="purposes_matrix"),
    path(DRAFT, drafts.draft, name="draft"),
    path(f"{DRAFT}settings/", drafts.draft_settings, name="draft_settings"),
    path(f"{DRAFT}purpose/", drafts.draft_purpose, name="draft_purpose"),
    path(f"{DRAFT}retire/", drafts.draft_retire, name="draft_retire"),
    path(f"{DRAFT}leave-out/", drafts.draft_leave_out, name="draft_leave_out"),
    path(f"{DRAFT}shadow/", drafts.draft_shadow, name="draft_shadow"),
    path(f"{DRAFT}discard/", drafts.draft_discard, name="draft_discard"),
    path(f"{DRAFT}on/", drafts.draft_on, name="draft_on"),
    path(f"{PURPOSE}approve/", purposes.purpose_approve, name="purpose_approve"),
    path(f"{PURPOSE}change/", purposes.purpose_change, name="purpose_change"),
    path(f"{PURPOSE}retire/", purposes.purpose_retire, name="purpose_retire"),
    path(PEOPLE, people.people, name="people"),
    path(f"{PEOPLE}file/", people.person, name="person"),
    path(f"{PEOPLE}file/values/", people.person_values, name="person_values"),
    path(f"{PEOPLE}file/take-back/", person_deeds.person_withdraw, name="person_withdraw"),
    path(f"{PEOPLE}file/erase/", person_deeds.person_erase, name="person_erase"),
    path(f"{PEOPLE}file/export/", person_deeds.person_export, name="person_export"),
    path(
        f"{PEOPLE}memories/<uuid:memory_id>/delete/",
        person_deeds.memory_delete,
        name="memory_delete",
    ),
    path(f"{PROJECT}keys/", key_list.keys, name="keys"),
    path(f"{PROJECT}keys/new/", key_secrets.key_new, name="key_new"),
    path(f"{PROJECT}keys/delete/", key_endings.keys_delete, name="keys_delete"),
    path(ANY_PROJECT, moved.moved, name="moved"),
    path(f"{ANY_PROJECT}<path:rest>", moved.moved, name="moved"),
    path(KEY, keys.key, name="key"),
    path(f"{KEY}usage/", usage.key_usage, name="key_usage"),
    path(f"{KEY}limits/", limits.key_limits, name="key_limits"),
    path(f"{KEY}rename/", key_changes.key_rename, name="key_rename"),
    path(f"{KEY}rights/", key_changes.key_rights, name="key_rights"),
    path(f"{KEY}expiry/", key_changes.key_expiry, name="key_expiry"),
    path(f"{KEY}rotate/", key_secrets.key_rotate, name="key_rotate"),
    path(f"{KEY}secrets/<uuid:secret_id>/end/", key_secrets.key_end_secret, name="key_end_secret"),
    path(f"{KEY}watch/", key_watch.key_watch, name="key_watch"),
    path(f"{KEY}expected/", key_watch.key_expected, name="key_expected"),
    path(f"{KEY}disable/", key_watch.key_disable, name="key_disable"),
    path(f"{KEY}enable/", key_watch.key_enable, name="key_enable"),
    path(f"{KEY}delete/", key_endings.key_delete, name="key_delete"),
    path("console/account/", account.account, name="account"),
    path("console/account/mail/", account.mail_choices, name="mail_choices"),
    path("console/account/sessions/<int:session_id>/end/", account.session_end, name="session_end"),
    path("console/account/close/", account.account_close, name="account_close"),
    path("console/account/closed/", account.account_closed, name="account_closed"),
    path("console/account/reopen/", account.account_reopen, name="account_reopen"),
]
