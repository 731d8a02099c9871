"""Standing questions say what the queryset says that they were built from."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
from django.db import IntegrityError, connections, transaction
from django.db.models import F, Q

from accounts.models import Fact, Workspace
from flowia.lib import clock
from flowia.lib.ids import uuid7
from flowia.lib.standing import Standing, StandingChange, StandingInsert, build_all, given
from processing.models import ModelState
from social.models import WebhookEvent

pytestmark = pytest.mark.django_db
NOON = datetime(2026, 11, 29, 12, tzinfo=UTC)
HOUR = timedelta(hours=1)
LINES = Standing(
    lambda: (
        Fact.objects.select_related("workspace")
        .filter(workspace=given.key("workspace"))
        .order_by("-position")[:2]
    )
)
LABELS = Standing(
    lambda: Fact.objects.filter(
        Q(label=given.word("one")) | Q(label=given.word("other")),
        workspace=given.key("workspace"),
    ).values_list("label", flat=True)
)
MOVE = StandingChange(
    lambda: (
        Fact.objects.filter(workspace=given.key("workspace"), label=given.word("label")),
        {"position": F("position") + given.number("places"), "value": given.word("value")},
    )
)
DUE = Standing(
    lambda: ModelState.objects.filter(retry_at__lte=given.moment("now")).values_list(
        "code", flat=True
    )
)
CALLED = StandingInsert(
    lambda: WebhookEvent(
        uid=given.uid("uid"),
        created_at=given.now(),
        provider="meta",
        digest=given.word("digest"),
        body=given.data("body"),
        next_at=given.now(),
    ),
    unique=["provider", "digest"],
)


@pytest.fixture
def workspace() -> Workspace:
    return make_sheet("Prix", "Délai", "Lieu")


def make_sheet(*labels: str) -> Workspace:
    made = Workspace.objects.create(name="Atelier")
    for place, label in enumerate(labels):
        Fact.objects.create(workspace=made, label=label, value=f"({label})", position=place)
    return made


def test_the_rows_and_what_is_joined_to_them_are_the_querysets(workspace: Workspace) -> None:
    other = make_sheet("Autre")
    for _ in range(3):
        found = LINES(workspace=workspace.pk)
        assert [one.label for one in found] == ["Lieu", "Délai"]
        assert {one.workspace for one in found} == {workspace}
        assert [one.label for one in LINES(workspace=other.pk)] == ["Autre"]


def test_joined_rows_ask_nothing_more(
    workspace: Workspace, django_assert_num_queries: Callable[[int], Any]
) -> None:
    with django_assert_num_queries(1):
        assert LINES(workspace=workspace.pk)[0].workspace.name == "Atelier"


def test_values_take_their_places_by_name(workspace: Workspace) -> None:
    asked = {"workspace": workspace.pk}
    assert sorted(LABELS(one="Prix", other="Lieu", **asked)) == ["Lieu", "Prix"]
    assert LABELS(one="Lieu", other="", **asked) == ["Lieu"]
    assert LABELS.first(one="' OR 1=1 --", other="%s", **asked) is None


def test_a_place_without_a_value_is_a_mistake(workspace: Workspace) -> None:
    LABELS(one="", other="", workspace=workspace.pk)
    with pytest.raises(KeyError):
        LABELS(one="", workspace=workspace.pk)


def test_moments_are_compared_as_the_database_keeps_them() -> None:
    ModelState.objects.create(code="first", since=NOON, retry_at=NOON)
    ModelState.objects.create(code="second", since=NOON, retry_at=NOON + HOUR)
    assert DUE(now=NOON - HOUR) == []
    assert DUE(now=NOON) == ["first"]
    assert sorted(DUE(now=(NOON + HOUR))) == ["first", "second"]


def test_a_change_changes_its_rows_alone(workspace: Workspace) -> None:
    make_sheet("Prix")
    asked = {"workspace": workspace.pk, "label": "Prix"}
    assert MOVE(places=4, value="49 €", **asked) == 1
    assert MOVE(places=3, value="50 €", **asked) == 1
    assert MOVE(places=3, value="", workspace=workspace.pk, label="Nulle part") == 0
    found = Fact.objects.filter(label="Prix").order_by("-position")
    assert list(found.values_list("position", "value")) == [(7, "50 €"), (0, "(Prix)")]


def test_a_change_that_fails_takes_its_transaction_with_it(workspace: Workspace) -> None:
    taken = StandingChange(
        lambda: (
            Workspace.objects.filter(pk=given.key("id")),
            {"uid": given.uid("uid"), "name": given.word("name")},
        )
    )
    other = make_sheet()

    def take(*uids: UUID) -> None:
        with transaction.atomic():
            for uid in uids:
                taken(id=other.pk, uid=uid, name="Nouveau")

    with pytest.raises(IntegrityError):
        take(uuid4(), workspace.uid)
    other.refresh_from_db()
    assert other.name == "Atelier"


@pytest.mark.django_db(transaction=True)
def test_each_thread_asks_through_its_own_connection(workspace: Workspace) -> None:
    def ask(_number: int) -> list[str]:
        try:
            return [one.label for one in LINES(workspace=workspace.pk)]
        finally:
            connections.close_all()

    with ThreadPoolExecutor(4) as pool:
        assert set(map(tuple, pool.map(ask, range(20)))) == {("Lieu", "Délai")}


def test_every_question_of_the_product_can_be_built() -> None:
    build_all()


def test_a_row_is_inserted_once_and_is_what_django_would_have_written() -> None:
    uid = uuid7()
    before = clock.now()
    first = CALLED(uid=uid, digest="one", body=b"\x00\xff%s")
    again = CALLED(uid=uuid7(), digest="one", body=b"other")
    second = CALLED(uid=uuid7(), digest="two", body=b"")

    assert again is None
    row, other = WebhookEvent.objects.order_by("pk")
    assert (row.pk, row.uid, bytes(row.body)) == (first, uid, b"\x00\xff%s")
    assert (other.pk, other.digest) == (second, "two")
    plain = WebhookEvent.objects.create(provider="meta", digest="three", body=b"")
    plain.refresh_from_db()
    left = {"id", "uid", "created_at", "digest", "body", "next_at"}
    columns = [one.attname for one in WebhookEvent._meta.concrete_fields if one.name not in left]
    assert [getattr(row, name) for name in columns] == [getattr(plain, name) for name in columns]
    for one in (row, other):
        assert before <= one.created_at <= clock.now()
        assert one.next_at is not None
        assert abs(one.next_at - one.created_at) < timedelta(seconds=1)
    assert row.created_at < other.created_at


def test_a_row_that_the_database_refuses_for_another_reason_is_an_error() -> None:
    with pytest.raises(IntegrityError), transaction.atomic():
        CALLED(uid=uuid7(), digest=None, body=b"")
    assert CALLED(uid=uuid7(), digest="three", body=b"") is not None


@pytest.mark.parametrize("missing", ["uid", "digest", "body"])
def test_a_row_with_a_value_missing_is_not_written(missing: str) -> None:
    values = {"uid": uuid7(), "digest": "one", "body": b""}
    del values[missing]

    with pytest.raises(KeyError):
        CALLED(**values)
    assert not WebhookEvent.objects.exists()
