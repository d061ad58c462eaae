"""The page about oneself in a real browser: in both languages, and without a script."""

from __future__ import annotations

import pytest
from django.utils import timezone
from playwright.sync_api import Page, expect

from accounts.models import Project
from memory.models import Memory
from tests.browser.conftest import Opened
from tests.browser.looking import Looker
from tests.doors import Api
from tests.makers import make_key, read_body
from tests.portal.visiting import link

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def shop(project: Project) -> Api:
    """Return a live application that remembers something of a person, and read some of it."""
    key = make_key(project, "Checkout", environment="live", at=timezone.now())
    api = Api(key[1])
    api.remember(value_json={"likes": ["green tea", "ü" * 300], "dislikes": ["olives"]})
    api.remember(scope="schedule", source="inferred", domain="work", ttl_days=30,
                 value_json={"windows": [{"start": "9:00", "end": "17:00"}]})  # fmt: skip
    api.read(purpose="recommend restaurants")
    api.post("/memory/read", read_body(purpose="train a model"))
    return api


def test_from_the_link_to_the_end(opened: Opened, axe: str, shop: Api) -> None:
    page = opened(java_script_enabled=True, locale="en-GB").new_page()
    looker = Looker(page, axe)
    path = link(shop)
    looker.visit(path)
    page.get_by_role("button", name="Open my page").click()
    expect(page.get_by_role("heading", name="Default project remembers")).to_be_visible()
    expect(page.get_by_text("green tea")).to_be_visible()
    expect(page.get_by_text("train a model")).to_be_visible()
    looker.look("my page")
    page.get_by_role("link", name="Deutsch").click()
    expect(page.get_by_role("heading", name="über Sie weiß")).to_be_visible()
    looker.look("my page in German")
    page.get_by_role("link", name="English").click()

    page.get_by_role("link", name="Not true…").first.click()
    looker.look("not true")
    page.get_by_role("button", name="This is not true").click()
    expect(page.get_by_text("You say that this is not true")).to_be_visible()
    looker.look("disputed")
    page.get_by_role("button", name="It is true after all").click()
    expect(page.get_by_text("The statement counts again.")).to_be_visible()

    page.get_by_role("link", name="Take back…", exact=True).click()
    looker.look("take back an access")
    page.get_by_role("button", name="Take back").click()
    expect(page.get_by_text("The access has ended.")).to_be_visible()

    page.get_by_role("link", name="Remove…").click()
    looker.look("remove")
    page.get_by_role("link", name="Cancel").click()
    with page.expect_download() as downloading:
        page.get_by_role("button", name="Download everything").click()
    assert downloading.value.suggested_filename.startswith("what-is-remembered-about-me-")

    page.get_by_role("link", name="Forget everything…").click()
    page.get_by_role("button", name="Forget everything").click()
    expect(page.get_by_text("tick the box first")).to_be_visible()
    looker.look("forget")
    page.get_by_label("Yes, I want everything").check()
    page.get_by_role("button", name="Forget everything").click()
    expect(page.get_by_role("heading", name="Everything is forgotten")).to_be_visible()
    page.get_by_text("Signed receipt").click()  # one long word
    looker.look("forgotten")
    assert not Memory.objects.exists()
    page.goto("/me/")
    looker.look("closed")
    page.goto("/me/nowhere/")
    looker.look("nowhere")
    page.goto(path)
    expect(page.get_by_role("heading", name="does not open anything")).to_be_visible()
    assert looker.found == []


def test_without_a_script_in_german_and_by_the_keyboard(opened: Opened, shop: Api) -> None:
    context = opened(
        java_script_enabled=False, locale="de-DE", viewport={"width": 320, "height": 700}
    )
    page = context.new_page()
    path = link(shop)
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.goto(path)
    _press(page, "Meine Seite öffnen")
    expect(page.get_by_role("heading", name="über Sie weiß")).to_be_visible()
    _press(page, "„Ihre Zeiten“ zurücknehmen …")
    _press(page, "Zurücknehmen")
    expect(page.get_by_text("Eine Angabe ist zurückgenommen")).to_be_visible()
    assert {url.split("/")[2] for url in asked} == {page.url.split("/")[2]}
    assert not [url for url in asked if url.endswith(".js")]
    assert "user_1" not in page.url

    again = opened(locale="de-DE").new_page()  # somebody else, with the same link
    again.goto(path)
    expect(again.get_by_role("heading", name="schon verwendet")).to_be_visible()


def _press(page: Page, name: str) -> None:
    element = page.get_by_role("link", name=name).or_(page.get_by_role("button", name=name))
    element.first.focus()
    page.keyboard.press("Enter")
