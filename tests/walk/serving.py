"""The world's pages on a port of this machine: `with served() as place`.

A process of its own serves them, with static files, headers and policy as in production; neither
workers nor a network are there.
"""

import json
import os
import socketserver
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from wsgiref.simple_server import WSGIRequestHandler, WSGIServer, make_server

from flowia.embedded import BASE_DIR
from tests import migrated
from tests.stack import clean_environment


@dataclass(frozen=True)
class Place:
    """Where it is served; `cookies` holds each person's sessions, `ids` what addresses hold.

    `words` are those of the rows' columns, which operators read as they stand.
    """

    url: str
    ids: dict[str, str]
    cookies: dict[str, str]
    words: list[str]


@contextmanager
def served(*how: str) -> Iterator[Place]:
    """Give the place while its process lives; "pseudo" for the language that nobody speaks."""
    passed = {name: os.environ[name] for name in (migrated.FILE,) if name in os.environ}
    environment = clean_environment({**passed, "DJANGO_SETTINGS_MODULE": "tests.walk.settings"})
    with subprocess.Popen(
        [sys.executable, "-m", "tests.walk.serving", *how],
        cwd=BASE_DIR,
        env=environment,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    ) as process:
        assert process.stdin is not None
        assert process.stdout is not None
        line = process.stdout.readline()
        assert line, "the pages are not served"
        try:
            yield Place(**json.loads(line))
        finally:
            # It lives as long as somebody holds its input.
            process.stdin.close()
            process.wait(timeout=20)


class Threaded(socketserver.ThreadingMixIn, WSGIServer):
    """One thread for each connection."""

    daemon_threads = True


class Silent(WSGIRequestHandler):
    """Without a line for each request: the product logs its own."""

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the base's name
        """Write nothing."""


def main() -> None:
    """Make the rows, tell where they are served on the first line, serve until the input ends."""
    import django  # noqa: PLC0415 - after the settings are named

    django.setup()
    from django.conf import settings  # noqa: PLC0415 - as above
    from django.core.management import call_command  # noqa: PLC0415 - as above
    from django.core.wsgi import get_wsgi_application  # noqa: PLC0415 - as above
    from django.db import transaction  # noqa: PLC0415 - as above

    from tests.callers import browser  # noqa: PLC0415 - as above
    from tests.walk import pseudo  # noqa: PLC0415 - as above
    from tests.walk.rows import make_place, words_in_rows  # noqa: PLC0415 - as above

    if not migrated.copy_to(Path(settings.DATABASES["default"]["NAME"])):
        call_command("migrate", verbosity=0)
    call_command("collectstatic", interactive=False, verbosity=0)
    with transaction.atomic():
        people, ids = make_place()
        name = settings.SESSION_COOKIE_NAME
        cookies = {who: browser(user).cookies[name].value for who, user in people.items()}
    words = sorted(words_in_rows())
    if "pseudo" in sys.argv:
        pseudo.install()
    application = get_wsgi_application()
    server = make_server("127.0.0.1", 0, application, server_class=Threaded, handler_class=Silent)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    told = {
        "url": f"http://127.0.0.1:{server.server_port}",
        "ids": ids,
        "cookies": cookies,
        "words": words,
    }
    sys.stdout.write(json.dumps(told) + "\n")
    sys.stdout.flush()
    sys.stdin.read()


if __name__ == "__main__":
    main()
