"""Whoever can write into the database, but has no key, cannot touch the audit log unseen."""

import importlib
import io
import json
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
import structlog
from django.apps import apps
from django.core.management import CommandError, call_command
from django.db import DatabaseError, connection, transaction
from django.db.models import Max
from pytest_django import Settings
from structlog.testing import capture_logs

from accounts import append_only, audit, sealing, tasks, verifying
from accounts.models import AuditChain, AuditEntry, AuditKey, Workspace
from accounts.verifying import Break
from flowia.lib import clock
from flowia.lib.crypto import make_key
from tests.accounts.tampering import unguard
from tests.accounts.test_audit import write
from tests.admin.pages import operator
from tests.factories import make_workspace

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def fresh_loggers(monkeypatch: pytest.MonkeyPatch) -> None:
    """Loggers that other tests used before keep the processors of that time."""
    for module in (audit, sealing, verifying):
        monkeypatch.setattr(module, "log", structlog.get_logger("flowia.audit"))


@pytest.fixture
def key() -> str:
    found = write(make_workspace())
    unguard()
    return found


def entry(key: str, number: int) -> AuditEntry:
    return AuditEntry.objects.get(chain=key, number=number)


def drop_the_beginning(key: str) -> None:
    head = entry(key, 3).digest
    AuditEntry.objects.filter(chain=key, number__lte=3).delete()
    AuditChain.objects.filter(key=key).update(purged_to=3, purged_head=head)


def drop_the_last(key: str) -> None:
    last = entry(key, 5)
    last.delete()
    AuditChain.objects.filter(key=key).update(length=4, head=last.previous)


def write_anew(key: str) -> None:
    """Every entry from the second on, each with the digest that fits."""
    previous = entry(key, 1).digest
    for number in range(2, 6):
        changed = entry(key, number)
        changed.action, changed.previous = "thing.never_done", previous
        changed.digest = previous = audit.digest_of(changed)
        changed.save()
    AuditChain.objects.filter(key=key).update(head=previous)


CAREFUL = pytest.mark.parametrize("tamper", [drop_the_beginning, drop_the_last, write_anew])


@CAREFUL
def test_what_was_done_carefully_shows(key: str, tamper: Any) -> None:
    tamper(key)

    assert audit.broken_at(key) is not None


@CAREFUL
def test_what_is_added_afterwards_does_not_hide_it(key: str, tamper: Any) -> None:
    tamper(key)
    write(Workspace.objects.get())

    assert AuditEntry.objects.aggregate(last=Max("number"))["last"] > 5
    assert audit.broken_at(key) is not None


def test_a_chain_that_is_gone_with_its_row_shows(key: str) -> None:
    audit.record("thing.done", by=audit.SYSTEM)
    assert verifying.verify_all() == []
    AuditEntry.objects.filter(chain=key).delete()
    AuditChain.objects.filter(key=key).delete()
    assert verifying.verify_all() == [Break(key, 0)]

    write(Workspace.objects.get())
    assert verifying.verify_all() == [Break("", 0)], "one that was begun anew does not replace it"


def test_so_does_the_operators_chain_and_all_of_them_together(key: str) -> None:
    audit.record("thing.done", by=audit.SYSTEM)
    AuditEntry.objects.filter(chain=audit.OPERATORS).delete()
    AuditChain.objects.filter(key=audit.OPERATORS).delete()
    assert verifying.verify_all() == [Break("", 0)]

    AuditEntry.objects.all().delete()
    AuditChain.objects.all().delete()
    AuditKey.objects.all().delete()
    assert verifying.verify_all() == [Break(key, 0)]


def test_entries_whose_chain_is_gone_show(key: str) -> None:
    Workspace.objects.all().delete()
    AuditChain.objects.all().delete()
    assert verifying.verify_all() == [Break(key, 0)]


def test_a_key_that_was_taken_away_is_not_replaced(key: str) -> None:
    AuditKey.objects.all().delete()
    write(Workspace.objects.get(), 1)

    assert not AuditKey.objects.exists()
    assert audit.broken_at(key) == 1
    assert AuditEntry.objects.count() == 6, "what is done is written all the same"


def test_a_lost_encryption_key_stops_nobody_and_is_an_error_in_the_logs(
    key: str, settings: Settings
) -> None:
    settings.ENCRYPTION_KEYS = [make_key()]
    with capture_logs() as logs:
        write(Workspace.objects.get(), 1)

    assert "the key of the audit log is lost" in {one["event"] for one in logs}
    assert AuditEntry.objects.count() == 6
    assert audit.broken_at(key) == 1


def test_a_change_of_the_encryption_key_leaves_old_entries_verifiable(
    key: str, settings: Settings
) -> None:
    fresh = make_key()
    settings.ENCRYPTION_KEYS = [fresh, *settings.ENCRYPTION_KEYS]
    call_command("rotate_encryption", stdout=io.StringIO())
    settings.ENCRYPTION_KEYS = [fresh]
    write(Workspace.objects.get(), 1)

    assert verifying.verify_all() == []


def test_what_was_written_before_there_were_seals_is_sealed_as_it_is(key: str) -> None:
    make_workspace("Without a chain")
    AuditKey.objects.all().delete()
    AuditChain.objects.update(seal="")
    assert audit.broken_at(key) == 1
    importlib.import_module("accounts.migrations.0003_audit_seals").seal_existing(apps, None)
    write(Workspace.objects.get(uid=key), 1)

    assert verifying.verify_all() == []
    drop_the_last(key)
    assert verifying.verify_all() == [Break(key, 5)]


def test_an_entry_is_not_purged_within_its_period(key: str) -> None:
    with pytest.raises(ValueError, match="kept for longer"):
        audit.purge(key, before=clock.now() - timedelta(days=364))


@pytest.mark.parametrize("deed", ["update", "delete"])
def test_the_database_itself_refuses(key: str, deed: str) -> None:
    append_only.guard(connection)
    rows = AuditEntry.objects.filter(number=2)
    with pytest.raises(DatabaseError, match="only added to"), transaction.atomic():
        rows.update(action="x") if deed == "update" else rows.delete()
    assert audit.broken_at(key) is None


def test_and_lets_pass_what_is_in_order(key: str, monkeypatch: pytest.MonkeyPatch) -> None:
    append_only.guard(connection)
    now = clock.now()
    monkeypatch.setattr(clock, "now", lambda: now + timedelta(days=400))
    assert audit.purge(key, before=now + timedelta(days=1)) == 5
    write(Workspace.objects.get(), 2)
    audit.close_chain(key)
    assert not AuditEntry.objects.exists()


def test_the_nightly_look_is_told_as_an_error_and_shown_to_operators(key: str) -> None:
    drop_the_last(key)
    with capture_logs() as logs:
        tasks.verify_audit()
    [told] = [one for one in logs if one["log_level"] == "error"]
    assert told == {
        "event": "audit log broken", "log_level": "error", "chain": key, "number": 1,
    }  # fmt: skip
    row = AuditChain.objects.get(key=key)
    assert (row.broken_at, row.checked_at is None) == (1, False)
    client, _me = operator()
    page = client.get("/admin/accounts/auditchain/?holds=no").content.decode()
    assert "icon-no" in page
    assert "is missing as a whole" not in page
    AuditEntry.objects.all().delete()
    AuditChain.objects.all().delete()
    page = client.get("/admin/accounts/auditchain/").content.decode()
    assert f"{key} is missing as a whole" in page


def lines_of(chain: str) -> list[str]:
    """What the logs hold of a chain."""
    named = {"event": "audit", "logger": "flowia.audit", "level": "info"}
    return [
        json.dumps({**named, "chain": one.chain, "number": one.number, "digest": one.digest})
        for one in AuditEntry.objects.filter(chain=chain).order_by("number")
    ]


def verify(*files: Path) -> str:
    out = io.StringIO()
    arguments = [word for path in files for word in ("--log", str(path))]
    call_command("verify_audit", *arguments, stdout=out)
    return out.getvalue()


def test_tables_that_were_put_back_as_they_were_show_against_the_logs(
    key: str, tmp_path: Path
) -> None:
    before = AuditChain.objects.values("length", "head", "seal").get(key=key)
    write(Workspace.objects.get(), 1)
    log = tmp_path / "web.log"
    log.write_text("\n".join(["torn {", "[]", *lines_of(key), '{"event": "other"}']) + "\n")
    assert "Chaînes vérifiées : 1" in verify(log)

    AuditEntry.objects.filter(number=6).delete()
    AuditChain.objects.filter(key=key).update(**before)
    assert verify()
    with pytest.raises(CommandError):
        verify(log)
    assert list(verifying.lost_from(lines_of(key))) == []
    assert list(verifying.lost_from(log.read_text().splitlines())) == [Break(key, 6)]


def test_what_was_purged_or_erased_in_order_is_not_missed(
    key: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    other = make_workspace("Ailleurs")
    told = lines_of(key) + lines_of(write(other))
    now = clock.now()
    monkeypatch.setattr(clock, "now", lambda: now + timedelta(days=400))
    audit.purge(key, before=now + timedelta(days=1), batch=3)
    data = {"workspace": str(other.uid), **audit.close_chain(str(other.uid))}
    audit.record("workspace.erased", by=audit.SYSTEM, data=data)
    assert list(verifying.lost_from(told)) == []


def test_the_command_names_what_is_broken(key: str) -> None:
    drop_the_last(key)
    out = io.StringIO()
    with pytest.raises(CommandError, match="modifié à la main"):
        call_command("verify_audit", stdout=out)
    assert f"{key} est rompue à l’entrée 1" in out.getvalue()


def test_what_is_rolled_back_is_not_in_the_logs(
    key: str, django_capture_on_commit_callbacks: Any
) -> None:
    with capture_logs() as logs, django_capture_on_commit_callbacks(execute=True):
        with transaction.atomic():
            write(Workspace.objects.get(), 1)
            transaction.set_rollback(True)
        write(Workspace.objects.get(), 1)
    [line] = [one for one in logs if one["event"] == "audit"]
    assert line["digest"] == entry(key, 6).digest
