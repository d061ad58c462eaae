"""Accounts and groups, for the operators: who may change what of them.

Only superusers touch rights, groups and the accounts of operators: whoever may change accounts
could otherwise make themselves anybody. Nobody sets another's password: a mail lets the person
choose one. Each act leaves its event, in its own transaction.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, cast

from django import forms
from django.contrib import admin, messages
from django.contrib.auth.admin import GroupAdmin as DjangoGroupAdmin
from django.contrib.auth.models import Group
from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import OuterRef, QuerySet
from django.http import HttpRequest
from django.utils import timezone

from accounts import audit, desk, operators, security
from accounts.admin_notes import NotedAdmin
from accounts.admin_queue import CohortFilter
from accounts.forms import AddressField, NameField, ResetPasswordForm
from accounts.models import EventType, User
from accounts.models.people import LONGEST_COHORT
from foundation import desk as desk_pages
from foundation.admin import AskedOnlyWhatItShows

if TYPE_CHECKING:  # at run time Django's admin classes take no parameters
    AccountFormBase = forms.ModelForm[User]
else:
    AccountFormBase = forms.ModelForm


def is_superuser(request: HttpRequest) -> bool:
    return operators.operator(request).is_superuser


class AccountForm(AccountFormBase):
    email = AddressField(label="E-mail address")
    name = NameField(max_length=150, required=False)
    cohort = NameField(
        max_length=LONGEST_COHORT,
        required=False,
        help_text="A word for who was let in together; the request for access follows it.",
    )

    class Meta:
        help_texts = {
            "is_staff": "May open these pages, with a second factor.",
            "is_superuser": "May do everything here, also change rights, groups and operators.",
            "groups": "Each gives its rights. An operator without any sees nothing.",
        }

    def clean(self) -> dict[str, Any] | None:
        """Refuse an operator without a second factor: a password alone would open the admin."""
        cleaned = super().clean()
        for name in ("is_staff", "is_superuser"):
            granted = name in self.changed_data and self.cleaned_data.get(name)
            if granted and not security.has_second_factor(self.instance):
                self.add_error(
                    name,
                    ValidationError(
                        "This account has no second factor: its owner sets one up first."
                    ),
                )
        return cleaned


@admin.register(User)
class UserAdmin(NotedAdmin):
    form = AccountForm
    change_form_template = "admin/desk/about.html"
    ordering = ("-date_joined",)
    list_display = (
        "email",
        "name",
        "cohort",
        "is_active",
        "is_staff",
        "second_factor",
        "date_joined",
        "last_login",
        "closed_at",
    )
    list_filter = ("is_active", "is_staff", CohortFilter)
    search_fields = ("email", "name")
    actions = ("send_reset",)
    readonly_fields = ("last_login", "date_joined", "closed_at")
    fieldsets = (
        (None, {"fields": ("email", "name", "cohort")}),
        ("Rights", {"fields": ("is_active", *security.RIGHTS)}),
        ("Times", {"fields": ("last_login", "date_joined", "closed_at")}),
    )
    add_fieldsets = ((None, {"fields": ("email",)}),)

    def get_queryset(self, request: HttpRequest) -> QuerySet[User]:
        found: QuerySet[User] = super().get_queryset(request)
        return found.annotate(has_factor=security.factor_of(OuterRef("pk")))

    @admin.display(boolean=True)
    def second_factor(self, user: User) -> bool:
        return bool(user.has_factor)  # type: ignore[attr-defined] # as the query says

    def more_about(self, request: HttpRequest, obj: User) -> dict[str, Any]:
        panels = desk_pages.panels("account", obj, request.user, at=timezone.now())
        return {**super().more_about(request, obj), "panels": panels}

    def formfield_for_manytomany(self, db_field: Any, request: HttpRequest, **options: Any) -> Any:
        """Let groups be ticked: no key has to be held down for it."""
        options["widget"] = forms.CheckboxSelectMultiple()
        return super().formfield_for_manytomany(db_field, request, **options)

    def get_fieldsets(self, request: HttpRequest, obj: Any = None) -> Any:
        return self.add_fieldsets if obj is None else self.fieldsets

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> tuple[str, ...]:
        """Show the address without a way to change it: that is for whoever can read its mail."""
        if obj is None:
            return self.readonly_fields
        rights = () if is_superuser(request) else security.RIGHTS
        return (*self.readonly_fields, "email", *rights)

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        allowed = bool(super().has_change_permission(request, obj))
        return allowed and (obj is None or self._may_touch(request, obj))

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False  # An account is switched off; its record stays.

    def save_model(self, request: HttpRequest, obj: User, form: Any, change: bool) -> None:
        if change:
            obj.state_before = security.state_of(obj)  # type: ignore[attr-defined] # ours, for what is recorded
            super().save_model(request, obj, form, change)
            return
        with transaction.atomic():
            obj.set_unusable_password()
            super().save_model(request, obj, form, change)
            User.objects.complete(obj, by=operators.changed_by(request))
        self._mail_reset(request, obj)

    def save_related(self, request: HttpRequest, form: Any, formsets: Any, change: bool) -> None:
        super().save_related(request, form, formsets, change)
        if change:
            desk.put_account_into_cohort(form.instance)
            security.record_changes(
                form.instance,
                form.instance.state_before,
                at=timezone.now(),
                by=operators.changed_by(request),
            )

    @admin.action(description="Send a mail to choose a new password", permissions=["change"])
    def send_reset(self, request: HttpRequest, chosen: QuerySet[User]) -> None:
        sent = 0
        for user in chosen:
            if self._may_touch(request, user) and user.is_active:
                self._mail_reset(request, user)
                sent += 1
        messages.info(request, f"Mailed {sent} of {len(chosen)}.")

    def _may_touch(self, request: HttpRequest, user: User) -> bool:
        return is_superuser(request) or not security.is_operator(user)

    def _mail_reset(self, request: HttpRequest, user: User) -> None:
        audit.record_project(
            EventType.RESET_MAIL, user.pk, at=timezone.now(), by=operators.changed_by(request)
        )
        form = ResetPasswordForm({"email": user.email})
        form.limit = "reset_mail_by_operator"
        if form.is_valid():
            form.save(request)


admin.site.unregister(Group)


@admin.register(Group)
class GroupAdmin(AskedOnlyWhatItShows, DjangoGroupAdmin):
    """Groups are rights: for superusers alone."""

    def has_module_permission(self, request: HttpRequest) -> bool:
        """Leave them out of the lists while there is none; an account's page makes the first."""
        return is_superuser(request) and Group.objects.exists()

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return is_superuser(request)

    def has_add_permission(self, request: HttpRequest) -> bool:
        return is_superuser(request)

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return is_superuser(request)

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return is_superuser(request)

    def save_related(self, request: HttpRequest, form: Any, formsets: Any, change: bool) -> None:
        super().save_related(request, form, formsets, change)
        self._record(request, form.instance, "changed" if change else "made")

    def delete_model(self, request: HttpRequest, obj: Any) -> None:
        with transaction.atomic():
            self._record(request, obj, "deleted")
            super().delete_model(request, obj)

    def delete_queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> None:
        with transaction.atomic():
            for group in queryset:
                self._record(request, group, "deleted")
            super().delete_queryset(request, queryset)

    def _record(self, request: HttpRequest, group: Any, what: str) -> None:
        security.record_group(
            cast(Group, group), what, at=timezone.now(), by=operators.changed_by(request)
        )
