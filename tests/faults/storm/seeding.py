"""`python -m tests.faults.storm.seeding`: who takes part beside the demo's workspace.

The demo's is on a plan without a limit; another one, of the second Page, has ten messages a day.
"""

import os
from datetime import UTC, datetime

import django


def main() -> None:
    """Make the second workspace, and let both stand where it is morning."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "flowia.settings")
    django.setup()
    # Rows can be imported once Django is set up.
    from accounts import audit  # noqa: PLC0415
    from accounts.models import Fact, Workspace  # noqa: PLC0415
    from billing.models import Subscription  # noqa: PLC0415
    from processing.models import Scenario  # noqa: PLC0415
    from processing.publishing import publish  # noqa: PLC0415
    from sandbox import demo  # noqa: PLC0415
    from social.models import SocialAccount  # noqa: PLC0415

    Subscription.objects.update(plan="ultra", given_plan="ultra")
    first = Workspace.objects.get()
    second = Workspace.objects.create(
        name="Les marchés", business_profile=first.business_profile, handoff_text="À bientôt."
    )
    audit.record("workspace.opened", by=audit.SYSTEM, workspace=second, target=second)
    for fact in Fact.objects.filter(workspace=first):
        Fact.objects.create(
            workspace=second, label=fact.label, value=fact.value, position=fact.position
        )
    words = {"name": demo.SCENARIO_NAME, "instruction": demo.SCENARIO_INSTRUCTION}
    auto = {"autonomy": Scenario.Autonomy.AUTO}
    publish(Scenario(workspace=second), {**words, **auto}, by=audit.SYSTEM)
    page = SocialAccount.objects.get(external_id=demo.PAGE_ID)
    page.pk, page.workspace, page.external_id = None, second, demo.SECOND_PAGE_ID
    page.uid = SocialAccount().uid
    page.seal({"access_token": demo.page_token(demo.SECOND_PAGE_ID)})
    page.save()
    # Neither midnight nor the evening, from which on nothing of the day is kept back, comes near.
    west = (datetime.now(UTC).hour - 10 + 12) % 24 - 12
    Workspace.objects.update(timezone=f"Etc/GMT{west:+d}" if west else "Etc/GMT")


if __name__ == "__main__":
    main()
