"""Every page that people see: axe finds no barrier, nothing is blocked or runs off the screen.

SCREENSHOTS names a folder in which pictures of them are kept.
"""

from __future__ import annotations

import os
import re
from datetime import timedelta
from pathlib import Path

import pytest
from django.core import mail
from django.utils import timezone
from playwright.sync_api import Page
from pytest_django import Settings

from accounts import audit, invitations, services
from accounts.allauth_internals import TOTP, RecoveryCodes
from accounts.models import EventType, Project, User
from apikeys.models import ApiKey, Secret
from apikeys.services import DEFAULT_GRACE, delete_key, rotate_key
from foundation.identifiers import new_id
from tests.browser.conftest import Opened, barriers
from tests.browser.people import SEED, code_now, link_in_mail, sign_in
from tests.doors import Api
from tests.makers import BY, PASSWORD, give_password, make_key, make_usage, read_body
from tests.memory.registered import propose, register, retire

pytestmark = pytest.mark.django_db(transaction=True)
WIDTHS = (1280, 360)
NARROWEST = 320

PUBLIC = [
    "/",
    "/docs/",
    "/docs/quickstart/",
    "/docs/policy/",
    "/docs/errors/",
    "/docs/search/?q=revoke",
    "/docs/search/?q=nothing+like+this",
    "/request-access/",
    "/request-access/thanks/",
    "/invite/unknown/",
    "/no-such-page",
    "/accounts/login/",
    "/accounts/signup/",
    "/accounts/inactive/",
    "/accounts/confirm-email/",
    "/accounts/confirm-email/unknown/",
    "/accounts/password/reset/",
    "/accounts/password/reset/done/",
    "/accounts/password/reset/key/a-b/",
    "/accounts/password/reset/key/done/",
]
OWN = [
    "/console/projects/",
    "/console/projects/new/",
    "/console/projects/{project}/test/",
    "/console/projects/{project}/live/",
    "/console/projects/{project}/test/settings/",
    "/console/projects/{project}/test/delete/",
    "/console/projects/{project}/test/purposes/",
    "/console/projects/{empty}/test/purposes/",
    "/console/projects/{project}/test/purposes/new/",
    "/console/projects/{project}/test/purposes/denied/",
    "/console/projects/{empty}/live/why/",
    "/console/projects/{project}/test/why/?scope=preferences&purpose=recommend+restaurants",
    "/console/projects/{project}/test/why/?scope=preferences&purpose=order+history+for+my+sister",
    "/console/projects/{empty}/live/purposes/denied/",
    "/console/projects/{project}/live/purposes/take/",
    "/console/projects/{project}/test/purposes/take/?takes=registered",
    "/console/projects/{project}/test/purposes/ad_free_gifts/approve/",
    "/console/projects/{project}/test/purposes/gift_finder/change/",
    "/console/projects/{project}/test/purposes/gift_finder/retire/",
    "/console/projects/{project}/test/people/",
    "/console/projects/{project}/live/people/",
    "/console/projects/{project}/test/people/file/?user_id=user_1",
    "/console/projects/{project}/test/people/file/?user_id=user_1&events=all",
    "/console/projects/{project}/live/people/file/?user_id=user_1",
    "/console/projects/{project}/live/people/file/values/?user_id=user_1",
    "/console/projects/{project}/test/people/file/take-back/?user_id=user_1",
    "/console/projects/{project}/test/people/file/erase/?user_id=user_1",
    "/console/projects/{project}/live/people/file/export/?user_id=user_1",
    "/console/projects/{project}/test/keys/",
    "/console/projects/{project}/test/keys/?status=ended",
    "/console/projects/{empty}/test/keys/",
    "/console/keys/{key}/",
    "/console/projects/{project}/test/usage/",
    "/console/projects/{project}/test/usage/?since=2026-11-02&until=2026-11-01",
    "/console/projects/{project}/test/requests/",
    "/console/projects/{project}/test/audit/",
    "/console/projects/{project}/test/audit/{event}/",
    "/console/projects/{empty}/test/usage/",
    "/console/projects/{empty}/test/requests/",
    "/console/projects/{empty}/test/audit/",
    "/console/keys/{key}/usage/?range=24h",
    "/console/projects/{project}/test/limits/",
    "/console/account/mail/",
    "/console/account/",
    "/console/account/close/",
    "/accounts/logout/",
    "/accounts/email/",
    "/accounts/password/change/",
    "/accounts/reauthenticate/",
    "/accounts/2fa/",
    "/accounts/2fa/reauthenticate/",
    "/accounts/2fa/totp/deactivate/",
    "/accounts/2fa/recovery-codes/",
    "/accounts/2fa/recovery-codes/generate/",
    "/accounts/2fa/webauthn/",
    "/accounts/2fa/webauthn/add/",
    "/accounts/sessions/",
]


class Looker:
    """Looks at the page as it is now, in both themes and at every width."""

    def __init__(self, page: Page, axe: str) -> None:
        self.page, self.axe = page, axe
        self.found: list[str] = []

    def look(self, name: str) -> None:
        for theme in ("light", "dark"):
            self.page.emulate_media(color_scheme=theme, reduced_motion="reduce")
            for width in WIDTHS:
                self.page.set_viewport_size({"width": width, "height": 800})
                self._picture(f"{name} {theme} {width}")
                found = barriers(self.page, self.axe)
                self.found += [f"{name} {theme} {width}: {one}" for one in found]
        self.page.set_viewport_size({"width": NARROWEST, "height": 800})
        beside = self.page.evaluate(
            "document.documentElement.scrollWidth - document.documentElement.clientWidth"
        )
        if beside > 0:
            self.found.append(f"{name}: {beside} pixels beside a screen of {NARROWEST}")

    def visit(self, path: str) -> None:
        self.page.goto(path)
        self.look(path.split("?")[0] if "?" not in path else path)

    def _picture(self, name: str) -> None:
        folder = os.environ.get("SCREENSHOTS")
        if folder:
            file = re.sub(r"[^a-z0-9]+", "-", name.lower()).strip("-")
            self.page.screenshot(path=Path(folder) / f"{file}.png", full_page=True)


@pytest.fixture
def looker(page: Page, axe: str) -> Looker:
    return Looker(page, axe)


def furnish(owner: User, project: Project) -> ApiKey:
    """Give the project a key in every state; return the one that is used and in rotation."""
    now = timezone.now()
    busy, plaintext = make_key(project, "Production", at=now)
    Secret.objects.update(last_used_at=now)
    rotate_key(key=busy, last_four=plaintext[-4:], grace=DEFAULT_GRACE, at=now, by=BY)
    soon = {"expires_at": now + timedelta(days=5)}
    make_key(project, "Continuous integration", at=now, permissions=["memory:read"], **soon)
    old, _ = make_key(project, "Old worker", at=now - timedelta(days=90), environment="live")
    Secret.objects.filter(key=old).update(last_used_at=now - timedelta(days=40))
    make_key(project, "Expired", at=now - timedelta(days=9), expires_at=now - timedelta(days=2))
    gone, _ = make_key(project, "A name of fifty characters, which is what may fit", at=now)
    delete_key(key=gone, at=now, by=BY)
    for key in (busy, gone):
        make_usage(key, at=now)
    return busy


def register_purposes(project: Project, key: ApiKey) -> None:
    """Give the project a purpose in every state, to one of which the key is narrowed."""
    register(project)
    propose(project, purpose_id="ad_free_gifts", sentence="Shows gifts beside advertising.")
    retire(project, register(project, purpose_id="dinner", scopes=["constraints"]))
    retire(project, propose(project, purpose_id="x" * 64, sentence="Geschenke " * 40))
    key.purposes = ["gift_finder"]
    key.save(update_fields=["purposes"])


def ask(project: Project) -> None:
    """Read for a purpose that is taken, and for some that are not."""
    api = Api(make_key(project, "Asking", at=timezone.now())[1])
    api.remember()
    Api(make_key(project, "Live", environment="live", at=timezone.now())[1]).remember()
    for purpose in (
        "recommend books",
        "find a gift for my sister",
        "marketing",
        "x" * 900,
        "贈り物",
    ):
        api.post("/memory/read", read_body(purpose=purpose))


def large_event(project: Project) -> audit.Event:
    """Record a read of many memories."""
    event = audit.Event(
        subject_id=new_id(),
        event_type=EventType.MEMORY_READ,
        app_id=project.pk,
        environment="test",
        user_id="user_1",
        scope="preferences",
        purpose="recommend restaurants",
        purpose_class="recommendation",
        memory_ids=[new_id() for _ in range(120)],
        request_id="req-1",
        created_at=timezone.now(),
    )
    audit.record(event)
    return event


def test_the_public_pages(looker: Looker) -> None:
    for path in PUBLIC:
        looker.visit(path)
    assert looker.found == []


def test_the_pages_of_an_account(looker: Looker, owner: User, project: Project) -> None:
    busy = furnish(owner, project)
    empty = services.create_project(owner=owner, name="Empty", at=timezone.now(), by=BY)
    give_password(owner)
    sign_in(looker.page, owner.email)
    looker.visit("/accounts/2fa/totp/activate/")
    TOTP.activate(owner, SEED)
    RecoveryCodes.activate(owner)
    register_purposes(project, busy)
    ask(project)
    event = large_event(project)
    ids = {"project": project.pk, "empty": empty.pk, "key": busy.pk, "event": event.id}
    for path in OWN:
        looker.page.goto(path.format(**ids))
        looker.look(path)
    assert looker.found == []


def test_the_answers_of_forms(looker: Looker, owner: User) -> None:
    """Errors, and the page of a closed account."""
    page = looker.page
    page.goto("/request-access/")
    page.get_by_role("button", name="Request access").click()
    looker.look("request access, errors")
    give_password(owner)
    page.goto("/accounts/login/")
    page.get_by_role("button", name="Sign in", exact=True).click()
    looker.look("sign in, errors")
    sign_in(page, owner.email)
    services.close_account(user=owner, at=timezone.now(), by=BY)
    page.goto("/console/")
    looker.look("account closed")
    assert looker.found == []


def test_the_pages_on_the_way_in(looker: Looker, site: str, settings: Settings) -> None:
    settings.SITE_URL = site
    invitations.invite(email="new@example.com", by=None, at=timezone.now())
    looker.page.goto(link_in_mail("new@example.com", "/invite/"))
    looker.look("open account")
    operator = give_password(User.objects.create_superuser("operator@example.com"))
    TOTP.activate(operator, SEED)
    sign_in(looker.page, operator.email)
    looker.look("second factor")
    mail.outbox.clear()
    assert looker.found == []


def test_nothing_is_blocked_in_the_operators_pages(
    opened: Opened, owner: User, project: Project
) -> None:
    """Django's own pages are Django's; here they must work under our policy."""
    operator = give_password(User.objects.create_superuser("operator@example.com"))
    TOTP.activate(operator, SEED)
    key, _ = make_key(project)
    page = opened().new_page()
    sign_in(page, operator.email, PASSWORD)
    page.get_by_label("Code").fill(code_now())
    page.get_by_role("button", name="Sign in").click()
    for path in (
        "",
        "accounts/user/",
        f"accounts/user/{owner.pk}/change/",
        "accounts/project/",
        f"accounts/project/{project.pk}/change/",
        "accounts/accessrequest/",
        "accounts/invitation/",
        "accounts/invitation/add/",
        "accounts/auditevent/",
        "apikeys/apikey/",
        f"apikeys/apikey/{key.pk}/change/",
        "memory/memory/",
    ):
        answer = page.goto(f"/admin/{path}")
        assert answer is not None
        assert answer.status == 200, path
