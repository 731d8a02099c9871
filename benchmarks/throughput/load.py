"""The load: signed webhooks, each from another person, from a process of its own.

`python -m benchmarks.throughput.load --port N --first 0 --messages 2000 --clients 8`. Every client
keeps one connection and sends its next call when the last was answered. Prints one line of JSON:
the moment of the first call (monotonic), the seconds in all, the latencies, what was refused, and
the processor's seconds that this process itself took.
"""

import argparse
import asyncio
import json
import re
import resource
import sys
import time
from collections.abc import Iterator

from benchmarks.throughput.world import WEBHOOK, signature, webhook

STATUS = re.compile(rb"HTTP/1\.[01] (\d{3})")
LENGTH = re.compile(rb"\r\ncontent-length: *(\d+)", re.IGNORECASE)


def prepared(first: int, messages: int, port: int) -> list[bytes]:
    """Return whole calls, ready to be written."""
    calls = []
    for number in range(first, first + messages):
        body = webhook(number, time.time())
        head = (
            f"POST {WEBHOOK} HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\n"
            f"Content-Type: application/json\r\nX-Hub-Signature-256: {signature(body)}\r\n"
            f"Content-Length: {len(body)}\r\n\r\n"
        )
        calls.append(head.encode() + body)
    return calls


async def client(port: int, calls: Iterator[bytes], taken: list[float], bad: list[str]) -> None:
    """Make one call after the other, each at once when the last was answered."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    for call in calls:
        started = time.perf_counter()
        writer.write(call)
        head = await reader.readuntil(b"\r\n\r\n")
        length = LENGTH.search(head)
        body = await reader.readexactly(int(length[1])) if length else b""
        taken.append(time.perf_counter() - started)
        status = STATUS.match(head)
        if status is None or status[1] not in {b"200", b"201"}:
            bad.append((head[:60] + body[:60]).decode(errors="replace"))
    writer.close()


async def main() -> None:
    """Send everything and print what it took."""
    parser = argparse.ArgumentParser(description=__doc__)
    for name in ("port", "first", "messages", "clients"):
        parser.add_argument(f"--{name}", type=int, required=True)
    asked = parser.parse_args()
    calls = iter(prepared(asked.first, asked.messages, asked.port))
    taken: list[float] = []
    bad: list[str] = []
    before = resource.getrusage(resource.RUSAGE_SELF)
    started = time.monotonic()
    await asyncio.gather(*(client(asked.port, calls, taken, bad) for _ in range(asked.clients)))
    ended = time.monotonic()
    after = resource.getrusage(resource.RUSAGE_SELF)
    used = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    told = {"started": started, "seconds": ended - started, "taken": taken, "bad": bad, "cpu": used}
    sys.stdout.write(json.dumps(told) + "\n")


if __name__ == "__main__":
    asyncio.run(main())
