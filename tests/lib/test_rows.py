"""When a row was written is told by the database's clock."""

from datetime import datetime, timedelta

import pytest
from django.db import connection
from django.utils import timezone

from flowia.lib import clock
from processing.models import Message
from tests.factories import make_conversation, make_message, make_workspace

pytestmark = [
    pytest.mark.django_db,
    pytest.mark.skipif(
        "sqlite" in str(connection.settings_dict["ENGINE"]), reason="its clock is the process's"
    ),
]
NEAR = timedelta(minutes=1)


@pytest.fixture(autouse=True)
def ahead(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let this process's clock be a day ahead."""
    usual = timezone.now
    monkeypatch.setattr(timezone, "now", lambda: usual() + timedelta(days=1))


def is_now(moment: datetime) -> bool:
    return abs(moment - clock.now()) < NEAR


def test_a_row_of_a_process_that_is_a_day_ahead_is_of_today() -> None:
    workspace = make_workspace()
    assert is_now(workspace.created_at)
    workspace.refresh_from_db()
    assert is_now(workspace.created_at)


def test_rows_written_together_are_of_today() -> None:
    message = make_message(make_conversation(make_workspace()))
    rows = [
        Message(
            workspace=message.workspace,
            conversation=message.conversation,
            social_account=message.social_account,
            direction=message.direction,
            author=message.author,
            external_id=f"one-{number}",
            text="Bonjour",
            sent_at=message.sent_at,
        )
        for number in range(2)
    ]
    written = Message.objects.bulk_create(rows)
    assert all(is_now(row.created_at) for row in written)
    assert all(is_now(row.created_at) for row in Message.objects.all())


def test_what_is_saved_again_keeps_its_moment() -> None:
    workspace = make_workspace()
    born = workspace.created_at
    workspace.name = "Autre"
    workspace.save()
    workspace.refresh_from_db()
    assert workspace.created_at == born
