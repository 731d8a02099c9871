"""Outgoing webhooks by HTTP: who may, what is refused, secrets told once, tests and replays."""

from collections.abc import Iterator
from typing import Any

import pytest
from django.test import Client
from pytest_django import Settings

from accounts.models import AuditEntry, Workspace
from billing.models import Subscription
from flowia.lib import clock
from integrations.hooks import signing
from integrations.models import Hook, HookCall
from tests.callers import caller
from tests.factories import make_member, make_workspace
from tests.integrations.hooking import Post, hooked, make_hook, raw_of, run_due

pytestmark = pytest.mark.django_db
LIST = "/integrations/webhooks"
VALUES = {"name": "Make", "url": "https://93.184.216.34/abc", "events": ["lead.created"]}


@pytest.fixture
def post(settings: Settings) -> Iterator[Post]:
    with hooked(settings, plan="premium") as found:
        yield found


@pytest.fixture
def owner(post: Post) -> Client:
    return caller(make_member(post.workspace))


@pytest.fixture
def teammate(post: Post) -> Client:
    return caller(make_member(post.workspace, "member"))


def send(client: Client, method: str, address: str, body: Any = None) -> Any:
    return getattr(client, method)(address, body or {}, content_type="application/json")


def test_a_hook_is_made_with_a_secret_that_is_told_once(owner: Client, post: Post) -> None:
    answer = send(owner, "post", LIST, VALUES)
    made = answer.json()

    assert answer.status_code == 201, made
    assert made["secret"].startswith("whsec_")
    assert made["secret"].endswith(made["secret_hint"])
    assert (made["status"], made["state"]["code"]) == ("active", "new")
    assert made["url"] == VALUES["url"]
    one = f"{LIST}/{made['id']}"
    for told in (owner.get(one), owner.get(LIST), send(owner, "patch", one, {"name": "n"})):
        assert made["secret"] not in told.content.decode()
    assert made["secret"] not in Hook.objects.get(uid=made["id"]).sealed_credentials
    entry = AuditEntry.objects.filter(action="webhook.made").last()
    assert entry is not None
    assert "secret" not in str(entry.data)


def test_the_list_is_in_the_order_in_which_the_plan_carries(owner: Client, post: Post) -> None:
    make_hook(post.workspace, f"{post.there.url}/2", name="second")
    told = owner.get(LIST).json()["results"]

    assert [one["name"] for one in told] == ["n8n", "second"]


BAD: list[tuple[dict[str, Any], str]] = [
    ({"url": "http://93.184.216.34/"}, "url"),
    ({"url": "https://10.0.0.1/"}, "url"),
    ({"url": "https://169.254.169.254/latest/meta-data"}, "url"),
    ({"url": "https://user:pass@93.184.216.34/"}, "url"),
    ({"url": "https://2130706433/"}, "url"),
    ({"url": "https://nobody.invalid/"}, "url"),
    ({"url": "https://93.184.216.34:22/"}, "url"),
    ({"url": "javascript:alert(1)"}, "url"),
    ({"url": ""}, "url"),
    ({"url": "https://93.184.216.34/" + "x" * 500}, "url"),
    ({"url": 7}, "url"),
    ({"events": []}, "events"),
    ({"events": ["lead.eaten"]}, "events"),
    ({"events": ["test.ping"]}, "events"),
    ({"events": "lead.created"}, "events"),
    ({"name": ""}, "name"),
    ({"name": "x" * 81}, "name"),
    ({"name": None}, "name"),
]


@pytest.mark.parametrize(("changes", "field"), BAD)
def test_what_is_refused_when_made_is_refused_when_changed(
    changes: dict[str, Any], field: str, owner: Client, post: Post
) -> None:
    made = send(owner, "post", LIST, {**VALUES, **changes})
    changed = send(owner, "patch", f"{LIST}/{post.hook.uid}", changes)

    for answer in (made, changed):
        assert answer.status_code == 400, answer.content
        assert field in {name.partition(".")[0] for name in answer.json()["errors"]}
    hook = post.fresh()
    assert (hook.name, hook.url, hook.events) == (post.hook.name, post.hook.url, post.hook.events)
    assert Hook.objects.count() == 1


def test_an_address_is_told_once_in_a_workspace(owner: Client, post: Post) -> None:
    assert send(owner, "post", LIST, VALUES).status_code == 201
    for answer in (
        send(owner, "post", LIST, VALUES),
        send(owner, "patch", f"{LIST}/{post.hook.uid}", {"url": VALUES["url"]}),
    ):
        assert answer.status_code == 400
        assert "url" in answer.json()["errors"]
    elsewhere = make_workspace("Ailleurs")
    Subscription.objects.create(workspace=elsewhere, plan="ultra")
    assert send(caller(make_member(elsewhere)), "post", LIST, VALUES).status_code == 201


def test_the_plan_says_how_many(owner: Client, post: Post) -> None:
    for number in (1, 2):
        url = f"{VALUES['url']}/{number}"
        assert send(owner, "post", LIST, {**VALUES, "url": url}).status_code == 201
    answer = send(owner, "post", LIST, VALUES)

    assert answer.status_code == 402
    assert answer.json()["code"] == "plan_required"
    Subscription.objects.update(plan="freemium")
    told = owner.get(LIST).json()["results"]
    assert [one["state"]["code"] for one in told] == ["beyond_plan"] * 3
    Subscription.objects.update(plan="premium")
    told = owner.get(LIST).json()["results"]
    assert [one["state"]["code"] for one in told] == ["new"] * 3


def test_a_teammate_sees_everything_but_the_whole_address_and_acts_on_nothing(
    teammate: Client, post: Post
) -> None:
    now = clock.now()
    post.tell(now=now)
    run_due(now)
    make_hook(post.workspace, "https://93.184.216.34/a-secret-of-makes", name="Make")
    told = teammate.get(LIST)
    assert [one["url"] for one in told.json()["results"]] == [
        f"{post.there.url}/…",
        "https://93.184.216.34/…",
    ]
    one = f"{LIST}/{post.hook.uid}"
    call = HookCall.objects.first()
    assert call is not None
    assert teammate.get(one).json()["name"] == "n8n"
    assert teammate.get(f"{one}/calls").json()["results"][0]["status"] == "done"
    assert teammate.get(f"{LIST}/calls/{call.uid}").json()["payload"]["type"] == "lead.created"
    for method, address in (
        ("post", LIST),
        ("patch", one),
        ("delete", one),
        ("post", f"{one}/rotate"),
        ("post", f"{one}/test"),
        ("post", f"{one}/replay"),
        ("post", f"{LIST}/calls/{call.uid}/replay"),
    ):
        assert send(teammate, method, address, VALUES).status_code == 403, address
    assert len(post.there.asked) == 1


def test_a_stranger_finds_nothing(post: Post) -> None:
    stranger = caller(make_member(make_workspace("Ailleurs")))
    post.tell(now=clock.now())
    call = HookCall.objects.get()
    one = f"{LIST}/{post.hook.uid}"
    assert stranger.get(LIST).json()["results"] == []
    for method, address in (
        ("get", one),
        ("patch", one),
        ("delete", one),
        ("post", f"{one}/rotate"),
        ("post", f"{one}/test"),
        ("get", f"{one}/calls"),
        ("post", f"{one}/replay"),
        ("get", f"{LIST}/calls/{call.uid}"),
        ("post", f"{LIST}/calls/{call.uid}/replay"),
    ):
        answer = stranger.get(address) if method == "get" else send(stranger, method, address)
        assert answer.status_code == 404, address


def test_pausing_and_resuming_are_changes_like_others(owner: Client, post: Post) -> None:
    one = f"{LIST}/{post.hook.uid}"
    told = send(owner, "patch", one, {"paused": True, "name": "later"}).json()
    assert (told["status"], told["name"]) == ("paused", "later")
    assert send(owner, "patch", one, {"paused": False}).json()["status"] == "active"
    Hook.objects.update(status="disabled", status_reason="gone", failing_since=clock.now())
    assert send(owner, "patch", one, {"paused": True}).status_code == 409
    told = send(owner, "patch", one, {"paused": False}).json()
    assert (told["status"], told["failing_since"]) == ("active", None)
    actions = [one.action for one in AuditEntry.objects.order_by("pk")]
    assert actions[1:] == [
        "webhook.changed",
        "webhook.paused",
        "webhook.resumed",
        "webhook.resumed",
    ]


def test_a_new_secret_is_told_once_and_both_sign_for_a_day(owner: Client, post: Post) -> None:
    answer = send(owner, "post", f"{LIST}/{post.hook.uid}/rotate").json()
    now = clock.now()
    post.tell(now=now)
    run_due(now)
    (asked,) = post.there.asked
    for secret in (post.secret, answer["secret"]):
        signing.verify(secret, asked.headers, raw_of(asked), now=now)

    assert answer["previous_until"] is not None
    assert post.fresh().secret_hint == answer["secret"][-4:]


def test_a_test_says_what_was_answered(owner: Client, post: Post) -> None:
    post.there.answers.clear()
    post.there.answer(500, {"their": "own words"})
    answer = send(owner, "post", f"{LIST}/{post.hook.uid}/test")
    told = answer.json()

    assert answer.status_code == 200
    assert (told["status"], told["http_status"], told["event"]) == ("failed", 500, "test.ping")
    assert told["sentence"]
    assert "own words" not in answer.content.decode()


@pytest.mark.usefixtures("live_redis")
def test_tests_are_counted(owner: Client, post: Post) -> None:
    answers = [send(owner, "post", f"{LIST}/{post.hook.uid}/test") for _ in range(31)]

    assert [one.status_code for one in answers] == [200] * 30 + [429]
    assert int(answers[-1]["Retry-After"]) > 0
    assert len(post.there.asked) == 30


def test_calls_are_listed_filtered_and_sent_again(owner: Client, post: Post) -> None:
    post.there.answers.clear()
    post.there.answer(410, {})
    now = clock.now()
    post.tell(now=now)
    run_due(now)
    one = f"{LIST}/{post.hook.uid}"
    (told,) = owner.get(f"{one}/calls?status=failed&event=lead.created").json()["results"]
    assert (told["http_status"], told["attempts"], told["error_code"]) == (410, 1, "gone")
    assert owner.get(f"{one}/calls?status=done").json()["results"] == []
    assert owner.get(f"{one}/calls?status=lost").status_code == 400

    again = f"{LIST}/calls/{told['id']}/replay"
    answer = send(owner, "post", again)
    assert (answer.status_code, answer.json()["status"]) == (202, "queued")
    assert send(owner, "post", again).status_code == 409
    send(owner, "patch", one, {"paused": False})
    post.there.answers.clear()
    post.there.answer(200, {})
    run_due(clock.now())
    assert [a.headers["webhook-id"] for a in post.there.asked] == [told["id"]] * 2


def test_since_a_moment_is_sent_again(owner: Client, post: Post) -> None:
    now = clock.now()
    post.tell(now=now)
    run_due(now)
    address, since = f"{LIST}/{post.hook.uid}/replay", now.isoformat()[:10] + "T00:00:00Z"

    assert send(owner, "post", address, {"since": since}).json() == {"calls": 0}
    answer = send(owner, "post", address, {"since": since, "everything": True})
    assert (answer.status_code, answer.json()) == (202, {"calls": 1})
    assert send(owner, "post", address, {"since": "yesterday"}).status_code == 400
    assert send(owner, "post", address).status_code == 400


def test_deleted_it_is_gone_with_its_calls(owner: Client, post: Post) -> None:
    post.tell(now=clock.now())
    assert owner.delete(f"{LIST}/{post.hook.uid}").status_code == 204
    assert owner.delete(f"{LIST}/{post.hook.uid}").status_code == 404
    assert not HookCall.objects.exists()
    assert run_due(clock.now()) == 0


def test_a_workspace_of_its_own_is_named_like_everywhere(post: Post) -> None:
    both = make_member(post.workspace)
    other: Workspace = make_workspace("Ailleurs")
    other.memberships.create(user=both, role="owner")

    assert caller(both).get(LIST).status_code == 400
    assert caller(both, **{"x-workspace": str(other.uid)}).get(LIST).json()["results"] == []
