"""A contact's name, learned from the network after somebody became a lead."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta

import pytest
from pytest_django import Settings
from redis import Redis

from flowia.lib import clock
from integrations.models import HookCall, Integration, SyncRun
from processing import naming, pipeline, pushing
from processing.models import Contact, InteractionEvent, Lead
from social.contracts import Profile
from social.providers.registry import PROVIDERS
from tests.integrations.hooking import Post, hooked, lead_in, run_due

pytestmark = pytest.mark.django_db


@pytest.fixture
def post(settings: Settings, live_redis: Redis) -> Iterator[Post]:
    settings.SYNC_SETTLE_SECONDS = 0
    with hooked(settings) as found:
        Integration.objects.create(workspace=found.workspace, kind="notion", status="active")
        yield found


@pytest.fixture(params=["Zoé Martin"])
def network(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    said = Profile(request.param)
    fake = replace(PROVIDERS["meta"], profile=lambda *_asked: said)
    monkeypatch.setitem(PROVIDERS, "meta", fake)
    monkeypatch.setattr(naming, "credentials_of", lambda _account: None)


def nameless(post: Post) -> Lead:
    """A lead whose name the network is about to be asked for."""
    lead = lead_in(post.workspace)
    due = clock.now() - timedelta(seconds=1)
    Contact.objects.filter(pk=lead.contact_id).update(name="", handle="", profile_next_at=due)
    lead.contact.refresh_from_db()
    return lead


@pytest.mark.usefixtures("network")
def test_a_name_learned_after_the_lead_reaches_tools_and_webhooks(post: Post) -> None:
    lead = nameless(post)
    pushing.tell_lead(lead, "lead_new", now=clock.now())
    told = InteractionEvent.objects.count()

    wakes = pipeline.profile(lead.contact_id)
    run_due(clock.now())
    assert [one.step for one in wakes] == ["hook"]
    assert SyncRun.objects.get().payload["name"] == "Zoé Martin"
    calls = [(body["type"], body["data"]["lead"]["contact"]["name"]) for body in post.bodies()]
    assert calls == [("lead.created", ""), ("lead.updated", "Zoé Martin")]
    assert InteractionEvent.objects.count() == told  # its level has no news


@pytest.mark.usefixtures("network")
def test_the_name_of_who_is_no_lead_is_told_to_nobody(post: Post) -> None:
    lead = nameless(post)
    Lead.objects.all().delete()

    assert pipeline.profile(lead.contact_id) == []
    assert Contact.objects.get(pk=lead.contact_id).name == "Zoé Martin"
    assert not SyncRun.objects.exists()
    assert not HookCall.objects.exists()


@pytest.mark.usefixtures("network")
@pytest.mark.parametrize("network", [""], indirect=True)
def test_a_network_that_names_nobody_changes_no_lead(post: Post) -> None:
    lead = nameless(post)

    assert pipeline.profile(lead.contact_id) == []
    assert not SyncRun.objects.exists()
    assert not HookCall.objects.exists()
