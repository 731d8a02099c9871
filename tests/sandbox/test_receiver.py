"""The receiver of webhooks: two signatures written apart agree, and every attempt is kept."""

import re
from collections import Counter, defaultdict
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
import requests
from pytest_django import Settings

from accounts import audit
from billing.models import Subscription
from flowia.lib import clock
from integrations.hooks import calling, keeping
from integrations.models import Hook, HookCall
from tests.factories import make_workspace
from tests.integrations.hooking import Post, make_hook, run_due
from tests.sandbox.conftest import Sandbox
from tests.standin import StandIn

pytestmark = pytest.mark.django_db
BOX = "n8n"


@pytest.fixture
def post(sandbox: Sandbox, settings: Settings) -> Iterator[Post]:
    settings.WEBHOOK_PRIVATE_NETWORKS = ["127.0.0.0/8"]
    workspace = make_workspace()
    Subscription.objects.create(workspace=workspace, plan="ultra")
    hook, secret = make_hook(workspace, f"{sandbox.url}/receiver/{BOX}")
    sandbox.post("/options", receiver_secrets={BOX: secret})
    yield Post(workspace, hook, secret, StandIn())
    sandbox.delete("/faults")


def came(sandbox: Sandbox) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = sandbox.get("/calls", service="receiver", recipient=BOX)["calls"]
    return found


def test_it_finds_our_signature_right(sandbox: Sandbox, post: Post) -> None:
    sent = calling.test(post.hook)
    (one,) = came(sandbox)

    assert (sent.status, sent.http_status) == ("done", 200)
    assert (one["text"], one["external_id"]) == ("signed", str(sent.uid))
    assert one["body"]["type"] == "test.ping"


def test_it_says_what_is_wrong_with_a_signature(sandbox: Sandbox, post: Post) -> None:
    address = f"{sandbox.url}/receiver/{BOX}"
    now = int(clock.now().timestamp())
    given = {"webhook-id": "x", "webhook-signature": "v1,eA=="}
    for headers in (
        {},
        {**given, "webhook-timestamp": str(now)},
        {**given, "webhook-timestamp": str(now - 301)},
        {**given, "webhook-timestamp": str(now + 310)},
    ):
        requests.post(address, b"{}", headers=headers, timeout=10)
    sandbox.post("/options", receiver_secrets=None)
    calling.test(post.hook)

    said = [one["text"] for one in came(sandbox)]
    assert said == ["unsigned", "wrong signature", "too old", "too new", "no secret"]


def test_both_secrets_are_good_while_one_is_replaced(sandbox: Sandbox, post: Post) -> None:
    fresh = keeping.rotate(post.hook, by=audit.SYSTEM)
    calling.test(Hook.objects.get(pk=post.hook.pk))
    sandbox.post("/options", receiver_secrets={BOX: fresh})
    calling.test(Hook.objects.get(pk=post.hook.pk))

    assert [one["text"] for one in came(sandbox)] == ["signed", "signed"]


ANSWERS: list[tuple[dict[str, Any], int | None, str]] = [
    ({"kind": "server_error"}, 500, "refused"),
    ({"kind": "rate_limited"}, 429, "refused"),
    ({"kind": "error", "status": 410}, 410, "gone"),
    ({"kind": "error", "status": 302, "headers": {"Location": "/x"}}, 302, "redirected"),
    ({"kind": "lost_after_acceptance"}, None, "n"),
]


@pytest.mark.parametrize(("fault", "status", "code"), ANSWERS)
def test_it_answers_as_it_is_told(
    fault: dict[str, Any], status: int | None, code: str, sandbox: Sandbox, post: Post
) -> None:
    sandbox.post("/faults", service="receiver", **fault)
    sent = calling.test(post.hook)

    assert sent.http_status == status
    assert sent.error_code.startswith(code)
    assert len(came(sandbox)) == 1


def test_over_a_bad_line_each_event_is_taken_under_one_id(sandbox: Sandbox, post: Post) -> None:
    now = clock.now()
    for kind, every in (("server_error", 3), ("lost_after_acceptance", 4), ("rate_limited", 7)):
        sandbox.post("/faults", service="receiver", kind=kind, every=every, times=None)
    leads = {f"019d3f5c-6f4e-7d5e-8a51-{number:012}" for number in range(60)}
    for uid in leads:
        post.tell(now=now, id=uid)
    for _ in range(calling.MAX_ATTEMPTS):
        HookCall.objects.filter(status="queued").update(next_at=now)
        run_due(clock.now() + timedelta(seconds=1))

    assert Counter(HookCall.objects.values_list("status", flat=True)) == {"done": 60}
    ids: dict[str, set[str]] = defaultdict(set)
    taken = set()
    for one in came(sandbox):
        uid = one["body"]["data"]["lead"]["id"]
        ids[uid].add(one["external_id"])
        if one["status"] == 200:
            taken.add(uid)
        assert one["text"] == "signed"
    assert taken == leads
    assert all(len(found) == 1 for found in ids.values())
    assert len(came(sandbox)) > 80


def test_its_page_keeps_the_secret_and_chooses_the_answer(sandbox: Sandbox) -> None:
    session = requests.Session()
    page = session.get(f"{sandbox.url}/receiver", timeout=10).text
    token = re.search(r'name="csrfmiddlewaretoken" value="(\w+)"', page)
    assert token is not None
    forms = {"csrfmiddlewaretoken": token[1], "secret": "whsec_c2VjcmV0c2VjcmV0c2VjcmV0c2VjcmV0"}
    session.post(f"{sandbox.url}/receiver/change", forms, timeout=10)
    forms = {"csrfmiddlewaretoken": token[1], "way": "410"}
    page = session.post(f"{sandbox.url}/receiver/change", forms, timeout=10).text

    assert "whsec_c2VjcmV0" in page
    assert '<option value="410" selected>' in page
    assert requests.post(f"{sandbox.url}/receiver/{BOX}", b"{}", timeout=10).status_code == 410
    session.post(f"{sandbox.url}/receiver/change", {**forms, "way": "ok"}, timeout=10)
    assert requests.post(f"{sandbox.url}/receiver/{BOX}", b"{}", timeout=10).status_code == 200
