"""Webhooks at an even pace, each from another person, from a process of its own.

`python -m benchmarks.soak.load --port N --first 0 --rate 5 --seconds 3600`. Who is late makes up
for it. Prints how many were taken; ends with 1 at the first that is refused.
"""

import argparse
import http.client
import sys
import time

from benchmarks.throughput.world import WEBHOOK, signature, webhook

OK = 200
PATIENCE = 30.0


def main() -> int:
    """Send until the time is over."""
    parser = argparse.ArgumentParser(description=__doc__)
    for name, kind in (("port", int), ("first", int), ("rate", float), ("seconds", float)):
        parser.add_argument(f"--{name}", type=kind, required=True)
    asked = parser.parse_args()
    begun, sent = time.monotonic(), 0
    connection = http.client.HTTPConnection("127.0.0.1", asked.port, timeout=PATIENCE)
    while time.monotonic() < begun + asked.seconds:
        time.sleep(max(0.0, begun + sent / asked.rate - time.monotonic()))
        body = webhook(asked.first + sent, time.time())
        headers = {"Content-Type": "application/json", "X-Hub-Signature-256": signature(body)}
        connection.request("POST", WEBHOOK, body, headers)
        answer = connection.getresponse()
        answer.read()
        if answer.status != OK:
            sys.stderr.write(f"webhook {sent} was answered {answer.status}\n")
            return 1
        sent += 1
    print(sent)
    return 0


if __name__ == "__main__":
    sys.exit(main())
