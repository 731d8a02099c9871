"""Which of a tool's columns take which of our fields: a beginning, and what is amiss. Pure.

A column is recognised by its name, in French or English, and has to be able to hold the field.
"""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass

from integrations.contracts import FIELDS, Column, ConnectorError, Field
from integrations.texts import folded

ANYTHING = frozenset({"title", "text", "choice", "phone", "date", "link"})
CELLS = "cells"
"""The type of a column that is of no type: a spreadsheet's."""
NAMES: dict[str, tuple[str, ...]] = {
    "name": (
        "nom",
        "name",
        "nom complet",
        "full name",
        "prénom",
        "nom du client",
        "nom du contact",
        "client",
        "contact",
        "prospect",
        "lead",
    ),
    "lead_id": (
        "flow ia identifier",
        "identifiant flow ia",
        "flow ia id",
        "id flow ia",
        "flowia id",
        "lead id",
    ),
    "level": ("niveau", "level", "température", "temperature", "intérêt", "interest", "chaleur"),
    "phone": (
        "téléphone",
        "phone",
        "tél",
        "numéro de téléphone",
        "phone number",
        "portable",
        "mobile",
    ),
    "network": (
        "réseau",
        "network",
        "réseau social",
        "social network",
        "canal",
        "channel",
        "plateforme",
        "platform",
        "source",
    ),
    "intent": ("intention", "intent", "demande", "request", "besoin", "need", "sujet", "topic"),
    "evidence": (
        "preuves",
        "evidence",
        "in their own words",
        "dans ses mots",
        "ses mots",
        "citations",
        "quotes",
        "verbatim",
    ),
    "summary": ("résumé", "summary", "synthèse", "récapitulatif"),
    "stage": ("étape", "stage", "statut", "status", "état", "avancement"),
    "link": ("in flow ia", "dans flow ia", "lien flow ia", "flow ia", "lien", "link"),
    "updated": (
        "mis à jour",
        "updated",
        "mise à jour",
        "mis à jour le",
        "dernière mise à jour",
        "updated at",
        "last updated",
    ),
}
SHORTEST_PART = 4
"""Letters that a name needs to be recognised inside a longer one."""


@dataclass(frozen=True)
class Misfit:
    """What is amiss with one field of a map.

    `code`: `needed` (no column, and no lead would be found again without it), `gone` (the column is
    not there any more), `unfit` (it cannot hold the field), `twice` (it has another field already).
    """

    field: str
    code: str


@dataclass(frozen=True)
class Fit:
    """A map to begin with: our field → a column's id, the fields without a column, and unfit ones.

    `unfit` names columns (field → the column's name) that are called right and cannot hold it.
    """

    field_map: dict[str, str]
    missing: tuple[Field, ...]
    unfit: dict[str, str]


def default_map(columns: Sequence[Column], fields: Sequence[Field] = FIELDS) -> Fit:
    """Return the map that suits the columns as they are named; each column is used once."""
    chosen: dict[str, str] = {}
    for test in (_called, _called_in_part, _by_nature):
        for field in fields:
            if field.name in chosen:
                continue
            free = [c for c in columns if field.form in c.holds and c.id not in chosen.values()]
            found = next(test(field, free), None)
            if found is not None:
                chosen[field.name] = found.id
    missing = tuple(field for field in fields if field.name not in chosen)
    return Fit(chosen, missing, _unfit(missing, columns, chosen.values()))


def misfits(
    field_map: Mapping[str, str], columns: Sequence[Column], fields: Sequence[Field] = FIELDS
) -> list[Misfit]:
    """Return what is amiss with a map; empty when every lead can be written by it."""
    found, taken = [], set[str]()
    for field in fields:
        named = field_map.get(field.name, "")
        column = column_of(named, columns) if named else None
        code = _amiss(field, named, column, taken)
        if code:
            found.append(Misfit(field.name, code))
        if column is not None:
            taken.add(column.id)
    return found


def mapped(field_map: Mapping[str, str], columns: Sequence[Column]) -> dict[str, Column]:
    """Return the column of each field that is mapped.

    Raises ConnectorError (`needs_mapping`), its code naming the first misfit: `column_gone`,
    `column_unfit`, `column_needed`, `column_twice`.
    """
    amiss = misfits(field_map, columns)
    if amiss:
        raise ConnectorError(f"column_{amiss[0].code}", needs="needs_mapping")
    pairs = ((f.name, column_of(field_map.get(f.name, ""), columns)) for f in FIELDS)
    return {name: column for name, column in pairs if column is not None}


def column_of(named: str, columns: Sequence[Column]) -> Column | None:
    """Return the column with this id, or with this name; None when there is none."""
    by_id = next((column for column in columns if column.id == named), None)
    return by_id or next((column for column in columns if column.name == named), None)


def to_make(
    fields: Sequence[Field], columns: Sequence[Column], used: Collection[str]
) -> list[tuple[Field, Column | None, str]]:
    """Return for each field the column to use, or None and the name of one to make.

    A column that is called so and fits is used, so that asking twice makes nothing twice; one that
    does not fit keeps its name, and ours is told apart. `used` names columns that others have.
    """
    names = {folded(column.name) for column in columns}
    taken = {column.id for one in used if (column := column_of(one, columns))}
    plan: list[tuple[Field, Column | None, str]] = []
    for field in fields:
        called = {folded(str(field.column)), folded(_apart(field))}
        free = (c for c in columns if c.id not in taken and field.form in c.holds)
        ready = next((c for c in free if folded(c.name) in called), None)
        name = str(field.column)
        if ready is None and folded(name) in names:
            name = _apart(field)
        names.add(folded(name))
        plan.append((field, ready, name))
    return plan


def _apart(field: Field) -> str:
    return f"{field.column} (Flow IA)"


def _known_as(field: Field) -> list[str]:
    return [folded(name) for name in (*NAMES.get(field.name, ()), str(field.column))]


def _called(field: Field, columns: Sequence[Column]) -> Iterator[Column]:
    return (c for name in _known_as(field) for c in columns if folded(c.name) == name)


def _called_in_part(field: Field, columns: Sequence[Column]) -> Iterator[Column]:
    names = [name for name in _known_as(field) if len(name) >= SHORTEST_PART]
    return (c for name in names for c in columns if f" {name} " in f" {folded(c.name)} ")


def _by_nature(field: Field, columns: Sequence[Column]) -> Iterator[Column]:
    """Yield the tool's own title column for the name, the only telephone column for the number."""
    if field.form == "title":
        return (c for c in columns[:1] if c.type != CELLS)
    only = [c for c in columns if field.form == "phone" and c.holds == {"phone"}]
    return iter(only if len(only) == 1 else ())


def _unfit(
    missing: Sequence[Field], columns: Sequence[Column], used: Collection[str]
) -> dict[str, str]:
    free = [column for column in columns if column.id not in used]
    named = {field.name: next(_called(field, free), None) for field in missing}
    return {field: column.name for field, column in named.items() if column is not None}


def _amiss(field: Field, named: str, column: Column | None, taken: Collection[str]) -> str:
    if column is None:
        return "gone" if named else "needed" if field.needed else ""
    if field.form not in column.holds:
        return "unfit"
    return "twice" if column.id in taken else ""
