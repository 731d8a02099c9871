"""Operators look at outgoing webhooks, and have calls sent again; secrets are shown to nobody."""

from collections.abc import Iterator

import pytest
from django.urls import reverse
from pytest_django import Settings

from accounts.models import AuditEntry
from flowia.lib import clock
from integrations.models import HookCall
from tests.admin.pages import operator, page_of
from tests.integrations.hooking import Post, hooked, run_due

pytestmark = pytest.mark.django_db
CALLS = "admin:integrations_hookcall_changelist"


@pytest.fixture
def post(settings: Settings) -> Iterator[Post]:
    with hooked(settings) as found:
        yield found


def test_a_finished_call_is_sent_again_and_it_is_written_down(post: Post) -> None:
    now = clock.now()
    call = post.tell(now=now)
    assert call is not None
    run_due(now)
    client, _user = operator()
    form = {"action": "replay", "_selected_action": [call.pk]}
    shown = client.post(reverse(CALLS), form, follow=True).content.decode()

    assert "1 call is sent again." in shown
    assert HookCall.objects.get().status == "queued"
    assert AuditEntry.objects.filter(action="operator.replayed").count() == 1
    shown = client.post(reverse(CALLS), form, follow=True).content.decode()
    assert "0 calls are sent again." in shown


def test_who_may_only_look_has_no_such_action(post: Post) -> None:
    post.tell(now=clock.now())
    client, _user = operator("view_hookcall")
    assert 'value="replay"' not in client.get(reverse(CALLS)).content.decode()


def test_no_page_shows_a_secret_or_changes_anything(post: Post) -> None:
    client, _user = operator()
    shown = client.get(page_of(post.hook)).content.decode()

    assert post.secret not in shown
    assert post.hook.sealed_credentials not in shown
    assert client.post(page_of(post.hook), {"name": "theirs"}).status_code == 403
    assert client.get(reverse("admin:integrations_hook_changelist") + "?q=n8n").status_code == 200
