"""A workspace's copy: asked for, written in the background, for owners, for a week."""

import json
import os
import re
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from accounts.models import AuditEntry
from processing.privacy import archive, exporting, retention, tasks
from processing.privacy.models import Export
from tests.callers import caller
from tests.factories import make_conversation, make_lead, make_member, make_message, make_workspace
from tests.privacy.canaries import archive_of
from tests.processing.conftest import Scene

EXPORTS = "/workspace/exports"


def ask(owner: Client) -> Any:
    answer = owner.post(EXPORTS)
    tasks.sweep()
    for export in Export.objects.filter(next_at__isnull=False):
        tasks.export(export.pk)
    return answer


def test_it_is_written_in_the_background_and_downloaded(scene: Scene, owner: Client) -> None:
    make_message(make_conversation(scene.workspace), "Zqtext")
    asked = ask(owner)
    assert (asked.status_code, asked.json()["status"]) == (202, "queued")
    [shown] = owner.get(EXPORTS).json()["results"]
    assert shown["status"] == "ready"
    assert shown["done"] == shown["total"] > 5
    data, page = archive_of(owner.get(f"{EXPORTS}/{shown['id']}/file"))
    assert data["message"]["rows"][0]["text"] == "Zqtext"
    assert "Zqtext" in page


def test_it_holds_no_secret_and_nothing_of_another_workspace(scene: Scene, owner: Client) -> None:
    other = make_workspace("Nqworkspace")
    make_member(other, email="nqmember@exemple.fr")
    make_lead(make_conversation(other, name="Nqname").contact, intent="Nqintent")
    make_message(make_conversation(other), "Nqtext")
    answer = ask(owner)
    text = json.dumps(archive_of(owner.get(f"{EXPORTS}/{answer.json()['id']}/file"))).lower()
    assert "nq" not in text.replace("enq", "")
    for secret in ("eaab-page-invente", "sealed", "password", "v1:", "bcrypt", "md5$"):
        assert secret not in text


def test_its_file_is_readable_by_the_product_alone(
    scene: Scene, owner: Client, files: Path
) -> None:
    ask(owner)
    [path] = files.glob("*.zip")
    assert path.stat().st_mode & 0o777 == 0o600
    assert files.stat().st_mode & 0o777 == 0o700


@pytest.mark.parametrize(("role", "status"), [("owner", 200), ("member", 403)])
def test_only_owners_see_and_fetch_it(scene: Scene, owner: Client, role: str, status: int) -> None:
    export = ask(owner).json()["id"]
    client = caller(make_member(scene.workspace, role))
    assert client.get(EXPORTS).status_code == status
    assert client.get(f"{EXPORTS}/{export}/file").status_code == status
    assert client.post(EXPORTS).status_code == (202 if role == "owner" else 403)


def test_a_stranger_finds_nothing(scene: Scene, owner: Client) -> None:
    export = ask(owner).json()["id"]
    stranger = caller(make_member(make_workspace("Ailleurs")))
    assert stranger.get(f"{EXPORTS}/{export}/file").status_code == 404
    assert stranger.get(EXPORTS).json()["results"] == []


def test_one_is_made_at_a_time(scene: Scene, owner: Client) -> None:
    first, second = owner.post(EXPORTS), owner.post(EXPORTS)
    assert first.json()["id"] == second.json()["id"]
    assert Export.objects.count() == 1


def test_asking_and_fetching_are_noted(scene: Scene, owner: Client) -> None:
    owner.get(f"{EXPORTS}/{ask(owner).json()['id']}/file")
    actions = AuditEntry.objects.order_by("pk").values_list("action", flat=True)
    assert list(actions) == ["export.asked", "export.downloaded"]


def test_it_is_deleted_after_a_week_and_not_before(
    scene: Scene, owner: Client, files: Path
) -> None:
    export = ask(owner).json()["id"]
    Export.objects.update(expires_at=timezone.now() + timedelta(minutes=1))
    retention.purge()
    assert list(files.glob("*.zip"))
    Export.objects.update(expires_at=timezone.now() - timedelta(minutes=1))
    retention.purge()
    assert list(files.glob("*.zip")) == []
    assert Export.objects.get().status == "gone"
    assert owner.get(f"{EXPORTS}/{export}/file").status_code == 404


def test_it_is_kept_for_a_week(scene: Scene, owner: Client) -> None:
    ask(owner)
    export = Export.objects.get()
    assert export.expires_at is not None
    assert export.finished_at is not None
    assert export.expires_at - export.finished_at == timedelta(days=7)


def test_one_that_always_breaks_is_shown_as_failed(
    scene: Scene, owner: Client, files: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    owner.post(EXPORTS)
    monkeypatch.setattr(archive, "_json", None)
    export = Export.objects.get()
    for _ in range(3):
        with pytest.raises(TypeError):
            tasks.export(export.pk)
        Export.objects.update(next_at=timezone.now())
    # A worker that was killed in the middle leaves what it had written.
    half = files / f"{export.uid}.0123456789abcdef.zip"
    half.write_bytes(b"Zqhalf")
    tasks.export(export.pk)
    assert Export.objects.get().status == "failed"
    assert list(files.glob("*")) == []
    assert Export.objects.get().expires_at is not None, "the purge finds it"


def test_files_that_failed_exports_left_before_go_with_the_next_purge(
    scene: Scene, owner: Client, files: Path
) -> None:
    owner.post(EXPORTS)
    export = Export.objects.get()
    Export.objects.update(status="failed", next_at=None, expires_at=None)
    (exporting.folder() / f"{export.uid}.0123456789abcdef.zip").write_bytes(b"Zqhalf")
    retention.purge()
    assert list(files.glob("*")) == []


@pytest.mark.parametrize(("hours", "left"), [(1, 1), (5, 0)])
def test_a_file_of_no_export_goes_once_nobody_can_be_writing_it(
    scene: Scene, owner: Client, files: Path, hours: int, left: int
) -> None:
    ask(owner)
    stray = files / "0190b0d4-0000-7000-8000-000000000000.0123456789abcdef.zip"
    stray.write_bytes(b"Zqstray")
    moment = (timezone.now() - timedelta(hours=hours)).timestamp()
    for path in files.glob("*"):
        os.utime(path, (moment, moment))
    tasks.purge()
    assert len(list(files.glob("*"))) == 1 + left, "the living export keeps its own"


def test_one_whose_worker_vanished_is_written_by_another(scene: Scene, owner: Client) -> None:
    owner.post(EXPORTS)
    Export.objects.update(status="running", attempts=1, next_at=timezone.now())
    ask(owner)
    assert Export.objects.get().status == "ready"


def test_a_worker_that_was_overtaken_takes_no_others_file_away(
    scene: Scene, owner: Client, files: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    owner.post(EXPORTS)
    export, pack = Export.objects.get(), archive.pack

    def overtaken(*given: Any) -> Any:
        monkeypatch.setattr(exporting, "pack", pack)
        exporting.drop_all_of(scene.workspace)
        tasks.export(export.pk)
        return pack(*given)

    monkeypatch.setattr(exporting, "pack", overtaken)
    tasks.export(export.pk)
    export.refresh_from_db()
    assert export.status == "ready"
    assert [path.name for path in files.glob("*")] == [export.file_name]
    assert owner.get(f"{EXPORTS}/{export.uid}/file").status_code == 200


def test_a_file_that_was_dropped_while_it_was_written_is_no_failure(
    scene: Scene, owner: Client, files: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    owner.post(EXPORTS)
    pack = archive.pack

    def dropped(*given: Any) -> Any:
        yield from pack(*given)
        exporting.drop(Export.objects.all())

    monkeypatch.setattr(exporting, "pack", dropped)
    tasks.export(Export.objects.get().pk)
    assert Export.objects.get().status == "gone"
    assert list(files.glob("*")) == []


def test_it_is_not_given_out_after_its_week_even_before_the_purge(
    scene: Scene, owner: Client
) -> None:
    export = ask(owner).json()["id"]
    Export.objects.update(expires_at=timezone.now() - timedelta(seconds=1))
    assert owner.get(f"{EXPORTS}/{export}/file").status_code == 404


def test_its_page_speaks_the_readers_language(scene: Scene, owner: Client) -> None:
    make_message(make_conversation(scene.workspace))
    export = ask(owner).json()["id"]
    data, page = archive_of(owner.get(f"{EXPORTS}/{export}/file"))
    terms = dict(re.findall(r"<dt>(.*?)</dt><dd>(.*?)</dd>", page, re.DOTALL))
    assert terms["rôle"] == "propriétaire"
    assert re.fullmatch(r"\d+ \S+ 20\d\d .* \(UTC\)", terms["créé le"])
    assert not {"created at", "workspace", "user", "social account", "uid"} & set(terms)
    assert data["membership"]["rows"][0]["role"] == "owner", "machines read our own names"
    assert "<dd>true</dd>" not in page
    assert "<dd>&quot;" not in page
