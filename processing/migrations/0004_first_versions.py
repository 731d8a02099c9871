"""Every scenario that exists keeps its wording as a version, so that the ledger can name it."""

from django.db import migrations

from flowia.lib.ids import uuid7

FIELDS = (
    "name",
    "kind",
    "instruction",
    "trigger",
    "keywords",
    "channel",
    "fact_labels",
    "hours",
    "outside_hours",
    "language",
    "autonomy",
    "priority",
)


def keep(apps, _editor):
    scenarios = apps.get_model("processing", "Scenario")
    versions = apps.get_model("processing", "ScenarioVersion")
    for scenario in scenarios.objects.filter(versions__isnull=True).iterator():
        content = {name: getattr(scenario, name) for name in FIELDS}
        versions.objects.create(
            uid=uuid7(),
            workspace_id=scenario.workspace_id,
            scenario_id=scenario.pk,
            number=scenario.version,
            content={**content, "accounts": []},
        )


class Migration(migrations.Migration):
    dependencies = [("processing", "0003_mind_links")]

    operations = [migrations.RunPython(keep, migrations.RunPython.noop)]
