"""What a rehearsal says of messages that were still waiting when it ended."""

from tests.faults.reckoning import Reckoning
from tests.upgrade.rehearsal import Report
from tests.upgrade.traffic import Fronts, Traffic

FOUND = Reckoning(answered=["a"], lost=["b"], twice=["c"], not_known=["d"])


def wrong(left: int) -> dict[str, list[str]]:
    return Report(Traffic(Fronts(), rate=1), FOUND, left=left).wrong


def test_who_still_waits_is_not_lost_and_who_was_answered_twice_was() -> None:
    assert wrong(3) == {"twice": ["c"], "not at rest": ["3 rows are left"]}


def test_at_rest_whoever_has_no_answer_is_lost() -> None:
    assert wrong(0) == {"lost": ["b"], "twice": ["c"], "not known": ["d"]}
