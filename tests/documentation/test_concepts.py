"""docs/concepts.md names every reason for which a message is not answered at once."""

import re

from flowia.embedded import BASE_DIR
from processing import reasons

STOPS = re.compile(r'Verdict\(\s*"(\w+)",\s*Kind\.')
GATES = ("gates", "drafts", "turns", "verdicts", "situation")


def named() -> set[str]:
    page = (BASE_DIR / "docs/concepts.md").read_text(encoding="utf-8")
    table = page.split("## Why it stayed silent")[1]
    rows = [line.split("|")[1] for line in table.splitlines() if line.startswith("| `")]
    return {code for row in rows for code in re.findall(r"`(\w+)`", row)}


def test_every_gate_that_stops_is_explained() -> None:
    sources = [
        (BASE_DIR / f"processing/decision/{name}.py").read_text(encoding="utf-8") for name in GATES
    ]
    stops = {code for source in sources for code in STOPS.findall(source)}

    assert len(stops) > 30
    assert stops - named() == set()


def test_every_code_has_its_sentence_in_the_product() -> None:
    assert named() - set(reasons.SENTENCES) == set()
