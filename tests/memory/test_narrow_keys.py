"""What a key may do: its permissions, scopes and purpose classes only ever narrow it."""

from __future__ import annotations

import pytest

from accounts.models import AuditEvent, Project, User
from apikeys.principal import PERMISSIONS
from apikeys.services import InvalidKeySettings
from memory.models import Memory, RevocationGrant
from tests.doors import Api
from tests.makers import make_key, make_project, memory_body, read_body
from tests.memory.answers import assert_refused
from tests.memory.bad_requests import BATCH, CONTINUE, CREATE, GOOD, READ, READ_BATCH, REVOKE
from tests.memory.registered import change, propose, register, retire

NEEDED = {
    CREATE: "memory:write",
    BATCH: "memory:write",
    READ: "memory:read",
    READ_BATCH: "memory:read",
    CONTINUE: "memory:read",
    REVOKE: "memory:revoke",
}


def narrow(project: Project, **rights: list[str]) -> Api:
    return Api(make_key(project, f"Narrow {project.api_keys.count()}", **rights)[1])


def newest() -> AuditEvent:
    return AuditEvent.objects.filter(event_type="POLICY_DENIED").latest("id")


class TestPermissions:
    @pytest.mark.parametrize(("path", "permission"), NEEDED.items())
    def test_a_key_without_the_permission_is_refused(
        self, api: Api, project: Project, path: str, permission: str
    ) -> None:
        api.remember()
        token = api.read()["revocation_token"]
        body = {"revocation_token": token} if path in (CONTINUE, REVOKE) else GOOD[path]
        rest = [name for name in PERMISSIONS if name != permission]
        response = narrow(project, permissions=rest).post(path, body)
        detail = f"API key lacks the permission '{permission}'"
        assert set(assert_refused(response, 403, "permission_denied", detail)) == {
            "detail",
            "code",
            "request_id",
            "doc_url",
        }
        assert (Memory.objects.count(), RevocationGrant.objects.count()) == (1, 1)
        assert api.read()["summary_struct"]["likes"] == ["pizza"]

    @pytest.mark.parametrize(("path", "permission"), NEEDED.items())
    def test_the_permission_alone_is_enough(
        self, api: Api, project: Project, path: str, permission: str
    ) -> None:
        token = api.read()["revocation_token"]
        body = {"revocation_token": token} if path in (CONTINUE, REVOKE) else GOOD[path]
        response = narrow(project, permissions=[permission]).post(path, body)
        assert response.status_code in (200, 201)

    @pytest.mark.parametrize("permission", PERMISSIONS)
    def test_any_key_may_look_at_the_policy(self, project: Project, permission: str) -> None:
        assert narrow(project, permissions=[permission]).get("/policy").status_code == 200

    def test_the_permission_is_checked_before_the_body(self, project: Project) -> None:
        reader = narrow(project, permissions=["memory:read"])
        assert_refused(reader.post(CREATE, {}), 403, "permission_denied")
        assert_refused(reader.post(REVOKE, b"\xff"), 403, "permission_denied")


class TestScopes:
    def test_a_key_stores_within_its_scopes_only(self, project: Project) -> None:
        api = narrow(project, scopes=["schedule", "constraints"])
        assert api.post(CREATE, memory_body(scope="constraints")).status_code == 201
        response = api.post(CREATE, memory_body(scope="preferences"))
        detail = "API key may not use the scope 'preferences'"
        assert_refused(response, 403, "permission_denied", detail)
        assert Memory.objects.get().scope == "constraints"
        refusal = AuditEvent.objects.get(event_type="POLICY_DENIED")
        assert (refusal.scope, refusal.reason_code) == ("preferences", "KEY_SCOPE")

    def test_an_idempotent_create_is_held_to_the_same_scopes(
        self, api: Api, project: Project
    ) -> None:
        key = {"HTTP_IDEMPOTENCY_KEY": "once"}
        assert api.post(CREATE, memory_body(), **key).status_code == 201
        response = narrow(project, scopes=["schedule"]).post(CREATE, memory_body(), **key)
        assert_refused(response, 403, "permission_denied")

    def test_a_key_reads_within_its_scopes_only(self, api: Api, project: Project) -> None:
        api.remember()
        other = narrow(project, scopes=["schedule"])
        detail = "Purpose class 'recommendation' not allowed for scope 'preferences'"
        body = assert_refused(other.post(READ, read_body()), 403, "policy_denied", detail)
        assert body["allowed_purpose_classes"] == []
        assert AuditEvent.objects.get(event_type="POLICY_DENIED").reason_code == "KEY_SCOPE"
        assert narrow(project, scopes=["preferences"]).read()["confidence"] == 0.47

    def test_a_key_continues_and_revokes_within_its_scopes_only(
        self, api: Api, project: Project
    ) -> None:
        api.remember()
        token = {"revocation_token": api.read()["revocation_token"]}
        other = narrow(project, scopes=["schedule"])
        assert_refused(other.post(CONTINUE, token), 403, "policy_denied")
        assert_refused(other.post(REVOKE, token), 403, "permission_denied")
        assert api.post(CONTINUE, token).json()["summary_struct"]["likes"] == ["pizza"]

    def test_a_scope_does_not_widen_the_policy(self, project: Project) -> None:
        api = narrow(project, scopes=["preferences"], purpose_classes=["task_execution"])
        response = api.post(READ, read_body(purpose="execute task"))
        body = assert_refused(response, 403, "policy_denied")
        assert (body["purpose_class"], body["allowed_purpose_classes"]) == ("task_execution", [])
        assert AuditEvent.objects.get(event_type="POLICY_DENIED").reason_code == "POLICY_DENIED"


class TestPurposeClasses:
    def test_a_key_reads_for_its_purpose_classes_only(self, api: Api, project: Project) -> None:
        api.remember()
        writer = narrow(project, purpose_classes=["content_generation", "scheduling"])
        detail = "Purpose class 'recommendation' not allowed for scope 'preferences'"
        body = assert_refused(writer.post(READ, read_body()), 403, "policy_denied", detail)
        assert body["allowed_purpose_classes"] == ["content_generation"]
        assert writer.read(purpose="generate content")["confidence"] == 0.47
        refusal = AuditEvent.objects.get(event_type="POLICY_DENIED")
        assert refusal.reason_code == "KEY_PURPOSE_CLASS"

    def test_a_key_continues_for_its_purpose_classes_only(self, api: Api, project: Project) -> None:
        token = {"revocation_token": api.read()["revocation_token"]}
        writer = narrow(project, purpose_classes=["content_generation"])
        assert_refused(writer.post(CONTINUE, token), 403, "policy_denied")
        assert api.post(CONTINUE, token).status_code == 200

    def test_storing_and_revoking_name_no_purpose(self, project: Project) -> None:
        api = narrow(project, purpose_classes=["recommendation"])
        api.remember(scope="attention", value_json={"focus_mode": True})
        api.revoke(api.read()["revocation_token"])


class TestPurposes:
    def test_a_key_reads_for_its_purposes_only(self, api: Api, project: Project) -> None:
        api.remember()
        register(project)
        register(project, purpose_id="book_finder")
        key, plaintext = make_key(project, "Gifts", purposes=["gift_finder"])
        gifts = Api(plaintext)
        assert gifts.read(purpose="Gift finder")["confidence"] == 0.47
        for purpose in ("book_finder", "recommend books", "recommendation", "recommendation: it"):
            body = assert_refused(
                gifts.post(READ, read_body(purpose=purpose)), 403, "policy_denied"
            )
            assert body["allowed_purpose_classes"] == ["recommendation"]
            assert (body["reason"], newest().reason_code) == ("KEY_PURPOSE", "KEY_PURPOSE")
        refused = read_body(purpose="train model")
        assert gifts.post(READ, refused).json()["reason"] == "PURPOSE_VETOED"
        created = AuditEvent.objects.get(event_type="KEY_CREATE", api_key_id=key.pk)
        assert created.meta["purposes"] == ["gift_finder"]

    def test_its_classes_are_those_of_its_purposes_that_hold(self, project: Project) -> None:
        writer = register(project, purpose_id="writer", purpose_class="content_generation")
        register(project, scopes=["constraints"])
        register(project, purpose_id="live_only", environments=["live"])
        propose(project, purpose_id="proposed")
        ids = ["writer", "gift_finder", "live_only", "proposed"]
        api = narrow(project, purposes=ids)

        def classes() -> list[str]:
            body = assert_refused(api.post(READ, read_body()), 403, "policy_denied")
            found: list[str] = body["allowed_purpose_classes"]
            return found

        assert classes() == ["content_generation"]
        change(project, writer, purpose_class="recommendation", confirmed=True)
        assert classes() == ["recommendation"]
        retire(project, writer)
        assert classes() == []

    def test_a_key_continues_for_its_purposes_only(self, api: Api, project: Project) -> None:
        purpose = register(project)
        gifts = narrow(project, purposes=["gift_finder"])
        free = {"revocation_token": api.read()["revocation_token"]}
        own = {"revocation_token": gifts.read(purpose="gift_finder")["revocation_token"]}
        assert_refused(gifts.post(CONTINUE, free), 403, "policy_denied")
        assert gifts.post(CONTINUE, own).status_code == 200
        retire(project, purpose)
        body = assert_refused(gifts.post(CONTINUE, own), 403, "policy_denied")
        assert body["reason"] == "PURPOSE_RETIRED"

    def test_they_do_not_widen_the_policy_or_the_key(self, project: Project) -> None:
        register(project)
        api = narrow(project, purposes=["gift_finder"], scopes=["constraints"])
        api.read(purpose="gift_finder", scope="constraints")
        body = assert_refused(
            api.post(READ, read_body(purpose="gift_finder")), 403, "policy_denied"
        )
        assert body["reason"] == "KEY_SCOPE"
        other = narrow(project, purposes=["gift_finder"], purpose_classes=["scheduling"])
        body = assert_refused(
            other.post(READ, read_body(purpose="gift_finder")), 403, "policy_denied"
        )
        assert body["reason"] == "KEY_PURPOSE_CLASS"

    def test_a_key_is_for_what_is_registered_in_any_state(
        self, owner: User, project: Project
    ) -> None:
        propose(project)
        register(make_project(owner), purpose_id="elsewhere")
        narrow(project, purposes=["gift_finder"])
        for wrong in (["gift_finder", "unknown"], ["Gift Finder"], ["elsewhere"], [""], []):
            with pytest.raises(InvalidKeySettings):
                narrow(project, purposes=wrong)
        assert project.api_keys.count() == 1

    def test_storing_and_revoking_need_none(self, api: Api, project: Project) -> None:
        register(project)
        gifts = narrow(project, purposes=["gift_finder"])
        gifts.remember()
        gifts.revoke(api.read()["revocation_token"])

    def test_a_denial_does_not_advise_what_would_not_help_this_key(self, project: Project) -> None:
        register(project)
        gifts = narrow(project, purposes=["gift_finder"])
        for purpose in ("ideas", "recommend books to sell", "recommend our books"):
            body = assert_refused(
                gifts.post(READ, read_body(purpose=purpose)), 403, "policy_denied"
            )
            assert "registered purposes alone" in body["hint"]
            assert "colon" not in body["hint"]
