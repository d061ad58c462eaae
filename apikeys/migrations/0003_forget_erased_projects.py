"""Erased projects lose what was still kept of how their keys were used."""

from django.db import migrations


def forget(apps, schema_editor):
    keys = (
        apps.get_model("apikeys", "ApiKey")
        .objects.exclude(project__erased_at=None)
        .values_list("pk", "project_id")
    )
    for key_id, project_id in keys.iterator():
        apps.get_model("apikeys", "LoggedRequest").objects.filter(project_id=project_id).delete()
        for name in ("KeyAddress", "Notice"):
            apps.get_model("apikeys", name).objects.filter(key_id=key_id).delete()
        apps.get_model("apikeys", "Secret").objects.filter(key_id=key_id).update(
            last_address="", last_user_agent=""
        )


class Migration(migrations.Migration):
    dependencies = [("apikeys", "0002_one_home_for_limits")]

    operations = [migrations.RunPython(forget, migrations.RunPython.noop)]
