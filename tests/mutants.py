"""Do the tables notice when a gate is changed: `python -m tests.mutants`.

Every comparison, condition, number, kind and tuple of `processing/decision` is changed, one at a
time, and the decision's tests run against it in a process of their own. A mutant that lives is
printed; the exit status is 1 when there is one.
"""

import ast
import copy
import os
import sys
from collections.abc import Callable, Iterator
from functools import partial
from importlib.abc import Loader, MetaPathFinder
from importlib.machinery import ModuleSpec
from importlib.util import spec_from_loader
from pathlib import Path
from types import ModuleType

import django
import pytest

from flowia.embedded import BASE_DIR

FOLDER = BASE_DIR / "processing" / "decision"
SWAPS: dict[type[ast.cmpop], type[ast.cmpop]] = {
    ast.Lt: ast.LtE,
    ast.LtE: ast.Lt,
    ast.Gt: ast.GtE,
    ast.GtE: ast.Gt,
    ast.Eq: ast.NotEq,
    ast.NotEq: ast.Eq,
    ast.Is: ast.IsNot,
    ast.IsNot: ast.Is,
}
KINDS = ("REPLY", "HOLD", "HANDOFF", "WAIT", "SILENT")
AT_ONCE = 2
Change = Callable[[ast.AST], None]


def main() -> int:
    """Try every mutant; return how many survive, at most 1."""
    django.setup()
    mutants = [(path, *one) for path in sorted(FOLDER.glob("*.py")) for one in mutants_of(path)]
    lived, running = [], {}
    for path, words, tree in mutants:
        running[start(path, tree)] = words
        if len(running) == AT_ONCE:
            lived += finish(running)
    while running:
        lived += finish(running)
    say(f"{len(mutants)} mutants, {len(lived)} survived")
    for words in sorted(lived):
        say(f"  {words}")
    return min(1, len(lived))


def mutants_of(path: Path) -> Iterator[tuple[str, ast.Module]]:
    """Yield each mutant of a file with what was changed."""
    source = path.read_text(encoding="utf-8")
    nodes = list(ast.walk(ast.parse(source)))
    for number, node in enumerate(nodes):
        for words, change in changes_of(node):
            tree = ast.parse(source)
            change(list(ast.walk(tree))[number])
            line = getattr(node, "lineno", 0)
            yield f"{path.name}:{line} {words}", ast.fix_missing_locations(tree)


def changes_of(node: ast.AST) -> Iterator[tuple[str, Change]]:
    """Yield what can be changed about one node."""
    if isinstance(node, ast.Compare | ast.BoolOp | ast.If):
        yield from logic_of(node)
    elif isinstance(node, ast.Attribute | ast.Constant):
        yield from values_of(node)
    elif isinstance(node, ast.Tuple | ast.Call):
        yield from parts_of(node)


def logic_of(node: ast.Compare | ast.BoolOp | ast.If) -> Iterator[tuple[str, Change]]:
    """Yield other comparisons, connections and conditions."""
    if isinstance(node, ast.Compare) and type(node.ops[0]) in SWAPS:
        other = SWAPS[type(node.ops[0])]
        yield f"comparison becomes {other.__name__}", partial(_set, name="ops", value=[other()])
    if isinstance(node, ast.BoolOp):
        other_op: ast.boolop = ast.Or() if isinstance(node.op, ast.And) else ast.And()
        yield "and becomes or, or and", partial(_set, name="op", value=other_op)
    if isinstance(node, ast.If):
        for value in (True, False):
            constant = ast.Constant(value)
            yield f"condition becomes {value}", partial(_set, name="test", value=constant)


def values_of(node: ast.Attribute | ast.Constant) -> Iterator[tuple[str, Change]]:
    """Yield other kinds of decision and other numbers."""
    if isinstance(node, ast.Attribute) and node.attr in KINDS and _is_kind(node):
        other = KINDS[(KINDS.index(node.attr) + 1) % len(KINDS)]
        yield f"{node.attr} becomes {other}", partial(_set, name="attr", value=other)
    if isinstance(node, ast.Constant) and type(node.value) in {int, float}:
        more = float(str(node.value)) + 1
        yield f"{node.value!r} becomes {more}", partial(_set, name="value", value=more)


def parts_of(node: ast.Tuple | ast.Call) -> Iterator[tuple[str, Change]]:
    """Yield lists of gates without one, and verdicts without their moment or numbers."""
    if isinstance(node, ast.Tuple) and isinstance(node.ctx, ast.Load) and _is_of_gates(node):
        for index, element in enumerate(node.elts):
            kept = [copy.deepcopy(one) for at, one in enumerate(node.elts) if at != index]
            words = f"{ast.unparse(element)} is left out"
            yield words, partial(_set, name="elts", value=kept)
    if isinstance(node, ast.Call) and getattr(node.func, "id", "") == "Verdict":
        for word in node.keywords:
            rest = [one.arg for one in node.keywords if one is not word]
            yield f"{word.arg} is left out", partial(_keep, names=rest)


def start(path: Path, tree: ast.Module) -> int:
    """Run the tests against the mutant in a child; return its process id."""
    child = os.fork()
    if child:
        return child
    silence = os.open(os.devnull, os.O_WRONLY)
    os.dup2(silence, 1)
    os.dup2(silence, 2)
    name = f"processing.decision.{path.stem}"
    for known in [one for one in sys.modules if one.startswith("processing.decision")]:
        del sys.modules[known]
    sys.meta_path.insert(0, Mutated(name, tree))
    failed = pytest.main(["-x", "-q", "-c", os.devnull, "--noconftest", "tests/decision"])
    os._exit(1 if failed else 0)


class Mutated(MetaPathFinder, Loader):
    """Imports one module from a changed tree."""

    def __init__(self, name: str, tree: ast.Module) -> None:
        """Keep the module's `name` and the `tree` that stands for its source."""
        self.name = name
        self.tree = tree

    def find_spec(self, fullname: str, *_: object) -> ModuleSpec | None:
        """Answer for the one module alone."""
        return spec_from_loader(fullname, self) if fullname == self.name else None

    def exec_module(self, module: ModuleType) -> None:
        """Run the changed source in it."""
        exec(compile(self.tree, self.name, "exec"), vars(module))


def finish(running: dict[int, str]) -> list[str]:
    """Wait for one child; return the mutant's words if it lived."""
    child, status = os.wait()
    words = running.pop(child)
    return [words] if os.waitstatus_to_exitcode(status) == 0 else []


def _set(node: ast.AST, name: str, value: object) -> None:
    setattr(node, name, value)


def _keep(call: ast.AST, names: list[str | None]) -> None:
    kept = [one for one in getattr(call, "keywords", []) if one.arg in names]
    _set(call, "keywords", kept)


def _is_kind(node: ast.Attribute) -> bool:
    return isinstance(node.value, ast.Name) and node.value.id == "Kind"


def _is_of_gates(node: ast.Tuple) -> bool:
    """Tell a list of gates from the types in brackets."""
    plain = [one.value if isinstance(one, ast.Starred) else one for one in node.elts]
    names = [one.id for one in plain if isinstance(one, ast.Name)]
    return len(names) == len(plain) > 1 and not {"str", "Any"} & set(names)


def say(text: str) -> None:
    """Print a line at once."""
    sys.stdout.write(f"{text}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    os.environ["DJANGO_SETTINGS_MODULE"] = "tests.settings"
    # The tables are pure: nothing of the suite's machinery is needed, and each child starts anew.
    os.environ["PYTEST_DISABLE_PLUGIN_AUTOLOAD"] = "1"
    sys.exit(main())
