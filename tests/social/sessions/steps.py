"""The steps of a browsed account as workers take them."""

from flowia.lib import clock
from processing import pipeline
from social import polling
from social.models import Poll, SocialAccount, WebhookEvent


def look(account: SocialAccount) -> None:
    """Let a worker take the account's look, if it is due."""
    pipeline.check(account.pk)


def read(account: SocialAccount, stream: str = "inbox") -> Poll:
    """Let a worker take a stream's turn, if it is due, and receive what that brought."""
    polling.ensure_polls(account, now=clock.now())
    poll = Poll.objects.get(social_account=account, stream=stream)
    pipeline.poll(poll.pk)
    receive()
    poll.refresh_from_db()
    return poll


def receive() -> None:
    for key in list(WebhookEvent.objects.filter(status="received").values_list("pk", flat=True)):
        pipeline.receive(key)
