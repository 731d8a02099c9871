"""Nobody who is erased comes back into a tool by what was under way meanwhile."""

import threading
from typing import Any

import pytest
from django.db import connection

from accounts import audit
from flowia.lib import clock
from flowia.lib.errors import NotFoundError
from integrations import orders
from integrations.models import SyncOrder, SyncRun
from processing import ordering, pushing, receipts
from processing.models import Lead
from processing.privacy import erasing
from tests.factories import make_account, make_contact, make_lead, make_workspace
from tests.integrations.tool import connected


def erased_beside(person: Lead) -> threading.Thread:
    """Erase the person in a thread with its own connection."""

    def run() -> None:
        try:
            erasing.ask(person.workspace, person.contact.uid, by=audit.SYSTEM)
        finally:
            connection.close()

    thread = threading.Thread(target=run)
    thread.start()
    return thread


@pytest.mark.django_db(transaction=True)
@pytest.mark.skipif(connection.vendor == "sqlite", reason="SQLite lets nobody write beside")
def test_an_order_queues_nobody_who_is_erased_while_its_slice_is_read(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    workspace = make_workspace()
    tool = connected(workspace)
    person = make_lead(make_contact(make_account(workspace)))
    order = orders.place(tool, SyncOrder.Kind.CHOSEN, now=clock.now(), leads=[str(person.uid)])
    threads: list[threading.Thread] = []

    def slow(one: Lead) -> Any:
        threads.append(erased_beside(person))
        threads[0].join(1.5)
        return pushing.record_of(one)

    monkeypatch.setattr(ordering, "record_of", slow)
    ordering.order(order.pk)
    threads[0].join()
    assert not Lead.objects.filter(uid=person.uid).exists()
    assert not SyncRun.objects.filter(lead_uid=person.uid).exists()


@pytest.mark.django_db
def test_writing_a_lead_again_brings_nobody_back_who_was_erased_meanwhile() -> None:
    workspace = make_workspace()
    connected(workspace)
    person = make_lead(make_contact(make_account(workspace)))
    found = Lead.objects.select_related("contact__social_account", "workspace").get(pk=person.pk)
    erasing.ask(workspace, person.contact.uid, by=audit.SYSTEM)
    with pytest.raises(NotFoundError):
        receipts.rewrite(found, "notion", now=clock.now())
    assert not SyncRun.objects.filter(lead_uid=found.uid).exists()
