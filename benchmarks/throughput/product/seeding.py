"""One workspace that answers by itself: the sandbox's, with Airtable and no limit."""

from django.db import transaction

from accounts.models import Workspace
from billing.models import Subscription
from integrations.models import Integration
from processing.models import Scenario
from sandbox import demo
from sandbox.management.commands.sandbox_seed import seed
from social.models import SocialAccount


@transaction.atomic
def prepare() -> Workspace:
    """Make the workspace; one Page, one scenario, one tool."""
    workspace = seed()
    Subscription.objects.filter(workspace=workspace).update(plan="ultra", given_plan="ultra")
    SocialAccount.objects.filter(workspace=workspace).exclude(kind="messenger").delete()
    Scenario.objects.filter(workspace=workspace, kind=Scenario.Kind.FOLLOW_UP).delete()
    Integration.objects.filter(workspace=workspace).delete()
    tool = Integration(
        workspace=workspace,
        kind="airtable",
        target={
            "base_id": demo.AIRTABLE_BASE_ID,
            "table_id": demo.AIRTABLE_TABLE_ID,
            "name": "Prospects",
        },
        field_map=dict(demo.AIRTABLE_FIELD_IDS),
    )
    tool.seal({"token": demo.AIRTABLE_TOKEN})
    tool.save()
    return workspace
