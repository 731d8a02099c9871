"""The soak's verdict: what grew is named, and too short a run is not taken for a flat one."""

from typing import NoReturn

import pytest

from benchmarks.soak import __main__ as soak
from benchmarks.soak.samples import PART, Sample, verdict


def samples(number: int, *, growth: float = 0.0) -> list[Sample]:
    counts = {"rows that wait": 3}
    return [Sample(at, {"web": 100 + growth * at}, 50, counts) for at in range(1, number + 1)]


def test_what_stays_is_flat() -> None:
    lines, flat = verdict(samples(PART * 4))

    assert flat
    assert not any("GREW" in line for line in lines)


def test_a_program_that_grows_is_named() -> None:
    lines, flat = verdict(samples(PART * 4, growth=1))

    assert not flat
    assert [line.split(" | ")[0] for line in lines if "GREW" in line] == ["| PSS of web, MB"]


def test_as_many_looks_as_parts_are_enough() -> None:
    assert verdict(samples(PART))[1]


def test_fewer_looks_than_parts_tell_nothing() -> None:
    for number in range(PART):
        lines, flat = verdict(samples(number))

        assert not flat
        assert lines == [f"{number} looks: too few to tell, a verdict takes {PART}."]


@pytest.mark.parametrize(
    ("words", "needed"),
    [(["--minutes", "3"], "4.5"), (["--minutes", "4", "--every", "60"], "9")],
)
def test_too_few_minutes_are_refused_with_how_many_are_needed(
    words: list[str],
    needed: str,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    def begin(_folder: object) -> NoReturn:
        pytest.fail("it began")

    monkeypatch.setattr(soak, "running", begin)
    monkeypatch.setattr("sys.argv", ["soak", *words])
    with pytest.raises(SystemExit) as ended:
        soak.main()

    assert ended.value.code == 2
    assert f"takes {needed} minutes" in capsys.readouterr().err
