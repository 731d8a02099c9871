"""Processes of the running product that stop at a named moment, until they are let go or killed.

For benchmarks alone: nothing in the product knows of it. A folder with a `sitecustomize.py` that
calls `install` stands first in PYTHONPATH; whoever writes a moment's name into its file `wanted`
finds in `reached` the id of the process that came there. It goes on when `wanted` is gone.
"""

import functools
import os
import sys
import time
from collections.abc import Callable, Sequence
from importlib.abc import Loader, MetaPathFinder
from importlib.machinery import ModuleSpec, PathFinder
from pathlib import Path
from types import ModuleType
from typing import Any

LONGEST = 30.0
BROWSER = "social.providers.linkedin.browser"
BEFORE, AFTER = "before", "after"
PLACES = {
    "before the guard": (f"{BROWSER}.running", "_environment", BEFORE, 1),
    "guard started": (f"{BROWSER}.running", "_follow", BEFORE, 1),
    "browser started": (f"{BROWSER}.opening", "launched", AFTER, 1),
    "typing": (f"{BROWSER}.composing", "_must_focus", BEFORE, 2),
    "before the click": (f"{BROWSER}.turnstile", "Turnstile.open_for", AFTER, 1),
    "after the click": (f"{BROWSER}.sending", "_answer", BEFORE, 1),
    "answer read": ("social.providers.linkedin.acting", "report_of", BEFORE, 1),
    "saving the session": ("social.sessions", "Run._keep", AFTER, 1),
    "session saved": ("processing.sending", "_sent", BEFORE, 1),
    "all written": ("processing.sending", "_sent", AFTER, 1),
}
"""Where each moment is: module, function, on its way in or out, and at which call."""
CUSTOM = """
from pathlib import Path
from tests.moments import install
install(Path(__file__).parent)
"""


def write(folder: Path, root: Path) -> str:
    """Make the folder ready and return the PYTHONPATH that processes have to start with."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "sitecustomize.py").write_text(CUSTOM, encoding="utf-8")
    return f"{folder}{os.pathsep}{root}"


def wish(folder: Path, moment: str) -> None:
    """Let the next process that comes to the moment stop there."""
    (folder / "reached").unlink(missing_ok=True)
    (folder / "wanted").write_text(moment, encoding="utf-8")


def reached(folder: Path) -> int:
    """Return the process that stopped at the moment, 0 while there is none."""
    told = folder / "reached"
    return int(told.read_text(encoding="utf-8") or 0) if told.exists() else 0


def let_go(folder: Path) -> None:
    """Let whoever stopped go on."""
    (folder / "wanted").unlink(missing_ok=True)


def install(folder: Path) -> None:
    """Have the functions of PLACES stop when they are wanted, as their modules are imported."""
    sys.meta_path.insert(0, _Finder(folder))


class _Finder(MetaPathFinder):
    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.modules = {module for module, *_rest in PLACES.values()}

    def find_spec(
        self, fullname: str, path: Sequence[str] | None, target: ModuleType | None = None
    ) -> ModuleSpec | None:
        if fullname not in self.modules:
            return None
        spec = PathFinder.find_spec(fullname, path, target)
        if spec is not None and spec.loader is not None:
            spec.loader = _Loader(spec.loader, self.folder)
        return spec


class _Loader(Loader):
    def __init__(self, real: Loader, folder: Path) -> None:
        self.real = real
        self.folder = folder

    def create_module(self, spec: ModuleSpec) -> ModuleType | None:
        return self.real.create_module(spec)

    def exec_module(self, module: ModuleType) -> None:
        self.real.exec_module(module)
        for moment, (name, path, when, call) in PLACES.items():
            if name == module.__name__:
                owner, attribute = _place(module, path)
                told = _Stop(self.folder, moment, when, call)
                setattr(owner, attribute, told.around(getattr(owner, attribute)))

    def __getattr__(self, name: str) -> Any:
        return getattr(self.real, name)


class _Stop:
    def __init__(self, folder: Path, moment: str, when: str, call: int) -> None:
        self.folder, self.moment, self.when, self.call = folder, moment, when, call
        self.calls = 0

    def around(self, function: Callable[..., Any]) -> Callable[..., Any]:
        @functools.wraps(function)
        def stopping(*args: Any, **named: Any) -> Any:
            if self.when == BEFORE:
                self._stop()
            found = function(*args, **named)
            if self.when == AFTER:
                self._stop()
            return found

        return stopping

    def _stop(self) -> None:
        if not self._is_wanted():
            return
        self.calls += 1
        if self.calls < self.call:
            return
        told = self.folder / "reaching"
        told.write_text(str(os.getpid()), encoding="utf-8")
        told.rename(self.folder / "reached")
        until = time.monotonic() + LONGEST
        while self._is_wanted() and time.monotonic() < until:
            time.sleep(0.005)

    def _is_wanted(self) -> bool:
        try:
            return (self.folder / "wanted").read_text(encoding="utf-8") == self.moment
        except OSError:
            return False


def _place(module: ModuleType, path: str) -> tuple[Any, str]:
    *owners, attribute = path.split(".")
    owner: Any = module
    for name in owners:
        owner = getattr(owner, name)
    return owner, attribute
