"""A LinkedIn on this machine, and a real browser for it."""

import os
import tempfile
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest

from social.providers.linkedin.browser import guard, tree
from social.providers.linkedin.browser.executable import find_browser
from tests.sandbox.conftest import receiver, running_sandbox, sandbox

__all__ = ["receiver", "running_sandbox", "sandbox"]


@pytest.fixture(scope="session")
def executable() -> str:
    """Return a browser's path; skips where there is none, and fails in CI."""
    found = find_browser(os.environ.get("CHROMIUM_PATH", ""))
    if found is None:
        reason = "no Chromium: playwright install chromium, or set CHROMIUM_PATH"
        (pytest.fail if os.environ.get("CI") else pytest.skip)(reason)
    return found


class Traces:
    """What runs of this test leave: processes, and folders. Other people's runs are not ours."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def living(self) -> list[str]:
        """Return what still runs: by the run's mark, or by its folder in the command."""
        return [str(one.pid) for one in self.processes()]

    def processes(self) -> list[psutil.Process]:
        return [one for one in psutil.process_iter() if self._is_ours(one)]

    def folders(self) -> list[Path]:
        return list(self.folder.glob(f"{guard.FOLDER}*"))

    def _is_ours(self, one: psutil.Process) -> bool:
        try:
            if one.status() == psutil.STATUS_ZOMBIE:
                return False
            if f"{self.folder}/{guard.FOLDER}" in " ".join(one.cmdline()):
                return True
            told = one.environ()
            return tree.MARK in told and told.get("TMPDIR", "").startswith(str(self.folder))
        except psutil.Error:
            return False


@pytest.fixture
def traces(monkeypatch: pytest.MonkeyPatch) -> Iterator[Traces]:
    """Give runs a folder of their own, with a short name, and return what they leave."""
    with tempfile.TemporaryDirectory(prefix="fb-", dir="/tmp") as folder:
        monkeypatch.setenv("TMPDIR", folder)
        yield Traces(Path(folder))
