"""One secret of a hundred is broken: ninety-nine work, one must be connected again."""

from datetime import timedelta

import pytest
from django.utils import timezone
from pytest_django import Settings

from accounts.models import Workspace
from flowia.lib.crypto import make_key
from integrations.models import Integration, SyncRun
from processing import pipeline
from processing.models import Delivery, Message
from social.models import SocialAccount
from tests.encryption.conftest import sealed_account, sealed_integration
from tests.factories import make_conversation, make_message, make_reply, make_workspace
from tests.processing.conftest import Scene, notion_source

HOW_MANY = 100


def queued(account: SocialAccount) -> Delivery:
    """An answer that only has to leave."""
    talk = make_conversation(
        account.workspace, account=account, window_closes_at=timezone.now() + timedelta(hours=9)
    )
    reply = make_reply(make_message(talk, sent_at=timezone.now()), status="queued", external_id="")
    return Delivery.objects.create(
        workspace=account.workspace, message=reply, next_at=timezone.now()
    )


def queued_push(workspace: Workspace) -> SyncRun:
    record = {"lead_uid": str(workspace.uid), "name": "Léa", "level": "hot", "phone": ""}
    rest = {"network": "messenger", "evidence": [], "intent": "", "updated_at": "2026-11-20"}
    integration = sealed_integration(workspace)
    Integration.objects.filter(pk=integration.pk).update(target={"data_source_id": "ds-1"})
    return SyncRun.objects.create(
        workspace=workspace,
        integration=integration,
        lead_uid=workspace.uid,
        payload={**record, **rest},
        next_at=timezone.now(),
    )


def break_one(model: type[SocialAccount | Integration], pk: int) -> None:
    """Flip one character of one row's secret."""
    sealed = model.objects.get(pk=pk).sealed_credentials
    changed = sealed[:30] + ("A" if sealed[30] != "A" else "B") + sealed[31:]
    model.objects.filter(pk=pk).update(sealed_credentials=changed)


def answer_each(scene: Scene) -> None:
    scene.graph.answers.clear()
    for number in range(HOW_MANY):
        scene.graph.answer(200, {"message_id": f"m_out_{number}"})


def test_of_a_hundred_accounts_one_broken_stops_only_itself(scene: Scene) -> None:
    accounts = [sealed_account(make_workspace()) for _ in range(HOW_MANY)]
    deliveries = [queued(account) for account in accounts]
    answer_each(scene)
    broken = accounts[41]
    break_one(SocialAccount, broken.pk)
    for delivery in deliveries:
        pipeline.send(delivery.pk)

    assert Message.objects.filter(status="sent").count() == HOW_MANY - 1
    flagged = SocialAccount.objects.exclude(status="active")
    assert list(flagged.values_list("pk", "status", "status_reason")) == [
        (broken.pk, "needs_login", "cannot_decrypt")
    ]


def test_a_broken_account_is_asked_no_more_and_its_answer_waits(scene: Scene) -> None:
    delivery = queued(scene.account)
    break_one(SocialAccount, scene.account.pk)
    for _ in range(3):
        Delivery.objects.update(next_at=timezone.now())
        pipeline.send(delivery.pk)

    delivery.refresh_from_db()
    assert delivery.status == "queued"
    assert delivery.next_at
    assert delivery.next_at > timezone.now()
    assert scene.reasons("delivery").count("account_needs_login") == 1
    assert not scene.graph.asked


def test_a_broken_account_writes_again_once_it_is_connected_again(scene: Scene) -> None:
    delivery = queued(scene.account)
    break_one(SocialAccount, scene.account.pk)
    pipeline.send(delivery.pk)
    account = SocialAccount.objects.get()
    account.seal({"page_token": "EAAB-nouveau"})
    account.status = SocialAccount.Status.ACTIVE
    account.save()
    Delivery.objects.update(next_at=timezone.now())
    pipeline.send(delivery.pk)

    assert scene.reply().status == "sent"


def test_of_a_hundred_tools_one_broken_stops_only_itself(scene: Scene) -> None:
    runs = [queued_push(make_workspace()) for _ in range(HOW_MANY)]
    scene.notion.always = {
        "GET /v1/data_sources/ds-1": notion_source(),
        "POST /v1/data_sources/ds-1/query": {"results": [], "has_more": False},
    }
    for number in range(HOW_MANY):
        scene.notion.answer(200, {"object": "page", "id": f"page-{number}"})
    broken = runs[41].integration_id
    break_one(Integration, broken)
    for run in runs:
        pipeline.sync(run.integration_id)

    assert SyncRun.objects.filter(status="done").count() == HOW_MANY - 1
    flagged = Integration.objects.exclude(status="active")
    assert list(flagged.values_list("pk", "status", "status_reason")) == [
        (broken, "needs_login", "cannot_decrypt")
    ]


@pytest.mark.parametrize("sealed", ["", "clair", "v2:00000000:AAAA", "v9:00000000:AAAA"])
def test_any_kind_of_ruin_is_a_dead_login(sealed: str, scene: Scene) -> None:
    delivery = queued(scene.account)
    SocialAccount.objects.update(sealed_credentials=sealed)
    pipeline.send(delivery.pk)

    account = SocialAccount.objects.get()
    assert account.status == "needs_login"
    assert account.status_reason in {"cannot_decrypt", "no_token"}


def test_a_lost_key_is_a_dead_login_and_its_return_heals(scene: Scene, settings: Settings) -> None:
    delivery, keys = queued(scene.account), settings.ENCRYPTION_KEYS
    settings.ENCRYPTION_KEYS = [make_key()]
    pipeline.send(delivery.pk)
    assert SocialAccount.objects.get().status == "needs_login"

    settings.ENCRYPTION_KEYS = keys
    SocialAccount.objects.update(status="active")
    Delivery.objects.update(next_at=timezone.now())
    pipeline.send(delivery.pk)
    assert scene.reply().status == "sent"
