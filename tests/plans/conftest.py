"""The scene of a pipeline, in a database that is nearly empty or well filled."""

from dataclasses import replace

import pytest

from benchmarks.growth.rows import Rows
from billing.models import Subscription
from integrations.models import Hook, Integration
from processing.models import DmSequence
from social.models import SocialAccount
from tests.processing.conftest import NOTICE, Scene, connect_notion, notion_source, scene

__all__ = ["scene"]
NOTION = {"object": "list", "results": [], "has_more": False, "id": "page-1", "url": "https://n.so"}
"""Both answers in one: that a lead stands nowhere yet, and where it stands once it is written."""


@pytest.fixture
def small(scene: Scene) -> Scene:
    """A business of the largest plan, with a tool for its leads, and nothing said yet."""
    Subscription.objects.create(workspace=scene.workspace, plan="ultra")
    connect_notion(scene)
    scene.notion.answer(200, NOTION)
    return scene


def in_large_business(scene: Scene, rows: Rows) -> Scene:
    """Return the scene as the business that has half of all messages, otherwise like the small."""
    account = SocialAccount.objects.select_related("workspace").get(pk=rows.account)
    workspace = account.workspace
    account.seal({"page_token": "EAAB-page-invente"})
    account.save()
    workspace.ai_notice = NOTICE
    workspace.save()
    tool = Integration.objects.get(pk=rows.tool)
    tool.target = {"data_source_id": "ds-1"}
    tool.field_map = {"name": "Nom", "lead_id": "Flow IA ID", "phone": "Téléphone"}
    tool.seal({"token": "ntn-invente"})
    tool.save()
    scene.notion.always["GET /v1/data_sources/ds-1"] = notion_source()
    for model in (Hook, DmSequence):
        model._default_manager.filter(workspace=workspace).delete()
    return replace(scene, workspace=workspace, account=account)
