"""What each step of Flow IA's pipeline costs, in one process and one step at a time.

Run by `python -m benchmarks.throughput --steps 40`. Nothing happens at once here, so a busy machine
changes little: the processor's time of this process, the statements sent to PostgreSQL and the
commands that Redis counts, for a message. Celery's own work and the opening of connections are not
in it.
"""

import cProfile
import pstats
import time
from collections import deque
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from unittest import mock

from celery import Task
from django.db import connection
from django.test import Client

from benchmarks.throughput.world import WEBHOOK, signature, told_afterwards, webhook
from flowia.lib import wake as waking
from flowia.lib.redis import redis_client
from processing import dispatch, tasks
from processing.models import Message

WARM = 10
GRACE_SECONDS = 2.5
"""Until the dispatcher finds what nobody was woken for."""
LINES = 50
HEAD = "| step | a message | CPU ms/message | statements/message | Redis commands/message |"


@dataclass
class Step:
    """One step, summed over all its calls."""

    calls: int = 0
    seconds: float = 0.0
    statements: int = 0
    commands: int = 0


class Meter:
    """Counts what steps cost; with a profile, where in them the time went."""

    def __init__(self, profile: cProfile.Profile | None = None) -> None:
        """Begin with nothing."""
        self.steps: dict[str, Step] = {}
        self.profile = profile
        self.statements = 0

    def counted(self, execute: Callable[..., Any], *rest: Any) -> Any:
        """Count a statement, as Django's `execute_wrapper` wants it."""
        self.statements += 1
        return execute(*rest)

    @contextmanager
    def step(self, name: str) -> Iterator[None]:
        """Count what happens inside as one call of `name`."""
        one = self.steps.setdefault(name, Step())
        statements, commands = self.statements, _commands()
        if self.profile:
            self.profile.enable()
        started = time.process_time()
        yield
        one.seconds += time.process_time() - started
        if self.profile:
            self.profile.disable()
        one.calls += 1
        one.statements += self.statements - statements
        # The question itself is a command, too.
        one.commands += _commands() - commands - 1

    def table(self, messages: int) -> str:
        """Return what a message costs."""
        lines = [HEAD, "|---|--:|--:|--:|--:|"]
        whole = Step(calls=messages)
        for name, one in self.steps.items():
            lines.append(_line(name, one, messages))
            whole.seconds += one.seconds
            whole.statements += one.statements
            whole.commands += one.commands
        return "\n".join([*lines, _line("all", whole, messages)])


def run(messages: int, profile: str = "") -> None:
    """Take `messages` messages their whole way, and print the table; `profile` is a file.

    A second table has what the network tells of their answers: three calls more for a message.
    """
    _journey(Meter(), 0, WARM)
    _aftermath(Meter(), WARM)
    meter, after = Meter(), Meter()
    with connection.execute_wrapper(meter.counted):
        _journey(meter, WARM, messages)
    with connection.execute_wrapper(after.counted):
        _aftermath(after, messages)
    print(f"{meter.table(messages)}\n\nTold afterwards:\n\n{after.table(messages)}")
    if profile:
        seen = cProfile.Profile(time.process_time)
        _journey(Meter(seen), WARM + messages, messages)
        with Path(profile).open("w", encoding="utf-8") as file:
            found = pstats.Stats(seen, stream=file)
            for order in ("tottime", "cumulative"):
                found.sort_stats(order).print_stats(LINES)


def _journey(meter: Meter, first: int, messages: int) -> None:
    client = Client(SERVER_NAME="127.0.0.1")
    with _waking() as woken:
        for number in range(first, first + messages):
            _bring(client, meter, "webhook", webhook(number, time.time()))
            _work(meter, woken)
        time.sleep(GRACE_SECONDS)
        with meter.step("dispatch, once"):
            due = dispatch.due(redis_client())
        woken.extend((tasks.STEPS[one.step], one.row_id) for one in due)
        _work(meter, woken)


def _aftermath(meter: Meter, messages: int) -> None:
    """Bring what a network tells of the last answers, kind by kind."""
    answers = Message.objects.filter(direction=Message.Direction.OUTBOUND).exclude(external_id="")
    sent = list(answers.select_related("conversation__contact").order_by("-pk")[:messages])
    assert len(sent) == messages
    client = Client(SERVER_NAME="127.0.0.1")
    with _waking() as woken:
        for one in sent:
            contact = one.conversation.contact.external_id
            calls = told_afterwards(contact, one.external_id, time.time())
            for kind, body in zip(("echo", "delivered", "read"), calls, strict=True):
                _bring(client, meter, f"webhook: {kind}", body)
                _work(meter, woken, f": {kind}")


@contextmanager
def _waking() -> Iterator[deque[tuple[Any, int]]]:
    """Yield what was woken and not yet done."""
    woken: deque[tuple[Any, int]] = deque()
    publish = waking.wake

    def wake(task: "Task[Any, Any]", row_id: int) -> bool:
        woken.append((task, row_id))
        return publish(task, row_id)

    with ExitStack() as stack:
        stack.enter_context(mock.patch.object(waking, "wake", wake))
        stack.enter_context(mock.patch.object(tasks, "wake", wake))
        yield woken


def _bring(client: Client, meter: Meter, name: str, body: bytes) -> None:
    signed = {"X-Hub-Signature-256": signature(body)}
    with meter.step(name):
        answer = client.post(WEBHOOK, body, "application/json", headers=signed)
    assert answer.status_code == 200, answer.content  # noqa: PLR2004 - HTTP's own


def _work(meter: Meter, woken: deque[tuple[Any, int]], of: str = "") -> None:
    while woken:
        task, row_id = woken.popleft()
        with meter.step(f"{task.name.rpartition('.')[2]}{of}"):
            task(row_id)


def _commands() -> int:
    told: Any = redis_client().info("stats")
    return int(told["total_commands_processed"])


def _line(name: str, one: Step, messages: int) -> str:
    numbers = (one.calls, one.seconds * 1000, one.statements, one.commands)
    return f"| {name} | {' | '.join(f'{number / messages:.2f}' for number in numbers)} |"
