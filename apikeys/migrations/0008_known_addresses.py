"""The address that a key was used from last is not news."""

from django.db import migrations

from foundation.addresses import network_of


def know_last_addresses(apps, schema_editor):
    Secret = apps.get_model("apikeys", "Secret")
    KeyAddress = apps.get_model("apikeys", "KeyAddress")
    used = Secret.objects.exclude(last_used_at=None).exclude(last_address="")
    for secret in used.iterator():
        KeyAddress.objects.bulk_create(
            [
                KeyAddress(
                    key_id=secret.key_id,
                    address=network_of(secret.last_address),
                    first_used_at=secret.last_used_at,
                    last_used_at=secret.last_used_at,
                )
            ],
            ignore_conflicts=True,
        )


class Migration(migrations.Migration):
    dependencies = [
        ("apikeys", "0007_notices"),
    ]

    operations = [
        migrations.RunPython(know_last_addresses, migrations.RunPython.noop),
    ]
