"""The page that tells how to partition the ledger, and the benchmark that runs what it says."""

from benchmarks.day.partitioning import blocks, statements
from processing.models import InteractionEvent


def test_the_page_has_its_six_steps() -> None:
    assert [name.partition(". ")[0] for name in blocks()] == ["1", "2", "3", "4", "5", "6"]


def test_every_index_of_the_ledger_is_made_again() -> None:
    made = [one for todo in blocks().values() for one in todo if one.startswith("CREATE INDEX ON")]
    own = [one for one in InteractionEvent._meta.fields if one.is_relation]
    assert len(made) == len(InteractionEvent._meta.indexes) + len(own)


def test_comments_are_no_statements() -> None:
    assert statements("-- why\nSELECT 1;\n-- more\nSELECT\n  2;\n") == ["SELECT 1", "SELECT\n  2"]
