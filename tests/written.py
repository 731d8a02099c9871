"""What the logs would hold of something: every record, as the product's formatter writes it."""

import io
import json
import logging
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from flowia.lib.logging import formatter


class Written:
    """Lines so far."""

    def __init__(self) -> None:
        self.stream = io.StringIO()

    @property
    def text(self) -> str:
        return self.stream.getvalue()

    @property
    def lines(self) -> list[dict[str, Any]]:
        return [json.loads(line) for line in self.text.splitlines()]


@contextmanager
def written(form: str = "json") -> Iterator[Written]:
    """Collect what is logged meanwhile, in JSON or as for the console."""
    found = Written()
    handler = logging.StreamHandler(found.stream)
    handler.setFormatter(formatter(form))
    logging.getLogger().addHandler(handler)
    try:
        yield found
    finally:
        logging.getLogger().removeHandler(handler)
