"""Counts as columns: how many rows of other tables belong to one, asked with the same query."""

from typing import Any

from django.db.models import Count, IntegerField, OuterRef, QuerySet, Subquery
from django.db.models.functions import Coalesce


def counted(rows: QuerySet[Any], *, by: str = "workspace", column: str = "pk") -> Coalesce:
    """Return a column: how many of `rows` have the row asked for as their `by`; 0 for none.

    With a `column` of theirs, how many different values of that there are.
    """
    mine = rows.filter(**{by: OuterRef("pk")}).order_by().values(by)
    number = mine.annotate(number=Count(column, distinct=column != "pk")).values("number")
    return Coalesce(Subquery(number), 0, output_field=IntegerField())
