"""Lists of the largest tables: searched by what their indexes find, in the order of their keys."""

from typing import Any, ClassVar

from django.db.models import Model, QuerySet
from django.http import HttpRequest

from accounts.models import Workspace
from flowia.lib.admin import ReadOnlyRows
from processing.admin.finding import FINDERS, Asked, read
from processing.models import Contact

MOST = 200
"""How many rows a name is read as; there may be thousands of Martins."""
WANTED = {one.model: one.wanted for one in FINDERS}


class LargeRows(ReadOnlyRows):
    """A table too large to be read for one search or sort.

    What is searched is an id, an outside id, a request's id, a phone: whatever `finding` looks up
    for the table, or for one that it knows by the column `also`; else the beginning of a contact's
    name, whom it knows by `person`, or of a workspace's.
    """

    sortable_by: ClassVar[tuple[str, ...]] = ()
    person: ClassVar[str] = ""
    also: ClassVar[tuple[type[Model], str] | None] = None

    def get_search_results(
        self,
        request: HttpRequest,  # noqa: ARG002 - Django's signature
        queryset: QuerySet[Any],
        search_term: str,
    ) -> tuple[QuerySet[Any], bool]:
        """Return the rows that are meant, and whether one may come twice."""
        asked = read(search_term)
        if not asked.text:
            return queryset, False
        found = WANTED[self.model](asked) if self.model in WANTED else None
        if found and queryset.filter(found).exists():
            return queryset.filter(found), False
        if self.also and (keys := _keys(self.also[0], asked)):
            return queryset.filter(**{f"{self.also[1]}__in": keys}), True
        if self.person and (keys := _keys(Contact, asked)):
            return queryset.filter(**{f"{self.person}__in": keys}), False
        if any(field.name == "workspace" for field in self.opts.fields):
            return queryset.filter(workspace__in=_keys(Workspace, asked)), False
        return queryset.none(), False


def _keys(model: type[Model], asked: Asked) -> list[int]:
    """Return the keys of the rows of another table that are meant."""
    wanted = WANTED[model](asked)
    if not wanted:
        return []
    rows = model._default_manager.filter(wanted).order_by()  # noqa: SLF001 - documented
    return list(rows.values_list("pk", flat=True)[:MOST])
