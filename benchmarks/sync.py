"""How fast are leads in every tool at the tools' real limits? `python -m benchmarks.sync`.

Two workers write into the sandbox's stand-ins, which refuse, fail, and answer too late at random.
It prints how long each tool took, how many rows stand there, and the rates that the stand-ins met.
"""

import argparse
import os
import tempfile
import time
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import django
from django.test.utils import get_runner

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.sandbox.conftest import Sandbox

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "tests.settings")
SLOW_SECONDS = 3.0
LONGEST_SECONDS = 3600.0


def main() -> None:
    """Write the leads twice in a throw-away database, and print what happened."""
    django.setup()
    from django.conf import settings  # noqa: PLC0415 - Django is set up by then

    from tests import valkey  # noqa: PLC0415

    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--leads", type=int, default=500)
    parser.add_argument("--scale", type=float, default=1.0, help="limits so many times larger")
    parser.add_argument(
        "--chance", type=float, default=0.005, help="of each kind of fault, per call of Notion"
    )
    asked = parser.parse_args()
    runner = get_runner(settings)(verbosity=0)
    databases = runner.setup_databases()
    try:
        with tempfile.TemporaryDirectory() as folder, valkey.server(Path(folder)) as redis:
            settings.REDIS_URL = redis
            with running_sandbox() as sandbox:
                write(sandbox, asked)
    finally:
        runner.teardown_databases(databases)


@contextmanager
def running_sandbox() -> "Iterator[Sandbox]":
    """Start the sandbox, and stop it at the end."""
    from tests.integrations.filling import started_sandbox  # noqa: PLC0415

    with tempfile.TemporaryDirectory() as folder, started_sandbox(Path(folder)) as sandbox:
        yield sandbox


def write(sandbox: "Sandbox", asked: argparse.Namespace) -> None:
    """Order everything twice and print the figures."""
    from django.conf import settings  # noqa: PLC0415

    from integrations.orders import progress_of  # noqa: PLC0415
    from tests.integrations import filling  # noqa: PLC0415

    settings.TOOL_TIMEOUT_SECONDS = SLOW_SECONDS - 1
    filling.point_at(sandbox, asked.scale)
    workspace = filling.make_shop(asked.leads)
    tools = filling.connect_all(sandbox, workspace)
    before = [filling.standing(tool) for tool in tools]
    weather = filling.Weather(sandbox, chance=asked.chance, slow_seconds=SLOW_SECONDS)
    orders = filling.order_everything(tools)
    with weather.blowing():
        took = filling.run_workers(filling.all_written(orders), seconds=LONGEST_SECONDS)
    print(f"{asked.leads} leads into each of {len(tools)} tools in {took:.0f} s; met:")
    for name, number in sorted(weather.met.items()):
        print(f"  {number:>4} x {name}")
    for tool, order, was in zip(tools, orders, before, strict=True):
        order.refresh_from_db()
        stands = filling.standing(tool) - was
        twice = sum(number > 1 for number in stands.values())
        seconds = (order.finished_at - order.created_at).total_seconds() if order.finished_at else 0
        print(
            f"{tool.kind:>13}: {len(stands)} rows, {twice} leads twice, "
            f"{filling.receipts(tool)} receipts, in {seconds:.0f} s"
        )
    since, again = filling.last_call(sandbox), filling.order_everything(tools)
    took = filling.run_workers(filling.all_written(again), seconds=LONGEST_SECONDS)
    calls = filling.written_calls(sandbox, since)
    writing = sum(number for name, number in calls.items() if name.split()[1] in filling.WRITING)
    equal = sum(progress_of(order).unchanged for order in again)
    print(f"once more: {equal} equal, {writing} writing calls, {took:.0f} s")
    print_rates(sandbox.get("/tools/rates")["rates"])


def print_rates(rates: dict[str, dict[str, Any]]) -> None:
    """Print what the stand-ins met of each key."""
    for key, rate in rates.items():
        print(
            f"{key}: {rate['calls']} calls, {rate['refused']} over the limit, at most "
            f"{rate['most_per_second']} a second and {rate['most_per_minute']} a minute"
        )


if __name__ == "__main__":
    begun = time.monotonic()
    main()
    print(f"{time.monotonic() - begun:.0f} s in all")
