"""What fails in the browser is said in the page, in words; and "Copied." is true."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page, expect

from accounts.models import Project, User
from tests.browser.people import plug_in_a_passkey, sign_in, sign_out
from tests.makers import give_password

pytestmark = pytest.mark.django_db(transaction=True)

FAIL = """name => {
    const fail = async () => { throw new DOMException('as the browser says it', name); };
    navigator.credentials.get = navigator.credentials.create = fail;
}"""
ERRORS = [
    ("NotAllowedError", "cancelled, took too long"),
    ("InvalidStateError", "for the account already"),
    ("SecurityError", "no passkey at this address"),
    ("AbortError", "stopped before it was finished"),
    ("TimeoutError", "took too long"),
    ("NotSupportedError", "no passkey that works here"),
    ("ConstraintError", "PIN or a fingerprint"),
    ("UnknownError", "reported an error"),
    ("StrangeError", "did not work (StrangeError)"),
]


class TestPasskeys:
    def test_every_error_is_said_at_the_sign_in(self, page: Page) -> None:
        page.goto("/accounts/login/")
        for name, words in ERRORS:
            page.evaluate(FAIL, name)
            page.get_by_role("button", name="Sign in with a passkey").click()
            expect(page.get_by_role("alert")).to_contain_text(words)

    def test_and_where_one_is_added(self, page: Page, owner: User) -> None:
        give_password(owner)
        sign_in(page, owner.email)
        page.goto("/accounts/2fa/webauthn/add/")
        for name, words in ERRORS:
            page.evaluate(FAIL, name)
            page.get_by_role("button", name="Add passkey").click()
            expect(page.get_by_role("alert")).to_contain_text(words)

    def test_and_where_it_is_the_second_factor(self, page: Page, owner: User) -> None:
        give_password(owner)
        plug_in_a_passkey(page)
        sign_in(page, owner.email)
        page.goto("/accounts/2fa/webauthn/add/")
        page.get_by_label("Sign in with it alone").uncheck()
        page.get_by_role("button", name="Add passkey").click()
        page.wait_for_url("**/recovery-codes/**")
        sign_out(page)
        sign_in(page, owner.email)
        page.evaluate(FAIL, "NotAllowedError")
        page.get_by_role("button", name="Use a passkey").click()
        expect(page.get_by_role("alert")).to_contain_text("cancelled, took too long")

    def test_an_ip_address_is_named_with_where_to_go(self, page: Page, site: str) -> None:
        page.goto(site.replace("localhost", "127.0.0.1") + "/accounts/login/")
        page.get_by_role("button", name="Sign in with a passkey").click()
        expect(page.get_by_role("alert")).to_contain_text(
            f"do not work at an IP address. Open {site}/accounts/login/ instead."
        )

    def test_a_browser_without_them_is_told(self, page: Page) -> None:
        page.add_init_script(
            "delete window.PublicKeyCredential;"
            " Object.defineProperty(navigator, 'credentials', { value: undefined });"
        )
        page.goto("/accounts/login/")
        page.get_by_role("button", name="Sign in with a passkey").click()
        expect(page.get_by_role("alert")).to_contain_text("This browser has no passkeys.")

    def test_a_service_that_does_not_answer_is_told(self, page: Page) -> None:
        page.goto("/accounts/login/")
        page.route("**/webauthn/login/", lambda route: route.abort())
        page.get_by_role("button", name="Sign in with a passkey").click()
        expect(page.get_by_role("alert")).to_contain_text("could not be reached")


class TestCopying:
    def open_page(self, page: Page, owner: User, project: Project) -> None:
        give_password(owner)
        sign_in(page, owner.email)
        page.goto(f"/console/projects/{project.pk}/test/keys/")

    def test_what_was_not_copied_is_selected_and_said(
        self, page: Page, owner: User, project: Project
    ) -> None:
        self.open_page(page, owner, project)
        page.evaluate(
            "() => { navigator.clipboard.writeText = async () => { throw new Error('no'); };"
            " document.execCommand = () => false; }"
        )
        page.get_by_role("button", name="Copy", exact=True).first.click()
        expect(page.get_by_text("Not copied:")).to_be_visible()
        expect(page.get_by_text("Copied.", exact=True)).to_have_count(0)
        selected = str(page.evaluate("getSelection().toString()"))
        assert "curl" in selected
