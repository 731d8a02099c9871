"""When to come back after too many requests, as a sentence beside a countdown."""

import pytest
from django.utils import translation

from flowia.lib.errors import TooManyRequestsError


@pytest.mark.parametrize(
    ("seconds", "told"),
    [
        (1, "within a minute."),
        (11, "within a minute."),
        (60, "within a minute."),
        (61, "in about 2 minutes."),
        (3600, "in about 60 minutes."),
    ],
)
def test_the_sentence_is_true_of_the_seconds_beside_it(seconds: int, told: str) -> None:
    with translation.override("en"):
        detail = str(TooManyRequestsError(retry_after=seconds).detail)
    assert detail == f"Too many requests. Next attempt {told}"
