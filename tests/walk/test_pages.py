"""The list of pages is whole, and each of them answers."""

import pytest

from tests.isolation.cases import CASES, PUBLIC
from tests.walk.fetching import fetch
from tests.walk.pages import LEFT_OUT, Page, pages
from tests.walk.serving import Place


def test_every_address_is_walked_or_left_out_for_a_reason() -> None:
    walked = {page.route for page in pages()}
    shown = {
        route
        for route, case in CASES.items()
        if case.kind == "page" and 200 in case.allowed.get("get", ())
    }

    assert (shown | set(PUBLIC)) - walked - set(LEFT_OUT) == set()
    assert set(LEFT_OUT) - set(PUBLIC) - set(CASES) == set(), "these are gone"
    assert walked & set(LEFT_OUT) == set()


@pytest.mark.parametrize("page", pages(), ids=str)
def test_every_page_answers_with_html(place: Place, page: Page) -> None:
    answer = fetch(place, page)

    assert (answer.status, answer.kind) == (page.status, "text/html")
