"""A careful walk through JSON that nobody promised: every step knows its path, none raises a guess.

LinkedIn's answers come plain, or normalised: an object then stands in `included` under its
`entityUrn`, and a key with a star names it (linkedin.md 4). Pure.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

MOST_INCLUDED = 20_000
LONGEST_TEXT = 20_000
LATEST = 32_503_680_000_000  # the year 3000, in milliseconds
Included = Mapping[str, Mapping[str, Any]]


class MalformedError(ValueError):
    """A value is not of the type that its place asks for; `type` names the one it has."""

    def __init__(self, path: str, value: object) -> None:
        self.path = path
        self.type = type(value).__name__
        super().__init__(f"{path}: {self.type}")


@dataclass(frozen=True, repr=False)
class Node:
    """A value of the document, and the path that leads there (our own words, never its data)."""

    value: Any
    path: str = ""
    included: Included = field(default_factory=dict)

    def get(self, name: str) -> "Node":
        """Return what stands under `name`, or what `*name` refers to; a Node of None of nothing."""
        path = f"{self.path}.{name}".removeprefix(".")
        if not isinstance(self.value, Mapping):
            return Node(None, path, self.included)
        if (value := self.value.get(name)) is not None:
            return Node(value, path, self.included)
        reference = self.value.get(f"*{name}")
        if isinstance(reference, list):
            return Node([self._at(one) for one in reference], path, self.included)
        return Node(self._at(reference), path, self.included)

    def _at(self, reference: Any) -> Any:
        # Where the object was not sent along, its name is what there is.
        return self.included.get(reference, reference) if isinstance(reference, str) else reference

    def each(self, most: int) -> "Iterator[Node]":
        """Return the elements of a list, at most `most`; none of what is no list."""
        listed = self.value if isinstance(self.value, list) else []
        for number, value in enumerate(listed[:most]):
            yield Node(value, f"{self.path}[{number}]", self.included)

    @property
    def is_list(self) -> bool:
        """Whether it is a list."""
        return isinstance(self.value, list)

    @property
    def is_object(self) -> bool:
        """Whether it is an object."""
        return isinstance(self.value, Mapping)

    def needed_object(self) -> "Node":
        """Return itself; raises MalformedError where it is no object."""
        if not self.is_object:
            raise MalformedError(self.path, self.value)
        return self

    def text(self) -> str:
        """Return a text, or the `text` of an object that holds one; "" of anything else."""
        value = self.value.get("text") if isinstance(self.value, Mapping) else self.value
        return written(value) if isinstance(value, str) else ""

    def count(self) -> int | None:
        """Return a whole number that is not negative; None of anything else."""
        value = self.value
        fits = isinstance(value, int) and not isinstance(value, bool) and 0 <= value <= LATEST
        return value if fits else None

    def moment(self) -> int:
        """Return milliseconds since 1970; 0 of what is no such number."""
        return self.count() or 0

    def flag(self) -> bool:
        """Whether it is the JSON value true."""
        return self.value is True


def written(text: str) -> str:
    """Return a text that databases take, and no longer than anybody writes."""
    return text[:LONGEST_TEXT].replace("\x00", "").encode("utf-8", "replace").decode()


def document_of(document: Any) -> Node:
    """Return the document's root, which knows its included objects by their names."""
    listed = document.get("included") if isinstance(document, Mapping) else None
    included = {
        one["entityUrn"]: one
        for one in (listed[:MOST_INCLUDED] if isinstance(listed, list) else ())
        if isinstance(one, Mapping) and isinstance(one.get("entityUrn"), str)
    }
    return Node(document, "", included)
