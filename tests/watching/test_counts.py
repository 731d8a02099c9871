"""What is counted as it happens is in /metrics, summed over all processes, and asks nothing."""

from collections.abc import Iterator
from typing import Any

import pytest
import requests
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from pytest_django import Settings
from redis import Redis

from flowia.celery import app
from flowia.lib import http, tally
from flowia.lib.redis import redis_client
from flowia.schedule import KeepingScheduler
from flowia.watching import counts
from processing import figures, ledger, tasks
from processing.ai import engine
from processing.ai.contracts import Brief, Completion, Line
from processing.errors import AnswerUnavailable
from processing.models import InteractionEvent
from tests.factories import make_workspace

pytestmark = pytest.mark.django_db
TOKEN = {"authorization": "Bearer for-prometheus"}


@pytest.fixture(autouse=True)
def _nothing_counted_yet(live_redis: Redis) -> Iterator[None]:
    tally._forget()
    yield
    tally._forget()


def told() -> dict[str, float]:
    """Return what is told of what was counted, by the name with its labels as they stand there."""
    found = {}
    for one in (sample for family in counts.families() for sample in family.samples):
        labels = ",".join(f'{name}="{value}"' for name, value in sorted(one.labels.items()))
        found[f"{one.name}{{{labels}}}"] = one.value
    return found


def test_the_counts_stand_in_metrics_with_all_else(settings: Settings) -> None:
    settings.METRICS_TOKEN = "for-prometheus"
    Client().get("/health")
    text = Client().get("/metrics", headers=TOKEN).content.decode()
    assert 'flowia_request_seconds_count{status="200",view="health"} 1.0' in text
    assert 'flowia_webhooks_total{network="meta",result="stored"} 0.0' in text


def test_webhooks_are_counted_by_network_and_by_what_became_of_them() -> None:
    before = told()
    assert before['flowia_webhooks_total{network="meta",result="unsigned"}'] == 0
    for network in ("meta", "nobody"):
        address = reverse("webhook", args=[network])
        Client().post(address, b"{}", content_type="application/json")
    after = told()
    assert after['flowia_webhooks_total{network="meta",result="unsigned"}'] == 1
    assert not [name for name in after if "nobody" in name]


def test_requests_are_counted_by_view_and_never_by_what_was_asked_for() -> None:
    for path in ("/health", "/wp-admin/secret-word", "/admin/login/", "/login"):
        Client().get(path)
    found = told()
    assert found['flowia_request_seconds_count{status="200",view="health"}'] == 1
    assert found['flowia_request_seconds_count{status="404",view="(none)"}'] == 1
    assert any('view="admin"' in name for name in found)
    assert not [name for name in found if "secret-word" in name]


def test_a_figure_of_the_ledger_is_counted_when_it_is_added_up_and_once(
    django_capture_on_commit_callbacks: Any,
) -> None:
    for name in ("Atelier", "Boutique"):
        for kind, outcome, reason in (
            ("decided", "silent", "opted_out"),
            ("delivery", "sent", "sent"),
        ):
            ledger.record(
                InteractionEvent.Kind(kind),
                workspace=make_workspace(name),
                outcome=outcome,
                reason=reason,
            )
    with django_capture_on_commit_callbacks(execute=True):
        figures.digest()
        figures.digest()
    found = told()
    for labels in (
        'kind="decided",outcome="silent",reason="opted_out"',
        'kind="delivery",outcome="sent",reason="sent"',
    ):
        assert found[f"flowia_figures_total{{{labels}}}"] == 2
    assert found['flowia_figures_total{kind="delivery",outcome="unconfirmed",'
                 'reason="send_unconfirmed"}'] == 0  # fmt: skip


def test_the_model_is_counted_with_tokens_price_and_reason(monkeypatch: pytest.MonkeyPatch) -> None:
    brief = Brief("", "", (), "", "fr", (Line("contact", "Bonjour"),), 0, workspace_id=1)
    answers: list[Completion | Exception] = [
        Completion('{"points":[]}', "m", 100, 20, 1500, ""),
        Completion("no JSON", "m", 100, 20, 1500, ""),
        AnswerUnavailable("model_timeout", retryable=True),
    ]

    def complete(*_given: Any, **_more: Any) -> Completion:
        answer = answers.pop(0)
        if isinstance(answer, Completion):
            return answer
        raise answer

    monkeypatch.setattr("processing.ai.client.complete", complete)
    engine.summarize_conversation(brief)
    for _failure in range(2):
        with pytest.raises(AnswerUnavailable):
            engine.summarize_conversation(brief)
    found = told()
    for outcome in ("ok", "model_invalid", "model_timeout"):
        labels = f'outcome="{outcome}",task="summary"'
        assert found[f"flowia_model_seconds_count{{{labels}}}"] == 1
    assert found['flowia_model_tokens_total{direction="in"}'] == 200
    assert found['flowia_model_tokens_total{direction="out"}'] == 40
    assert found["flowia_model_dollars_total{}"] == pytest.approx(0.003)


@pytest.mark.parametrize(
    ("answer", "outcome"),
    [
        (200, "ok"),
        (302, "refused"),
        (400, "refused"),
        (429, "limited"),
        (503, "failed"),
        (requests.exceptions.ConnectTimeout(), "unreachable"),
        (requests.exceptions.ConnectionError("NewConnectionError"), "unreachable"),
        (requests.exceptions.ReadTimeout(), "lost"),
    ],
)
def test_a_call_is_counted_by_network_and_by_how_it_ended(
    answer: int | Exception, outcome: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    def request(*_given: Any, **_more: Any) -> requests.Response:
        if isinstance(answer, Exception):
            raise answer
        response = requests.Response()
        response.status_code = answer
        return response

    monkeypatch.setattr(requests, "request", request)
    try:
        http.call("GET", "https://example.test", whom="meta")
    except http.UnreachableError:
        assert outcome in {"unreachable", "lost"}
    found = told()
    assert found[f'flowia_call_seconds_count{{outcome="{outcome}",whom="meta"}}'] == 1


def test_tasks_are_counted_by_queue_with_how_they_ended(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("processing.pipeline.receive", lambda _id: [])

    def broken(_id: int) -> list[Any]:
        raise ValueError

    monkeypatch.setattr("processing.pipeline.send", broken)
    tasks.receive.apply(args=(1,))
    tasks.send.apply(args=(1,))
    found = told()
    for queue, task, outcome in (
        ("incomingMessages", "receive", "ok"),
        ("autoReply", "send", "failed"),
    ):
        assert found[f'flowia_tasks_started_total{{queue="{queue}",task="{task}"}}'] == 1
        labels = f'outcome="{outcome}",queue="{queue}",task="{task}"'
        assert found[f"flowia_task_seconds_count{{{labels}}}"] == 1


def test_beats_rounds_are_measured_whether_they_end_or_not(monkeypatch: pytest.MonkeyPatch) -> None:
    class Entry:
        task = "processing.tasks.dispatch"

    scheduler = KeepingScheduler.__new__(KeepingScheduler)
    scheduler.app = app
    monkeypatch.setattr("flowia.schedule.close_old_connections", lambda: None)
    rounds = iter([None, ValueError()])

    def due(_client: Any) -> list[Any]:
        error = next(rounds)
        if error:
            raise error
        return []

    monkeypatch.setattr("processing.dispatch.due", due)
    for _round in range(2):
        scheduler.apply_async(Entry(), advance=False)
    found = told()
    for outcome in ("ok", "failed"):
        assert found[f'flowia_dispatch_seconds_count{{outcome="{outcome}"}}'] == 1


def test_counting_asks_the_database_nothing() -> None:
    with CaptureQueriesContext(connection) as asked:
        list(counts.families())
    assert not asked.captured_queries


def test_without_redis_nothing_counted_is_told_rather_than_zeros(
    settings: Settings, live_redis: Redis
) -> None:
    live_redis.connection_pool.disconnect()
    settings.REDIS_URL = "redis://127.0.0.1:1/0"
    redis_client.cache_clear()
    found = told()
    assert found == {}


def test_what_an_earlier_version_counted_under_other_labels_is_left_out(live_redis: Redis) -> None:
    live_redis.hset(tally.KEY, "flowia_webhooks|meta", 7)
    live_redis.hset(tally.KEY, "gone", 7)
    found = told()
    assert not [name for name in found if "gone" in name or name.endswith("_total{meta}")]


def test_buckets_rise_to_the_number_of_all() -> None:
    for seconds in (0.01, 0.3, 99.0):
        http.CALLS.took(seconds, "meta", "ok")
    found = told()
    name = "flowia_call_seconds_bucket"
    ends = [f'{name}{{le="{end}",outcome="ok",whom="meta"}}' for end in http.CALLS.places]
    values = [found[end] for end in ends]
    assert values == sorted(values)
    assert (values[0], values[-1]) == (1, 3)
    assert found['flowia_call_seconds_sum{outcome="ok",whom="meta"}'] == pytest.approx(99.31)
