"""An account that goes from one workspace to another: each hears its own time, and no other."""

import pytest
from django.utils import timezone

from processing import pipeline
from processing.models import Message
from social.keeping import drop_tokens
from social.models import SocialAccount, WebhookEvent
from tests.factories import make_account, make_workspace
from tests.processing.conftest import Scene
from tests.processing.polled import row, stored_page

pytestmark = pytest.mark.django_db


def disconnect(account: SocialAccount) -> None:
    drop_tokens(account)
    account.status = "disconnected"
    account.save()


def taken_over(account: SocialAccount) -> SocialAccount:
    """The same page, connected by another workspace a moment after it was disconnected here."""
    disconnect(account)
    return make_account(
        make_workspace("Autre"), external_id=account.external_id, connected_at=timezone.now()
    )


def reconnect(account: SocialAccount) -> None:
    SocialAccount.objects.filter(pk=account.pk).update(status="active", connected_at=timezone.now())


def hear(scene: Scene) -> None:
    scene.post(scene.envelope(scene.item(message={"mid": "m_1", "text": "Secret"})))


def test_a_page_read_for_one_workspace_is_never_received_by_another(scene: Scene) -> None:
    event = stored_page(scene.account, row(scene.account, "m_1"))
    taken_over(scene.account)
    pipeline.receive(event.pk)

    event.refresh_from_db()
    assert (event.status, event.reasons) == ("ignored", ["unknown_account"])
    assert not Message.objects.exists()


def test_a_call_from_before_another_workspace_connected_is_not_received_by_it(
    scene: Scene,
) -> None:
    hear(scene)
    taken_over(scene.account)
    scene.take_in()

    assert WebhookEvent.objects.get().reasons == ["unknown_account"]
    assert not Message.objects.exists()


def test_what_the_new_owner_is_told_is_received(scene: Scene) -> None:
    other = taken_over(scene.account)
    hear(scene)
    scene.take_in()

    assert Message.objects.get().workspace == other.workspace


def test_who_gets_an_account_back_hears_nothing_of_the_time_between(scene: Scene) -> None:
    other = taken_over(scene.account)
    hear(scene)
    disconnect(other)
    reconnect(scene.account)
    scene.take_in()

    assert not Message.objects.exists()


@pytest.mark.parametrize("had_it_before", [False, True])
def test_what_waits_while_its_own_workspace_connects_again_is_received(
    scene: Scene, *, had_it_before: bool
) -> None:
    account = taken_over(scene.account) if had_it_before else scene.account
    hear(scene)
    reconnect(account)
    scene.take_in()

    assert Message.objects.get().workspace == account.workspace
