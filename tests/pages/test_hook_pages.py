"""The pages of outgoing webhooks: what is shown in each state, and what its forms do."""

import html
import re
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from pytest_django import Settings

from accounts.models import User
from billing.models import Subscription
from flowia.lib import clock
from integrations.hooks import signing
from integrations.models import Hook, HookCall
from tests.callers import Queries, browser
from tests.factories import make_member, make_workspace
from tests.integrations.hooking import Post, hooked, make_hook, raw_of, run_due

pytestmark = pytest.mark.django_db
LIST = "/tools/webhooks"
FORM = {"name": "Make", "url": "https://93.184.216.34/abc", "events": ["lead.created"]}


@pytest.fixture
def post(settings: Settings) -> Iterator[Post]:
    with hooked(settings) as found:
        yield found


@pytest.fixture
def owner(post: Post) -> User:
    return make_member(post.workspace)


def text(answer: Any) -> str:
    assert answer.status_code == 200
    return html.unescape(answer.content.decode())


def read(user: User, address: str = LIST) -> str:
    return text(browser(user, "en").get(address))


def do(user: User, post: Post, **form: Any) -> str:
    address = f"{LIST}/{post.hook.uid}"
    return text(browser(user, "en").post(address, form, follow=True))


def told(client: Client, address: str, **form: Any) -> Any:
    return client.post(address, form)


def test_a_newcomer_learns_what_it_is_good_for() -> None:
    workspace = make_workspace()
    Subscription.objects.create(workspace=workspace, plan="premium")
    shown = read(make_member(workspace))
    assert "n8n" in shown
    assert "Make" in shown
    assert 'href="/tools/webhooks/new"' in shown
    assert "Only an owner" in read(make_member(workspace, "member"))


@pytest.mark.parametrize(("role", "link"), [("owner", True), ("member", False)])
def test_a_plan_without_webhooks_says_so_and_leads_to_the_plans(role: str, link: bool) -> None:
    workspace = make_workspace()
    shown = read(make_member(workspace, role))
    assert "Your plan (Freemium) allows 0 outgoing webhooks." in shown
    assert ('class="button" href="/plan"' in shown) is link
    assert 'href="/tools/webhooks/new"' not in shown


def test_the_form_of_a_plan_without_webhooks_makes_nothing() -> None:
    user = make_member(make_workspace())
    shown = text(browser(user, "en").post(f"{LIST}/new", FORM))
    assert "allows 0 outgoing webhooks" in shown
    assert not Hook.objects.exists()


def test_a_hook_is_made_and_its_secret_shown_once(owner: User, post: Post) -> None:
    shown = text(browser(owner, "en").post(f"{LIST}/new", FORM))
    found = re.search(r">(whsec_[^<]+)<", shown)
    made = Hook.objects.get(name="Make")

    assert found is not None
    assert made.credentials["secret"] == found[1]
    for address in (LIST, f"{LIST}/{made.uid}", f"{LIST}/{made.uid}/change"):
        assert found[1] not in read(owner, address)
    assert f"…{found[1][-4:]}" in read(owner, f"{LIST}/{made.uid}")


REFUSED = [
    ({"url": "http://93.184.216.34/"}, "has to begin with https://"),
    ({"url": "https://192.168.1.10/"}, "leads into a private network"),
    ({"url": "https://nobody.invalid/"}, "Nobody knows this host"),
    ({"url": ""}, "This field is required"),
    ({"events": []}, "Choose at least one"),
    ({"events": ["lead.eaten"]}, "lead.eaten"),
    ({"name": "x" * 81}, "80"),
]


@pytest.mark.parametrize(("changes", "said"), REFUSED)
def test_forms_say_beside_the_field_what_is_wrong(
    changes: dict[str, Any], said: str, owner: User, post: Post
) -> None:
    for address in (f"{LIST}/new", f"{LIST}/{post.hook.uid}/change"):
        shown = text(browser(owner, "en").post(address, {**FORM, **changes}))
        assert said in shown
        assert 'class="errors"' in shown
    assert Hook.objects.count() == 1
    assert post.fresh().url == post.there.url


def test_a_hook_is_changed(owner: User, post: Post) -> None:
    browser(owner).post(f"{LIST}/{post.hook.uid}/change", {**FORM, "events": ["lead.erased"]})
    hook = post.fresh()
    assert (hook.name, hook.url, hook.events) == ("Make", FORM["url"], ["lead.erased"])


STATES: list[tuple[dict[str, Any], str]] = [
    ({}, "not called yet"),
    ({"called_at": clock.now}, "works"),
    ({"failing_since": clock.now}, "We try each one again for a day."),
    ({"status": "paused"}, "leaves when you resume"),
    ({"status": "disabled", "status_reason": "gone"}, "said that it is gone (410)"),
    ({"status": "disabled", "status_reason": "failing"}, "For five days no call went through"),
]


@pytest.mark.parametrize(("values", "said"), STATES)
def test_each_state_has_its_words(
    values: dict[str, Any], said: str, owner: User, post: Post
) -> None:
    Hook.objects.update(**{name: one() if callable(one) else one for name, one in values.items()})
    assert said in read(owner)
    assert said in read(owner, f"{LIST}/{post.hook.uid}")


def test_beyond_the_plan_the_page_says_so(owner: User, post: Post) -> None:
    Subscription.objects.update(plan="freemium")
    assert "beyond your plan" in read(owner)
    assert "See the plans" in read(owner, f"{LIST}/{post.hook.uid}")


TESTS = [
    (200, "The test was taken: answer 200 after"),
    (500, "The test was not taken: answer 500. The address answered with an error."),
    (302, "The test was not taken: answer 302. The address leads on to another one"),
]


@pytest.mark.parametrize(("status", "said"), TESTS)
def test_a_test_tells_what_came_of_it(status: int, said: str, owner: User, post: Post) -> None:
    post.there.answers.clear()
    post.there.answer(status, {})
    assert said in do(owner, post, do="test")
    assert HookCall.objects.get().attempts == 1


def test_a_test_that_finds_nobody_says_so(owner: User, post: Post) -> None:
    Hook.objects.update(url="http://127.0.0.1:1/")
    assert "The test did not arrive. Nobody took the call" in do(owner, post, do="test")


def test_paused_and_resumed_by_its_buttons(owner: User, post: Post) -> None:
    assert "Paused:" in do(owner, post, do="pause")
    assert post.fresh().status == "paused"
    assert "Resumed:" in do(owner, post, do="resume")
    assert post.fresh().status == "active"


def test_the_list_of_calls_tells_each_and_sends_again(owner: User, post: Post) -> None:
    post.there.answers.clear()
    post.there.answer(503, {})
    now = clock.now()
    post.tell(now=now)
    run_due(now)
    shown = read(owner, f"{LIST}/{post.hook.uid}")
    for said in ("A lead is new", "503", "The address answered with an error.", "waiting"):
        assert said in shown
    assert 'value="again"' not in shown
    HookCall.objects.update(status="failed", next_at=None)
    call = HookCall.objects.get()
    assert 'value="again"' in read(owner, f"{LIST}/{post.hook.uid}")

    assert "It is being sent again." in do(owner, post, do="again", call=str(call.uid))
    assert HookCall.objects.get().status == "queued"
    assert "cannot be sent again" in do(owner, post, do="again", call=str(call.uid))
    assert "cannot be sent again" in do(owner, post, do="again", call="x")


def test_since_a_moment_is_in_the_workspaces_own_time(owner: User, post: Post) -> None:
    post.workspace.timezone = "Pacific/Honolulu"
    post.workspace.save()
    now = clock.now()
    post.tell(now=now)
    HookCall.objects.update(status="failed", created_at=now - timedelta(hours=1), next_at=None)
    local = (now - timedelta(hours=12)).strftime("%Y-%m-%dT%H:%M")
    form = {"do": "since", "since": local, "which": "failed"}

    assert "1 call is sent again." in do(owner, post, **form)
    HookCall.objects.update(status="failed", next_at=None)
    form["since"] = now.strftime("%Y-%m-%dT%H:%M")
    assert "0 calls are sent again." in do(owner, post, **form)
    assert "Choose since when" in do(owner, post, do="since", since="soon")


def test_one_call_shows_what_is_sent(owner: User, post: Post) -> None:
    post.tell(now=clock.now(), intent="<b>price</b>")
    call = HookCall.objects.get()
    shown = browser(owner, "en").get(f"{LIST}/calls/{call.uid}").content.decode()

    assert "&quot;type&quot;: &quot;lead.created&quot;" in shown
    assert "<b>price" not in shown
    assert str(call.uid) in shown


def test_a_new_secret_is_asked_about_first_and_both_sign(owner: User, post: Post) -> None:
    address = f"{LIST}/{post.hook.uid}/secret"
    assert "For 24 hours" in read(owner, address)
    shown = text(browser(owner, "en").post(address))
    found = re.search(r">(whsec_[^<]+)<", shown)
    assert found is not None
    now = clock.now()
    post.tell(now=now)
    run_due(now)
    for secret in (found[1], post.secret):
        asked = post.there.asked[-1]
        signing.verify(secret, asked.headers, raw_of(asked), now=now)
    assert "the former one signs, too, until" in read(owner, f"{LIST}/{post.hook.uid}")


def test_deleting_asks_first_and_says_what_is_lost(owner: User, post: Post) -> None:
    post.tell(now=clock.now())
    address = f"{LIST}/{post.hook.uid}/remove"
    assert "1 call still waits and will not be sent." in read(owner, address)
    shown = text(browser(owner, "en").post(address, follow=True))
    assert "n8n is deleted." in shown
    assert not Hook.objects.exists()


def test_a_teammate_reads_and_acts_on_nothing(post: Post) -> None:
    make_hook(post.workspace, "https://93.184.216.34/a-secret-of-makes", name="Make")
    post.tell(now=clock.now())
    client = browser(make_member(post.workspace, "member"), "en")
    one = f"{LIST}/{post.hook.uid}"
    shown = text(client.get(LIST)) + text(client.get(one))
    assert "n8n" in shown
    assert "https://93.184.216.34/…" in shown
    for word in ("a-secret-of-makes", 'value="test"', "/change", "/remove", "/secret"):
        assert word not in shown
    for address in (f"{LIST}/new", f"{one}/change", f"{one}/secret", f"{one}/remove"):
        assert client.get(address).status_code == 403
        assert client.post(address, FORM).status_code == 403
    for deed in ("test", "pause", "resume", "again", "since"):
        assert client.post(one, {"do": deed}).status_code == 403
    assert post.there.asked == []


def test_a_stranger_finds_nothing(post: Post) -> None:
    post.tell(now=clock.now())
    client = browser(make_member(make_workspace("Ailleurs")))
    one = f"{LIST}/{post.hook.uid}"
    call = f"{LIST}/calls/{HookCall.objects.get().uid}"
    Hook.objects.update(name="Zqhook")
    assert "Zqhook" not in text(client.get(LIST))
    for address in (one, f"{one}/change", f"{one}/secret", f"{one}/remove", call):
        assert client.get(address).status_code == 404


def test_the_pages_cost_the_same_however_long(
    owner: User, post: Post, django_assert_max_num_queries: Queries
) -> None:
    client = browser(owner)
    for number in range(5):
        make_hook(post.workspace, f"{post.there.url}/{number}", name=f"hook {number}")
    for number in range(30):
        post.tell(now=clock.now(), id=f"019d3f5c-6f4e-7d5e-8a51-{number:012}")
    client.get(LIST)
    with django_assert_max_num_queries(14):
        client.get(LIST)
    with django_assert_max_num_queries(18):
        client.get(f"{LIST}/{post.hook.uid}")


def test_only_the_changing_part_is_answered_to_the_open_page(owner: User, post: Post) -> None:
    address = f"{LIST}/{post.hook.uid}"
    client = browser(owner, "en")
    before = client.get(address, headers={"x-fragment": "1"}).content.decode()
    assert "<html" not in before
    post.tell(now=clock.now())
    after = client.get(address, headers={"x-fragment": "1"}).content.decode()
    versions = [re.search(r'data-version="(\w+)"', one) for one in (before, after)]
    assert versions[0]
    assert versions[1]
    assert versions[0][1] != versions[1][1]
