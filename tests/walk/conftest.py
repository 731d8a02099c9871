"""The pages' server, for one file of tests at a time, and the browser of the journeys."""

from collections.abc import Iterator

import pytest

from tests.browser.conftest import chromium
from tests.walk.serving import Place, served

__all__ = ["chromium"]


@pytest.fixture(scope="module")
def place() -> Iterator[Place]:
    """Return where the world's pages are served."""
    with served() as found:
        yield found
