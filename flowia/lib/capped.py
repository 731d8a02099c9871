"""Lists of large tables: counted up to a bound, filtered by what was seen lately."""

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from django.contrib.admin import AllValuesFieldListFilter
from django.core.paginator import Page, Paginator
from django.db.models import IntegerField, Model, QuerySet, Subquery
from django.utils.formats import number_format
from django.utils.functional import cached_property

if TYPE_CHECKING:
    AnyPaginator = Paginator[Any]
else:
    # Django's own class takes no type parameter while it runs.
    AnyPaginator = Paginator
CAP, LATELY = 10_000, 5_000


class AtLeast(int):
    """A number of rows that counting stopped at; it is shown as "10,000+"."""

    def __str__(self) -> str:
        return f"{number_format(self.real - 1, force_grouping=True)}+"


class Counted(Subquery):
    """How many rows a question has, counted up to `most` + 1: one column among others."""

    template = "(SELECT COUNT(*) FROM (%(subquery)s) counted)"
    output_field = IntegerField()

    def __init__(self, rows: QuerySet[Any], *, most: int) -> None:
        """Take the rows, whose order does not matter."""
        super().__init__(rows.order_by().values("pk")[: most + 1])


class CappedPaginator(AnyPaginator):
    """Pages of a list of which nobody wants the last: rows are counted up to CAP."""

    @cached_property
    def count(self) -> int:
        """Return how many rows there are, or one more than CAP."""
        rows: Any = self.object_list
        found: int = rows.order_by()[: CAP + 1].count()
        return found if found <= CAP else AtLeast(found)


class NamedValues(AllValuesFieldListFilter):
    """A filter by the values that there are; a link of nothing could not be read out."""

    def choices(self, changelist: Any) -> Iterator[Any]:
        """Yield the links, the empty value under the name that it has in the list."""
        for choice in super().choices(changelist):
            name = choice["display"]
            named = changelist.model_admin.get_empty_value_display() if name == "" else name
            yield {**choice, "display": named}


class SeenLately(NamedValues):
    """The filter by the values of a column, of the newest rows: a large table is not read for it.

    Other values can still be asked for in the address.
    """

    def __init__(self, *arguments: Any, field_path: str) -> None:
        # Django gives five arguments in a row, then this one.
        named: dict[str, Any] = {"field_path": field_path}
        super().__init__(*arguments, **named)
        model: type[Model] = arguments[3]
        rows = model._default_manager.order_by("-pk")  # noqa: SLF001 - Django's documented name
        latest = rows.values_list(field_path, flat=True)[:LATELY]
        self.lookup_choices: Any = sorted(set(latest), key=lambda one: (one is None, str(one)))


class KeyedPaginator(AnyPaginator):
    """Pages of wide rows: the database turns over their `keys`, and reads the rows of one page."""

    keys: QuerySet[Any]
    """The same rows, in the same order, with less that comes along."""

    def page(self, number: Any) -> Page[Any]:
        """Return the page; raises InvalidPage as Django's does."""
        number = self.validate_number(number)
        bottom = (number - 1) * self.per_page
        rows: Any = self.object_list
        keys = self.keys.values("pk")[bottom : bottom + self.per_page]
        return Page(rows.filter(pk__in=keys), number, self)
