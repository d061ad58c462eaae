"""The tables of people, projects, the closed beta and the record."""

import django.core.validators
import django.db.models.deletion
import django.db.models.functions.text
import django.utils.timezone
from django.conf import settings
from django.db import migrations, models

import accounts.subjects
import foundation.identifiers


class Migration(migrations.Migration):
    initial = True

    replaces = [
        ("accounts", "0001_people_and_projects"),
        ("accounts", "0003_limits_of_projects"),
        ("accounts", "0004_closed_accounts_and_deleted_projects"),
        ("accounts", "0005_closed_beta"),
        ("accounts", "0006_events_of_projects_and_accounts"),
        ("accounts", "0008_verified_addresses"),
        ("accounts", "0009_erased_projects_and_accounts"),
        ("accounts", "0010_lowered_limits_of_projects"),
        ("accounts", "0011_mail_choices"),
        ("accounts", "0012_events_of_a_project_by_id"),
    ]

    dependencies = [
        ("auth", "0012_alter_user_first_name_max_length"),
    ]

    operations = [
        migrations.CreateModel(
            name="User",
            fields=[
                ("password", models.CharField(max_length=128, verbose_name="password")),
                (
                    "last_login",
                    models.DateTimeField(blank=True, null=True, verbose_name="last login"),
                ),
                (
                    "is_superuser",
                    models.BooleanField(
                        default=False,
                        help_text="Designates that this user has all permissions without explicitly assigning them.",
                        verbose_name="superuser status",
                    ),
                ),
                (
                    "id",
                    models.UUIDField(
                        default=foundation.identifiers.new_id,
                        editable=False,
                        primary_key=True,
                        serialize=False,
                    ),
                ),
                (
                    "email",
                    models.EmailField(
                        error_messages={
                            "unique": "There is already an account with this e-mail address."
                        },
                        max_length=254,
                        unique=True,
                        verbose_name="e-mail address",
                    ),
                ),
                ("name", models.CharField(blank=True, max_length=150)),
                (
                    "is_active",
                    models.BooleanField(
                        default=True,
                        help_text="Switching it off stops the person's keys at once.",
                        verbose_name="active",
                    ),
                ),
                ("is_staff", models.BooleanField(default=False, verbose_name="operator")),
                (
                    "date_joined",
                    models.DateTimeField(default=django.utils.timezone.now, editable=False),
                ),
                (
                    "closed_at",
                    models.DateTimeField(
                        editable=False,
                        help_text="Set by the person: the keys have stopped, and the data is erased after a delay.",
                        null=True,
                    ),
                ),
                ("erased_at", models.DateTimeField(editable=False, null=True)),
                ("mail_expiry", models.BooleanField(db_default=True, default=True, editable=False)),
                (
                    "mail_rotation",
                    models.BooleanField(db_default=True, default=True, editable=False),
                ),
                (
                    "mail_deletion",
                    models.BooleanField(db_default=True, default=True, editable=False),
                ),
                (
                    "mail_new_address",
                    models.BooleanField(db_default=True, default=True, editable=False),
                ),
                (
                    "groups",
                    models.ManyToManyField(
                        blank=True,
                        help_text="The groups this user belongs to. A user will get all permissions granted to each of their groups.",
                        related_name="user_set",
                        related_query_name="user",
                        to="auth.group",
                        verbose_name="groups",
                    ),
                ),
                (
                    "user_permissions",
                    models.ManyToManyField(
                        blank=True,
                        help_text="Specific permissions for this user.",
                        related_name="user_set",
                        related_query_name="user",
                        to="auth.permission",
                        verbose_name="user permissions",
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="AuditEvent",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=foundation.identifiers.new_id,
                        editable=False,
                        primary_key=True,
                        serialize=False,
                    ),
                ),
                (
                    "subject_id",
                    models.UUIDField(
                        help_text="The end user's pseudonym; the project's id where no end user is concerned."
                    ),
                ),
                (
                    "event_type",
                    models.CharField(
                        choices=[
                            ("MEMORY_CREATE", "Memory Create"),
                            ("MEMORY_READ", "Memory Read"),
                            ("POLICY_DENIED", "Policy Denied"),
                            ("MEMORY_REVOKE", "Memory Revoke"),
                            ("MEMORY_DELETE", "Memory Delete"),
                            ("USER_ERASE", "User Erase"),
                            ("KEY_CREATE", "Key Create"),
                            ("KEY_ROTATE", "Key Rotate"),
                            ("KEY_UPDATE", "Key Update"),
                            ("KEY_DELETE", "Key Delete"),
                            ("PROJECT_UPDATE", "Project Update"),
                            ("PROJECT_DELETE", "Project Delete"),
                            ("ACCOUNT_CLOSE", "Account Close"),
                            ("ACCOUNT_REOPEN", "Account Reopen"),
                        ],
                        max_length=32,
                    ),
                ),
                ("app_id", models.UUIDField(verbose_name="project")),
                (
                    "environment",
                    models.CharField(choices=[("test", "Test"), ("live", "Live")], max_length=4),
                ),
                ("api_key_id", models.UUIDField(null=True)),
                ("user_id", models.CharField(max_length=255, null=True)),
                ("scope", models.CharField(max_length=32, null=True)),
                ("domain", models.CharField(max_length=255, null=True)),
                ("purpose", models.CharField(max_length=1000, null=True)),
                ("purpose_class", models.CharField(max_length=32, null=True)),
                ("memory_ids", models.JSONField(default=list)),
                ("revocation_grant_id", models.UUIDField(null=True)),
                ("reason_code", models.CharField(max_length=32, null=True)),
                ("decision_id", models.UUIDField()),
                ("policy_version", models.CharField(max_length=16, null=True)),
                ("request_id", models.CharField(max_length=64)),
                ("created_at", models.DateTimeField()),
                ("meta", models.JSONField(default=dict)),
            ],
            options={
                "indexes": [
                    models.Index(
                        fields=["subject_id", "created_at"], name="accounts_event_by_subject"
                    ),
                    models.Index(fields=["app_id", "id"], name="accounts_event_by_project"),
                ],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("environment__in", ("test", "live"))),
                        name="accounts_event_environment_is_known",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            (
                                "event_type__in",
                                [
                                    "MEMORY_CREATE",
                                    "MEMORY_READ",
                                    "POLICY_DENIED",
                                    "MEMORY_REVOKE",
                                    "MEMORY_DELETE",
                                    "USER_ERASE",
                                    "KEY_CREATE",
                                    "KEY_ROTATE",
                                    "KEY_UPDATE",
                                    "KEY_DELETE",
                                    "PROJECT_UPDATE",
                                    "PROJECT_DELETE",
                                    "ACCOUNT_CLOSE",
                                    "ACCOUNT_REOPEN",
                                ],
                            )
                        ),
                        name="accounts_event_type_is_known",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Invitation",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=foundation.identifiers.new_id,
                        editable=False,
                        primary_key=True,
                        serialize=False,
                    ),
                ),
                ("email", models.EmailField(max_length=254, verbose_name="e-mail address")),
                ("token_digest", models.BinaryField(max_length=32, unique=True)),
                ("created_at", models.DateTimeField(default=django.utils.timezone.now)),
                ("sent_at", models.DateTimeField(default=django.utils.timezone.now)),
                ("expires_at", models.DateTimeField()),
                ("withdrawn_at", models.DateTimeField(null=True)),
                ("used_at", models.DateTimeField(null=True)),
                (
                    "invited_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="invitations_sent",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "used_by",
                    models.OneToOneField(
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="invitation",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="AccessRequest",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=foundation.identifiers.new_id,
                        editable=False,
                        primary_key=True,
                        serialize=False,
                    ),
                ),
                (
                    "email",
                    models.EmailField(max_length=254, unique=True, verbose_name="e-mail address"),
                ),
                ("name", models.CharField(max_length=150)),
                ("company", models.CharField(blank=True, max_length=150)),
                ("plans", models.TextField(max_length=2000, verbose_name="what they will build")),
                ("created_at", models.DateTimeField(default=django.utils.timezone.now)),
                ("declined_at", models.DateTimeField(null=True)),
                (
                    "decided_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "invitation",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="requests",
                        to="accounts.invitation",
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="Project",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=foundation.identifiers.new_id,
                        editable=False,
                        primary_key=True,
                        serialize=False,
                    ),
                ),
                ("name", models.CharField(max_length=100)),
                (
                    "subject_key",
                    models.BinaryField(default=accounts.subjects.new_subject_key, max_length=32),
                ),
                (
                    "created_at",
                    models.DateTimeField(default=django.utils.timezone.now, editable=False),
                ),
                (
                    "disabled_at",
                    models.DateTimeField(
                        blank=True,
                        help_text="Set: the project's keys stop at once.",
                        null=True,
                        verbose_name="switched off at",
                    ),
                ),
                ("deleted_at", models.DateTimeField(editable=False, null=True)),
                (
                    "erased_at",
                    models.DateTimeField(
                        editable=False,
                        help_text="Set: what was stored in it is gone from the database.",
                        null=True,
                    ),
                ),
                (
                    "rate_limit",
                    models.PositiveIntegerField(
                        blank=True,
                        help_text="Of each key. Empty: the default.",
                        null=True,
                        validators=[
                            django.core.validators.MinValueValidator(1),
                            django.core.validators.MaxValueValidator(1000000000),
                        ],
                        verbose_name="requests an hour",
                    ),
                ),
                (
                    "burst_limit",
                    models.PositiveIntegerField(
                        blank=True,
                        help_text="Of each key. Empty: the default.",
                        null=True,
                        validators=[
                            django.core.validators.MinValueValidator(1),
                            django.core.validators.MaxValueValidator(1000000000),
                        ],
                        verbose_name="requests a second",
                    ),
                ),
                (
                    "lowered_rate_limit",
                    models.PositiveIntegerField(
                        editable=False,
                        null=True,
                        validators=[
                            django.core.validators.MinValueValidator(1),
                            django.core.validators.MaxValueValidator(1000000000),
                        ],
                        verbose_name="requests an hour, lowered",
                    ),
                ),
                (
                    "lowered_burst_limit",
                    models.PositiveIntegerField(
                        editable=False,
                        null=True,
                        validators=[
                            django.core.validators.MinValueValidator(1),
                            django.core.validators.MaxValueValidator(1000000000),
                        ],
                        verbose_name="requests a second, lowered",
                    ),
                ),
                (
                    "owner",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="projects",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
        ),
        migrations.AddConstraint(
            model_name="user",
            constraint=models.CheckConstraint(
                condition=models.Q(("email", django.db.models.functions.text.Lower("email"))),
                name="accounts_user_email_is_lower_case",
            ),
        ),
        migrations.AddConstraint(
            model_name="invitation",
            constraint=models.UniqueConstraint(
                condition=models.Q(("used_at", None), ("withdrawn_at", None)),
                fields=("email",),
                name="accounts_one_open_invitation",
            ),
        ),
        migrations.AddConstraint(
            model_name="invitation",
            constraint=models.CheckConstraint(
                condition=models.Q(("email", django.db.models.functions.text.Lower("email"))),
                name="accounts_invitation_email_is_lower_case",
            ),
        ),
        migrations.AddConstraint(
            model_name="invitation",
            constraint=models.CheckConstraint(
                condition=models.Q(("expires_at__gt", models.F("sent_at"))),
                name="accounts_invitation_expires_later",
            ),
        ),
        migrations.AddConstraint(
            model_name="accessrequest",
            constraint=models.CheckConstraint(
                condition=models.Q(("email", django.db.models.functions.text.Lower("email"))),
                name="accounts_request_email_is_lower_case",
            ),
        ),
        migrations.AddConstraint(
            model_name="project",
            constraint=models.UniqueConstraint(
                models.F("owner"),
                django.db.models.functions.text.Lower("name"),
                condition=models.Q(("deleted_at", None)),
                name="accounts_project_live_name_is_unique",
                violation_error_message="This account already has a project with this name.",
            ),
        ),
        migrations.AddConstraint(
            model_name="project",
            constraint=models.CheckConstraint(
                condition=models.Q(("subject_key__length", 32)),
                name="accounts_project_subject_key_is_whole",
            ),
        ),
        migrations.AddConstraint(
            model_name="project",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("rate_limit", None), ("rate_limit__gt", 0), _connector="OR"),
                    models.Q(("burst_limit", None), ("burst_limit__gt", 0), _connector="OR"),
                ),
                name="accounts_project_limits_are_positive",
            ),
        ),
        migrations.AddConstraint(
            model_name="project",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(
                        ("lowered_rate_limit", None), ("lowered_rate_limit__gt", 0), _connector="OR"
                    ),
                    models.Q(
                        ("lowered_burst_limit", None),
                        ("lowered_burst_limit__gt", 0),
                        _connector="OR",
                    ),
                ),
                name="accounts_project_lowered_limits_are_positive",
            ),
        ),
    ]
