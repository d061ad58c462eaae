"""Where people write to about what is remembered: the project says it, and else the service."""

from __future__ import annotations

import pytest
from django.test import Client
from pytest_django import Settings

from accounts.models import AuditEvent, EventType, Project
from tests.doors import Api
from tests.portal.visiting import Person, link

pytestmark = pytest.mark.django_db


def page_of(project: Project) -> str:
    return f"/console/projects/{project.pk}/test/contact/"


class TestContact:
    def test_it_stands_at_the_top_of_every_page(
        self, api: Api, project: Project, browser: Client, settings: Settings
    ) -> None:
        settings.CONTACT_ADDRESS = "service@memory.example"
        person = Person(api)
        assert 'href="mailto:service@memory.example"' in person.page()
        for contact, href in (
            ("privacy@shop.example", "mailto:privacy@shop.example"),
            ("a+b?bcc=c@shop.example", "mailto:a+b%3Fbcc%3Dc@shop.example"),
            ("HTTPS://shop.example/", "HTTPS://shop.example/"),
            ("https://shop.example/privacy", "https://shop.example/privacy"),
        ):
            assert browser.post(page_of(project), {"contact": contact}).status_code == 302
            for page in (person.page(), person.page("forget/")):
                assert f'href="{href}"' in page
                assert project.name in page
        assert 'href="https://shop.example/privacy"' in Client().get(link(api)).content.decode()
        browser.post(page_of(project), {"contact": ""})
        assert "service@memory.example" in person.page()

    @pytest.mark.parametrize(
        "contact", ["javascript:alert(1)", "http://shop.example", "nobody", "https://x y", "a@b@c"]
    )
    def test_what_leads_nowhere_is_refused(
        self, project: Project, browser: Client, contact: str
    ) -> None:
        answer = browser.post(page_of(project), {"contact": contact})
        assert answer.status_code == 200
        assert "begins with https://" in answer.content.decode()
        project.refresh_from_db()
        assert project.contact == ""

    def test_a_change_is_recorded_once_without_its_words(
        self, project: Project, browser: Client
    ) -> None:
        for _ in range(2):
            browser.post(page_of(project), {"contact": "privacy@shop.example"})
        (event,) = AuditEvent.objects.filter(event_type=EventType.PROJECT_UPDATE)
        assert event.meta["contact"] == "set"
        assert "shop.example" not in str(event.meta)
