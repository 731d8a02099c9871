"""Which rule a code has: the one that names it, else the one whose range holds it."""

import pytest

from social.refusals import Action, Rule, rule_for

RULES = (
    Rule(("200-299",), "a range", Action.LACKS, "test", lacks="direct"),
    Rule(("230", "230/7"), "named", Action.REFUSE, "test"),
    Rule(("403 quotaExceeded",), "in words", Action.RETRY, "test"),
    Rule(("a-b",), "no range", Action.RETRY, "test"),
)
ASKED = [
    (("230",), "named"),
    (("231",), "a range"),
    (("299",), "a range"),
    (("300",), ""),
    (("230/7", "230"), "named"),
    (("231/7", "231"), "a range"),
    (("403 quotaExceeded", "403"), "in words"),
    (("250 words",), ""),
    (("a-b",), "no range"),
    (("aa",), ""),
    ((), ""),
]


@pytest.mark.parametrize(("codes", "meaning"), ASKED)
def test_a_code_finds_its_rule(codes: tuple[str, ...], meaning: str) -> None:
    found = rule_for(RULES, *codes)

    assert (found.meaning if found else "") == meaning
