"""Bugs that are planted on purpose into a running product: the harness has to see each.

Nothing in the product knows of it. A folder whose `sitecustomize.py` calls `install` stands first
in PYTHONPATH; a bug is put into its module as that module is imported.
"""

import os
import sys
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from importlib.abc import Loader, MetaPathFinder
from importlib.machinery import ModuleSpec, PathFinder
from pathlib import Path
from types import ModuleType
from typing import Any

CUSTOM = """
from tests.faults.storm.planting import install
install({name!r})
"""


def write(folder: Path, root: Path, name: str) -> str:
    """Make the folder ready and return the PYTHONPATH that processes have to start with.

    Asked again it leaves the file as it is: one that is written anew is empty for a moment, and a
    process that starts in that moment has no bug.
    """
    folder.mkdir(parents=True, exist_ok=True)
    planted, wanted = folder / "sitecustomize.py", CUSTOM.format(name=name)
    if not planted.exists():
        planted.write_text(wanted, encoding="utf-8")
    assert planted.read_text(encoding="utf-8") == wanted, "another bug is planted there"
    return f"{folder}{os.pathsep}{root}"


def install(name: str) -> None:
    """Plant a bug in this process."""
    sys.meta_path.insert(0, _Finder(BUGS[name].places))


def _sent_again_blindly(module: ModuleType) -> None:
    """A send whose result nobody knows is made due again, as if it had not left."""

    def unconfirmed(delivery: Any, _code: str) -> None:
        rows = type(delivery).objects.filter(pk=delivery.pk, status="sending")
        rows.update(status="queued", next_at=delivery.created_at)

    module.unconfirmed = unconfirmed  # type: ignore[attr-defined]


def _claimed_by_everybody(module: ModuleType) -> None:
    """A delivery is claimed without a look at its state."""
    related = ("workspace", "message__conversation__contact", "message__conversation__workspace")
    more = ("message__in_reply_to", "message__social_account", "message__workspace")

    def claim(delivery_id: int, *, now: Any) -> Any:
        rows = module.Delivery.objects.filter(pk=delivery_id)
        rows.update(next_at=now + module.LEASE, status="queued", attempts=module.F("attempts") + 1)
        return rows.select_related(*related, *more).first()

    module.claim = claim  # type: ignore[attr-defined]


def _known_by_looking(module: ModuleType) -> None:
    """A message is inserted where a look found none; the constraint is gone (`Bug.sql`)."""

    def insert(message: Any) -> bool:
        message.save()
        return True

    module._insert = insert  # type: ignore[attr-defined]


def _answered_before_stored(module: ModuleType) -> None:
    """A webhook is answered at once, and stored by a thread a moment later."""
    store = module.store

    def later(*told: Any, **named: Any) -> None:
        # Not sooner: this runs in processes that have no settings yet.
        from django.db import connection  # noqa: PLC0415

        time.sleep(1.0)
        try:
            store(*told, **named)
        finally:
            connection.close()

    def answer_first(*told: Any, **named: Any) -> None:
        threading.Thread(target=later, args=told, kwargs=named, daemon=True).start()

    module.store = answer_first  # type: ignore[attr-defined]


def _quota_looked_at(module: ModuleType) -> None:
    """The day's quota is looked at, then taken without its condition, and nobody stands in line."""
    if module.__name__ == "processing.fairness":
        module.in_line = lambda situation, *_told: situation  # type: ignore[attr-defined]
        return

    def take(workspace: Any, limit: int | None, *, now: Any, keep: int = 0) -> Any:
        del keep
        day = module.today(workspace, now)
        module._open(workspace, day)
        rows = module._rows(workspace, day)
        found = rows.first()
        if limit is not None and found.used + found.reserved >= limit:
            return None
        time.sleep(0.5)
        rows.update(reserved=module.F("reserved") + 1)
        return day

    module._take = take  # type: ignore[attr-defined]
    module.renew = lambda _workspace, day, *, now: day or now.date()  # type: ignore[attr-defined]


def _woken_once(module: ModuleType) -> None:
    """The dispatcher wakes what is due once: what a wake-up lost stays where it is."""
    book = Path(os.environ["PYTHONPATH"].split(os.pathsep)[0]) / "woken"
    woken = set(book.read_text(encoding="utf-8").splitlines()) if book.exists() else set()

    def calls_for(_client: Any, wake: Any, next_at: Any, *, again: bool) -> bool:
        del again
        name = f"{wake.step} {wake.row_id} {next_at.timestamp()}"
        if name in woken:
            return False
        woken.add(name)
        with book.open("a", encoding="utf-8") as file:
            file.write(f"{name}\n")
        return True

    module._calls_for = calls_for  # type: ignore[attr-defined]


def _not_counted(module: ModuleType) -> None:
    """Nobody counts how often the model is asked."""
    module.take_turn = lambda _workspace_id: None  # type: ignore[attr-defined]


def _no_slot(module: ModuleType) -> None:
    """The five minutes are looked at, and nobody takes them: neither before a call nor after."""

    def take_slot(conversation: Any, *, now: Any, at_once: bool = False, lease: Any = None) -> Any:
        del lease
        before = module.slot_free_at(conversation)
        if not at_once and before is not None and before > now:
            return None
        return module.Slot(until=now, before=before)

    def stamp(conversation_id: int, *, now: Any, **more: Any) -> None:
        del now
        if more:
            module.Conversation.objects.filter(pk=conversation_id).update(**more)

    module.take_slot = take_slot  # type: ignore[attr-defined]
    module.stamp = stamp  # type: ignore[attr-defined]


class Bug:
    """A bug: what it does to which modules, what has to flag it; the SQL and world it takes."""

    def __init__(
        self,
        plant: Callable[[ModuleType], None],
        *modules: str,
        flagged_by: Sequence[str],
        sql: str = "",
        world: Mapping[str, Any] | None = None,
    ) -> None:
        self.places = dict.fromkeys(modules, plant)
        self.says = (plant.__doc__ or "").strip()
        self.flagged_by = frozenset(flagged_by)
        self.sql = sql
        self.world = dict(world or {})


BUGS = {
    "blind-resend": Bug(
        _sent_again_blindly, "processing.failing", "processing.sending", flagged_by=["I4"]
    ),
    "claim-unchecked": Bug(_claimed_by_everybody, "processing.outbox", flagged_by=["I4"]),
    "dedupe-by-look": Bug(
        _known_by_looking,
        "processing.inbox",
        flagged_by=["I1", "I4"],
        sql="DROP INDEX IF EXISTS one_row_per_utterance",
    ),
    "early-200": Bug(_answered_before_stored, "social.webhooks", flagged_by=["I3"]),
    "quota-race": Bug(_quota_looked_at, "billing.quotas", "processing.fairness", flagged_by=["I7"]),
    "no-sweeper": Bug(_woken_once, "processing.dispatch", flagged_by=["I2"]),
    "calls-uncounted": Bug(
        _not_counted, "processing.ai.rate", flagged_by=["I8"], world={"model_per_minute": 20}
    ),
    "slot-not-taken": Bug(_no_slot, "processing.outbox", flagged_by=["I6"]),
}
"""By name; at least one of `flagged_by` has to be among the breaches."""


class _Finder(MetaPathFinder):
    def __init__(self, places: dict[str, Callable[[ModuleType], None]]) -> None:
        self.places = places

    def find_spec(
        self, fullname: str, path: Sequence[str] | None, target: ModuleType | None = None
    ) -> ModuleSpec | None:
        if fullname not in self.places:
            return None
        spec = PathFinder.find_spec(fullname, path, target)
        if spec is not None and spec.loader is not None:
            spec.loader = _Loader(spec.loader, self.places[fullname])
        return spec


class _Loader(Loader):
    def __init__(self, real: Loader, plant: Callable[[ModuleType], None]) -> None:
        self.real, self.plant = real, plant

    def create_module(self, spec: ModuleSpec) -> ModuleType | None:
        return self.real.create_module(spec)

    def exec_module(self, module: ModuleType) -> None:
        self.real.exec_module(module)
        self.plant(module)
