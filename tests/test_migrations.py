"""The migrations make what the models say, there and back."""

from __future__ import annotations

from io import StringIO
from pathlib import Path

import pytest
from django.apps import apps
from django.core.management import call_command

OURS = ("accounts", "apikeys", "memory")


@pytest.mark.django_db
def test_no_model_has_changed_without_one() -> None:
    call_command("makemigrations", "--check", "--dry-run", stdout=StringIO())


def test_each_is_named_by_hand() -> None:
    for label in OURS:
        folder = Path(apps.get_app_config(label).path) / "migrations"
        names = [path.stem for path in folder.glob("0*.py")]
        assert names
        assert not [name for name in names if "_auto_" in name or name.endswith("_initial")]


@pytest.mark.django_db(transaction=True)
def test_they_can_be_undone_and_done_again() -> None:
    try:
        for label in ("memory", "apikeys"):
            call_command("migrate", label, "zero", verbosity=0)
    finally:
        call_command("migrate", verbosity=0)
