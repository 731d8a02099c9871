"""The operators' pages of health, queues and pauses over HTTP; members and strangers see none."""

import html
import re
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from pytest_django import Settings
from redis import Redis

from accounts import activity
from accounts.models import AuditEntry
from flowia.lib import clock
from flowia.watching import lines
from flowia.watching.reading import Health, read
from processing.models import DeadLetter, ModelState
from social.models import Breaker, ProviderPause, SocialAccount, Stop
from tests.admin.factor import enrol
from tests.admin.pages import operator, page_of
from tests.callers import browser
from tests.factories import (
    make_account,
    make_conversation,
    make_event,
    make_member,
    make_message,
    make_webhook,
    make_workspace,
)

pytestmark = pytest.mark.django_db
PAGES = ("index", "queues", "pauses")
TOKEN = {"authorization": "Bearer for-prometheus"}


@pytest.fixture
def trouble() -> SocialAccount:
    """A house in which something of each kind is wrong."""
    now, workspace = clock.now(), make_workspace("Atelier")
    account = make_account(workspace, status="needs_login")
    thread = make_conversation(workspace, account=account)
    make_message(thread, next_at=now - timedelta(minutes=11))
    make_webhook(status="failed")
    DeadLetter.objects.create(
        workspace=workspace, kind="send", object_id=1, reason="gave_up", attempts=4
    )
    Breaker.objects.create(name="provider:meta", opened_until=now + timedelta(hours=1))
    ModelState.objects.create(code="model_out_of_credit", since=now, retry_at=now)
    ProviderPause.objects.create(provider="tiktok", reason="incident")
    return account


@pytest.mark.parametrize("name", PAGES)
def test_members_and_strangers_see_nothing(name: str) -> None:
    owner = browser(make_member(make_workspace()))
    for client in (owner, browser()):
        answer = client.get(reverse(f"admin:{name}"))
        assert answer.status_code == 302
        assert "login" in answer["Location"]


@pytest.mark.parametrize("name", PAGES)
@pytest.mark.parametrize("language", ["fr", "en"])
def test_each_page_opens_in_both_languages(
    name: str, language: str, trouble: SocialAccount
) -> None:
    _client, user = operator()
    answer = browser(user, language).get(reverse(f"admin:{name}"))
    assert answer.status_code == 200
    assert 'style="' not in answer.content.decode()


def test_the_home_says_in_words_what_is_wrong(trouble: SocialAccount, settings: Settings) -> None:
    settings.STRIPE_SECRET_KEY = "sk_test_x"
    page = operator()[0].get(reverse("admin:index")).content.decode()
    for words in (
        "Redis", "does not answer", "Queue incomingMessages", "1 due", "Dead letters: send",
        "Failed webhook calls", "Open breakers", "The model is not asked: model_out_of_credit",
        "Accounts to connect again", "Units of the day: youtube", "not looked at lately",
    ):  # fmt: skip
        assert words in page, words
    assert re.search(r"✕</span> bad", page)
    assert re.search(r"✓</span> good", page)
    for group in ("People and workspaces", "Plans and payments", "Records and schedules"):
        assert group in page


def test_every_line_leads_to_a_page_that_opens(trouble: SocialAccount) -> None:
    client, _user = operator()
    found = lines.lines(read())
    assert len(found) > 18
    for one in found:
        assert client.get(one.address).status_code == 200, one.address


def test_a_failure_of_the_model_leads_to_its_rows_and_searches_no_column() -> None:
    conversation = make_conversation(make_workspace())
    wanted = make_event(conversation, kind="decided", reason="model_timeout")
    make_event(conversation, reason="received")
    (address,) = {one.address for one in lines.lines(read()) if one.more == "model_timeout"}

    with CaptureQueriesContext(connection) as asked:
        page: Any = operator()[0].get(address)

    assert list(page.context["cl"].result_list) == [wanted]
    assert not any("LIKE" in one["sql"] for one in asked if "model_timeout" in one["sql"])


@pytest.mark.parametrize("name", PAGES)
def test_each_page_asks_at_most_twelve_questions_whoever_reads_it(
    name: str, trouble: SocialAccount, settings: Settings
) -> None:
    client, _user = operator("view_deadletter", "view_workspace", "change_deadletter")
    settings.OPERATOR_SECOND_FACTOR = True
    enrol(client)
    client.get(reverse(f"admin:{name}"))
    with CaptureQueriesContext(connection) as asked:
        assert client.get(reverse(f"admin:{name}")).status_code == 200
    assert len(asked) <= 12, "\n".join(one["sql"] for one in asked)


def test_the_installation_is_named(settings: Settings) -> None:
    client, _user = operator()
    for production, demo, words in (
        (True, False, "Production: real people"), (False, False, "Not production."),
        (True, True, "Demonstration"),
    ):  # fmt: skip
        settings.PRODUCTION, settings.DEMO = production, demo
        page = client.get(reverse("admin:index")).content.decode()
        assert words in page
        assert ("Production: real" in page) == (words == "Production: real people")


def values_of(text: str) -> dict[tuple[str, tuple[str, ...]], float]:
    found = {}
    for line in text.splitlines():
        told = re.fullmatch(r"(\w+)(?:\{(.*)\})? (\S+)", line)
        if told and not line.startswith("#"):
            labels = tuple(re.findall(r'="([^"]*)"', told[2] or ""))
            found[told[1], labels] = float(told[3])
    return found


def test_the_admin_and_the_metrics_say_the_same(
    trouble: SocialAccount, settings: Settings, monkeypatch: pytest.MonkeyPatch, live_redis: Redis
) -> None:
    settings.METRICS_TOKEN = "for-prometheus"
    health: Health = read()
    monkeypatch.setattr("flowia.watching.reading.read", lambda: health)
    monkeypatch.setattr("flowia.watching.metrics.read", lambda: health)
    shown: list[lines.Line] = operator()[0].get(reverse("admin:index")).context["lines"]
    values = values_of(Client().get("/metrics", headers=TOKEN).content.decode())
    told = [one for one in shown if one.value is not None]
    assert len(told) > 15
    for one in told:
        assert values[one.metric, one.labels] == one.value, one


def test_metrics_are_for_who_brings_the_token(settings: Settings) -> None:
    client = Client()
    assert client.get("/metrics", headers=TOKEN).status_code == 404
    settings.METRICS_TOKEN = "for-prometheus"
    for header in ({}, {"authorization": "Bearer wrong"}, {"authorization": "for-prometheus"}):
        assert client.get("/metrics", headers=header).status_code == 401
    assert client.post("/metrics", headers=TOKEN).status_code == 405
    answer = client.get("/metrics/", headers=TOKEN)
    assert answer.status_code == 200
    assert answer["Content-Type"].startswith("text/plain")


def test_metrics_name_no_workspace_and_no_person(
    trouble: SocialAccount, settings: Settings
) -> None:
    settings.METRICS_TOKEN = "for-prometheus"
    Breaker.objects.create(
        name=f"account:{trouble.uid}", opened_until=clock.now() + timedelta(hours=1)
    )
    Stop.objects.create(name=f"account:{trouble.uid}", reason="secret reason")
    text = Client().get("/metrics", headers=TOKEN).content.decode()
    for word in (str(trouble.uid), trouble.external_id, trouble.name, "Atelier", "secret"):
        assert word not in text
    assert 'flowia_breakers_open{of="account"} 1.0' in text


def test_the_queues_tell_steps_failures_and_dead_letters(trouble: SocialAccount) -> None:
    page = operator()[0].get(reverse("admin:queues")).content.decode()
    for words in ("incomingMessages", "browserLinkedIn", "respond", "No worker was heard."):
        assert words in page
    assert "Atelier" in page  # whose dead letter it is
    limited = operator("view_workspace")[0].get(reverse("admin:queues")).content.decode()
    assert "Atelier" not in limited
    assert "Wake now" not in limited


def test_due_work_is_woken_at_once_and_written_down(
    trouble: SocialAccount, live_redis: Redis, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    woken: list[tuple[str, int]] = []

    def note(task: Any, pk: int) -> bool:
        woken.append((task.name, pk))
        return True

    monkeypatch.setattr("flowia.watching.queues.wake", note)
    client, user = operator()
    address = reverse("admin:queues-wake")
    assert client.get(address).status_code == 405
    assert client.post(address, {"step": "nothing"}).status_code == 404
    assert client.post(address, {"step": "respond"}).status_code == 302
    message = trouble.messages.get()
    assert woken == [("processing.tasks.respond", message.pk)]
    entry = AuditEntry.objects.get(action="operator.woke")
    assert (entry.actor_uid, entry.data) == (user.uid, {"step": "respond", "count": 1})
    assert operator("view_message")[0].post(address, {"step": "respond"}).status_code == 403


def test_the_log_tells_how_many_rows_the_broker_took_not_how_many_were_due(
    live_redis: Redis, monkeypatch: pytest.MonkeyPatch
) -> None:
    thread = make_conversation(make_workspace())
    for _number in range(3):
        make_message(thread, next_at=clock.now() - timedelta(minutes=1))
    answers = iter([True, False, False])
    monkeypatch.setattr("flowia.watching.queues.wake", lambda *_told: next(answers))

    page = operator()[0].post(reverse("admin:queues-wake"), {"step": "respond"}, follow=True)

    assert "The broker does not answer" in page.content.decode()
    assert AuditEntry.objects.get(action="operator.woke").data == {"step": "respond", "count": 1}


VIEWED = ("socialaccount", "workspace", "conversation")
PAUSED = ("everything", "model", "network:meta", "account")


def pause(client: Client, what: str, **told: Any) -> Any:
    form = {"what": what, "reason": "storm of the 29th", **told}
    return client.post(reverse("admin:pauses"), form, follow=True)


@pytest.mark.parametrize("what", PAUSED)
def test_a_pause_tells_who_why_since_and_until_when_and_ends(what: str) -> None:
    client, user = operator()
    account = make_account(make_workspace("Atelier"))
    page = pause(client, what, account=str(account.uid), hours="4").content.decode()
    assert "storm of the 29th" in page
    assert user.email in page
    name = f"account:{account.uid}" if what == "account" else what
    row = (ProviderPause if what.startswith("network") else Stop).objects.get()
    assert row.by_uid == user.uid
    assert row.until is not None
    assert 239 < (row.until - clock.now()).total_seconds() / 60 <= 240

    done = client.post(reverse("admin:pauses"), {"go_on": name}, follow=True).content.decode()
    assert "Nothing rests." in done
    actions = AuditEntry.objects.filter(actor_kind="operator").order_by("id")
    assert list(actions.values_list("action", flat=True)) == ["operator.stopped", "operator.lifted"]
    chains = {one.chain for one in actions}
    assert chains == ({str(account.workspace.uid)} if what == "account" else {"operators"})


def test_the_home_names_what_rests_in_the_readers_language() -> None:
    client, _user = operator()
    for what in ("everything", "model", "network:meta"):
        pause(client, what)
    client.cookies["django_language"] = "fr"
    page = client.get("/admin/").content.decode()
    assert "<small>tout, le modèle, Meta</small>" in page


def test_the_audit_log_tells_what_was_paused_why_and_until_when() -> None:
    client, _user = operator()
    for what, words in (
        ("everything", "everything"),
        ("model", "the model"),
        ("network:meta", "meta"),
    ):
        pause(client, what, hours="1")
        client.post(reverse("admin:pauses"), {"go_on": what})
        began, ended = AuditEntry.objects.order_by("-number")[:2][::-1]
        assert began.data["what"] == ended.data["what"] == what
        assert began.data["reason"] == "storm of the 29th"
        assert began.data["until"] > clock.now().isoformat()
        assert activity.words_of(began, {}) == f"An operator paused: {words}"
        assert activity.words_of(ended, {}).endswith(f": {words}")


def test_a_shorter_pause_replaces_no_longer_one_and_the_operator_is_told() -> None:
    client, _user = operator()
    pause(client, "everything")
    page = pause(client, "everything", reason="a look", hours="0.25").content.decode()
    assert "rests for as long already" in page
    assert Stop.objects.get().until is None
    assert AuditEntry.objects.count() == 1


def test_many_pauses_ask_no_question_more() -> None:
    client, user = operator()
    workspace, asked = make_workspace(), []
    for _round in range(2):
        for _number in range(5):
            name = f"account:{make_account(workspace).uid}"
            Stop.objects.create(name=name, reason="x", by_uid=user.uid)
        with CaptureQueriesContext(connection) as queries:
            page = client.get(reverse("admin:pauses")).content.decode()
        asked.append(len(queries))
    assert page.count(user.email) >= 10
    assert asked[0] == asked[1] <= 12


def test_the_page_of_pauses_tells_that_windows_close_meanwhile() -> None:
    page = operator()[0].get(reverse("admin:pauses")).content.decode()
    assert "window does not wait" in page


def test_a_page_of_an_account_a_workspace_or_a_trace_leads_to_its_pause() -> None:
    account = make_account(make_workspace("Atelier"))
    make_account(account.workspace, status="disconnected")
    conversation = make_conversation(account.workspace, account=account)
    trace = reverse("admin:conversation-trace", args=[conversation.pk])
    full, half = operator()[0], operator(*(f"view_{name}" for name in VIEWED))[0]
    named = f"what=account&amp;account={account.uid}"
    for address in (page_of(account), page_of(account.workspace), trace):
        found = re.findall(r'href="(/admin/pauses/\?[^"]*)"', full.get(address).content.decode())
        assert [one.partition("?")[2] for one in found] == [named], address
        assert named not in half.get(address).content.decode()

    page = full.get(html.unescape(found[0])).content.decode()
    assert '<option value="account" selected>' in page
    assert f'name="account" value="{account.uid}"' in page


def test_a_pause_needs_a_reason_and_an_account_that_is_there() -> None:
    client, _user = operator()
    assert "This field is required" in pause(client, "everything", reason="").content.decode()
    assert "No account is called so." in pause(client, "account", account="x").content.decode()
    assert not Stop.objects.exists()


RULES = (("stop", "everything", "network:meta"), ("providerpause", "network:meta", "everything"))


@pytest.mark.parametrize(("table", "may", "may_not"), RULES)
def test_a_network_takes_the_right_of_its_own_button_and_all_else_the_other(
    table: str, may: str, may_not: str
) -> None:
    client, _user = operator(f"add_{table}", f"delete_{table}")
    assert pause(client, may_not).status_code == 403
    assert "Let it go on" in pause(client, may).content.decode()
    full = operator()[0]
    pause(full, may_not)
    assert client.get(reverse("admin:pauses")).content.decode().count("Let it go on") == 1
    assert client.post(reverse("admin:pauses"), {"go_on": may_not}).status_code == 403
    assert client.post(reverse("admin:pauses"), {"go_on": may}).status_code == 302
    assert (Stop.objects.count(), ProviderPause.objects.count()) == (
        (0, 1) if table == "stop" else (1, 0)
    )


def test_who_lacks_the_right_pauses_nothing_and_ends_nothing() -> None:
    Stop.objects.create(name="model", reason="x")
    client, _user = operator("view_stop")
    assert client.get(reverse("admin:pauses")).status_code == 200
    assert pause(client, "everything").status_code == 403
    assert client.post(reverse("admin:pauses"), {"go_on": "model"}).status_code == 403
    assert Stop.objects.get().name == "model"


def test_who_may_not_read_dead_letters_is_not_told_that_there_are_none() -> None:
    DeadLetter.objects.create(kind="send", object_id=1, reason="gave_up")
    told = "There is none that nobody has replayed."

    page = operator("view_workspace")[0].get(reverse("admin:queues")).content.decode()
    assert told not in page
    assert "The last dead letters" not in page
    DeadLetter.objects.all().delete()
    assert told in operator()[0].get(reverse("admin:queues")).content.decode()
