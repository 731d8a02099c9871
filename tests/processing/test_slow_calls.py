"""A call that comes back long after it was given up: the network's word is the last one."""

from datetime import timedelta

import pytest
from django.utils import timezone

from billing.models import Quota
from processing import sending
from processing.models import DeadLetter, Delivery
from processing.tasks import replay_dead_letter
from social.contracts import Credentials, OutboundMessage
from tests.processing.conftest import Scene
from tests.processing.looking import MISSING, Thread, look

pytestmark = pytest.mark.django_db


def sleep_long() -> Delivery:
    """Let the call's lease end, and two complete looks find nothing."""
    late = timezone.now() - timedelta(seconds=1)
    Delivery.objects.filter(status="sending").update(next_at=late)
    sending.sweep()
    return look(look(Delivery.objects.get()))


@pytest.mark.parametrize("replayed", [False, True])
def test_a_call_that_ends_after_the_proof_of_absence_is_believed(
    scene: Scene, monkeypatch: pytest.MonkeyPatch, *, replayed: bool
) -> None:
    """A worker that slept in the call (SIGSTOP) comes back with the network's receipt."""
    thread = Thread(monkeypatch, MISSING)

    def sleep(_credentials: Credentials, _message: OutboundMessage) -> None:
        assert sleep_long().status == "failed"
        assert (Quota.objects.get().used, Quota.objects.get().reserved) == (0, 0)
        assert not replayed or replay_dead_letter(DeadLetter.objects.get().pk)

    thread.network.refuses = sleep
    scene.say()
    scene.run()

    delivery, reply, quota = Delivery.objects.get(), scene.reply(), Quota.objects.get()
    assert (delivery.status, delivery.next_at, delivery.error_code) == ("sent", None, "")
    assert (reply.status, reply.reason, reply.external_id[:6]) == ("sent", "", "m_out_")
    assert (quota.used, quota.reserved) == (1, 0)
    assert scene.conversation().handoff_reason == ""
    assert not DeadLetter.objects.filter(replayed_at=None).exists()
    assert len(thread.network.asked) == 1
