"""An answer of whose outcome nobody knows, and what its network's thread shows to who looks."""

from collections.abc import Callable

import pytest
from django.utils import timezone

from processing import pipeline
from processing.models import Delivery
from social.contracts import Credentials, Found, Sought
from social.errors import ProviderError
from tests.processing.conftest import Scene
from tests.processing.queueing import UNKNOWN, Network


class Thread:
    """What the network's thread shows: each look gives the next of `shown`, the last for ever."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, *shown: Found | ProviderError) -> None:
        self.shown = list(shown)
        self.looks: list[Sought] = []
        self.tokens: list[str] = []
        self.meanwhile: Callable[[], object] = lambda: None
        self.network = Network(monkeypatch, look_up=self._look_up, limits=())

    def _look_up(self, credentials: Credentials, sought: Sought) -> Found:
        self.looks.append(sought)
        self.tokens.append(credentials.token)
        self.meanwhile()
        found = self.shown.pop(0) if len(self.shown) > 1 else self.shown[0]
        if isinstance(found, ProviderError):
            raise found
        return found


MISSING, UNCLEAR = Found("", complete=True), Found("")


def lost(scene: Scene, thread: Thread) -> Delivery:
    """Let an answer be sent whose outcome nobody knows."""
    thread.network.down(UNKNOWN)
    scene.say()
    scene.run()
    thread.network.up()
    delivery = Delivery.objects.get()
    assert delivery.status == "unconfirmed"
    return delivery


def look(delivery: Delivery) -> Delivery:
    """Let the time of the next look come, and look."""
    Delivery.objects.filter(pk=delivery.pk, next_at__isnull=False).update(next_at=timezone.now())
    pipeline.settle(delivery.pk)
    delivery.refresh_from_db()
    return delivery
