"""The written conversations of this folder, and how the rules fare with them."""

import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from processing.classes import KINDS, Classed, class_of

OPEN = "open"
ROW = re.compile(r"(?:\[(?P<headline>.*?)\] )?(?P<known>\(known\) )?(?P<texts>.*)")


@dataclass(frozen=True)
class Row:
    """What somebody wrote, and the kind that a person sees in it ("open": none for certain)."""

    kind: str
    texts: tuple[str, ...]
    headline: str
    known: bool

    def classed(self) -> Classed:
        """Return what the rules say."""
        return class_of(self.texts, headline=self.headline, first_contact=not self.known)


def rows(name: str) -> Iterator[Row]:
    """Give the rows of a file of this folder."""
    kind = OPEN
    for line in (Path(__file__).parent / f"{name}.txt").read_text("utf-8").splitlines():
        if line.startswith("== "):
            kind = line.removeprefix("== ")
        elif line and not line.startswith("#"):
            found = ROW.fullmatch(line)
            assert found
            texts = tuple(found["texts"].split(" // "))
            yield Row(kind, texts, found["headline"] or "", bool(found["known"]))


def figures(name: str) -> dict[str, tuple[int, int, int]]:
    """Return for each kind how many rows it has, how many are surely it, how many of those are."""
    there, said, right = Counter[str](), Counter[str](), Counter[str]()
    for row in rows(name):
        classed = row.classed()
        there[row.kind] += 1
        if classed.sure:
            said[classed.kind] += 1
            right[classed.kind] += classed.kind == row.kind
    return {kind: (there[kind], said[kind], right[kind]) for kind in (*KINDS, OPEN)}


def printed(name: str) -> str:
    """Return the figures as a table."""
    lines = [f"{name:<12} {'rows':>5} {'sure':>5} {'precision':>10} {'recall':>7}"]
    for kind, (there, said, right) in figures(name).items():
        precision = f"{right / said:.2f}" if said else "-"
        recall = f"{right / there:.2f}" if kind != OPEN else "-"
        lines.append(f"{kind:<12} {there:>5} {said:>5} {precision:>10} {recall:>7}")
    return "\n".join(lines)
