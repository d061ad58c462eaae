"""Whatever people call things: no page runs off the screen, and no name hides a table's columns."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.utils import timezone
from playwright.sync_api import Page

from accounts import services
from accounts.models import AuditEvent, Project, User
from apikeys.models import ApiKey, LoggedRequest
from apikeys.services import rename_key
from apikeys.usage.collector import collector
from tests.browser.looking import BESIDE, NARROWEST
from tests.browser.people import sign_in
from tests.doors import Api
from tests.makers import BY, give_password, make_key, make_usage, read_body
from tests.memory.registered import propose, register

pytestmark = pytest.mark.django_db(transaction=True)
LONG = "a" * 50
NAMES = {
    "long": LONG,
    "arabic": "متجر الهدايا للعائلة والأصدقاء في المدينة القديمة",
    "cjk": "記憶範囲のとても長い名前の本番環境用の鍵の一覧表示の確認用であり折り返しの位置が無い",
    "emoji": "👩\u200d💻🏳️\u200d🌈" * 8,
}
WIDE = (1280, 1920)
# Tables whose columns do not all fit into what they stand in, with how much is out of sight.
CUT = """[...document.querySelectorAll("main table")].map(table => {
    const around = table.closest(".table") ?? table.parentElement;
    return [around.ariaLabel || table.tBodies[0].textContent.trim().slice(0, 40),
            around.scrollWidth - around.clientWidth, table.scrollWidth - around.clientWidth];
}).filter(([, ...more]) => Math.max(...more) > 0).map(one => one.join(": "))"""


def furnish(owner: User, project: Project, name: str) -> list[str]:
    """Call everything so; return the pages that show it."""
    now = timezone.now()
    project.name = name
    project.save(update_fields=["name"])
    services.create_project(owner=owner, name=name + "2" if len(name) < 50 else "2", at=now, by=BY)
    user_id, domain = name * 2, name  # as long as either may be, or nearly
    key, plaintext = make_key(project, name, at=now, expires_at=now + timedelta(days=2))
    key.notes = f"{name * 3}\n{name}"
    key.save(update_fields=["notes"])
    rename_key(key=key, name=name[:-1] + "b", at=now, by=BY)
    make_key(project, name, at=now, environment="live")
    register(project, purpose_id="p" * 64, sentence=name * 4)
    propose(project, purpose_id="q" * 64, sentence=name * 4)
    api = Api(plaintext)
    api.remember(user_id=user_id, domain=domain, value_json={"likes": [name * 3], name: name})
    api.read(user_id=user_id, domain=domain)
    for purpose in (f"{name} for my sister", name * 3):
        api.post("/memory/read", read_body(user_id=user_id, domain=domain, purpose=purpose))
    api.get("/policy", HTTP_USER_AGENT=LONG * 2, HTTP_X_REQUEST_ID="r" * 64)
    make_usage(key, at=now)
    collector.flush()
    return _pages(project, key, user_id)


def _pages(project: Project, key: ApiKey, user_id: str) -> list[str]:
    here = f"/console/projects/{project.pk}/test"
    logged = LoggedRequest.objects.filter(code="policy_denied")[0]
    event = AuditEvent.objects.filter(event_type="POLICY_DENIED")[0]
    return [
        "/console/projects/",
        *(f"{here}/{page}" for page in ("", "keys/", "usage/", "requests/", "audit/", "purposes/")),
        f"{here}/requests/{logged.pk}/",
        f"{here}/requests/?group=errors",
        f"{here}/audit/{event.pk}/",
        f"{here}/purposes/denied/",
        f"{here}/purposes/take/?takes=registered",
        f"{here}/people/",
        f"{here}/people/file/?user_id={user_id}&events=all",
        f"{here}/search/?q={key.name}",
        f"{here}/why/?scope=preferences&purpose={user_id}&key={key.pk}",
        f"{here}/settings/",
        *(f"/console/keys/{key.pk}/{page}" for page in ("", "usage/", "rotate/", "delete/")),
    ]


@pytest.mark.parametrize("name", NAMES.values(), ids=NAMES)
def test_no_name_hides_anything(page: Page, owner: User, project: Project, name: str) -> None:
    pages = furnish(owner, project, name[:50])
    give_password(owner)
    sign_in(page, owner.email)
    found = []
    for path in pages:
        answer = page.goto(path)
        assert answer is not None
        assert answer.status == 200, path
        page.evaluate("document.querySelectorAll('details').forEach(one => one.open = true)")
        for width in (NARROWEST, *WIDE):
            page.set_viewport_size({"width": width, "height": 900})
            if (beside := page.evaluate(BESIDE)) > 0:
                found.append(f"{path} at {width}: {beside} pixels beside the screen")
            if width in WIDE:
                found += [f"{path} at {width}: {one}" for one in page.evaluate(CUT)]
    assert found == []
