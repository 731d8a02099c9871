"""Every page with scripts switched off: what it says can be read, its forms posted."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser
from playwright.sync_api import Page as Tab

from tests.walk.pages import Page, pages
from tests.walk.serving import Place

pytestmark = pytest.mark.slow
WHO = ("nobody", "owner", "teammate", "newcomer", "unproved", "operator")
DEAD = """(stock) => {
  const seen = (one) => one.checkVisibility({visibilityProperty: true});
  const found = [];
  const main = document.querySelector("main");
  if (!seen(main.querySelector("h1")) || main.innerText.trim().length < 20) {
    found.push("there is nothing to read");
  }
  for (const one of main.querySelectorAll("[hidden], template, noscript")) {
    if (one.querySelector("a[href], form, h2, h3, p, table")) {
      found.push(`only a script shows it: ${one.outerHTML.slice(0, 160)}`);
    }
  }
  for (const one of document.querySelectorAll("button, [role=button], a:not([href])")) {
    const works = one.matches("button:not([type=button], [type=reset])") && one.form;
    if (seen(one) && !works) {
      found.push(`only a script can press it: ${one.outerHTML.slice(0, 160)}`);
    }
  }
  for (const one of document.querySelectorAll("form")) {
    const enter = [...one.elements].some((each) => each.matches(
      "button:not([type=button], [type=reset]), input[type=submit]"));
    const idle = stock && ![...one.elements].some((each) =>
      each.matches("input:not([type=hidden]), select, textarea") && seen(each));
    if (!enter && !idle) {
      found.push(`only a script can send it: ${one.outerHTML.slice(0, 160)}`);
    }
    if (one.method === "post" && !one.querySelector("[name=csrfmiddlewaretoken]")) {
      found.push(`it would be refused: ${one.outerHTML.slice(0, 160)}`);
    }
  }
  return found;
}"""
"""The stock admin puts rows that nobody may change into a form with nothing to fill in."""


@pytest.fixture(scope="module")
def tabs(chromium: Browser, place: Place) -> Iterator[dict[str, Tab]]:
    """Return a tab without scripts for each person."""
    found = {}
    for who in WHO:
        context = chromium.new_context(
            locale="fr-FR", java_script_enabled=False, viewport={"width": 390, "height": 844}
        )
        if who in place.cookies:
            cookie = place.cookies[who]
            context.add_cookies([{"name": "flowia_session", "value": cookie, "url": place.url}])
        found[who] = context.new_page()
    yield found
    for tab in found.values():
        tab.context.close()


@pytest.mark.parametrize("page", [one for one in pages() if one.who in WHO], ids=str)
def test_a_page_needs_no_script(place: Place, tabs: dict[str, Tab], page: Page) -> None:
    tab = tabs[page.who]
    tab.goto(place.url + page.address(place.ids))

    assert tab.evaluate(DEAD, page.who == "operator") == []


@pytest.mark.parametrize("stock", [False, True], ids=["ours", "stock"])
@pytest.mark.parametrize(
    ("body", "said"),
    [
        ("", "there is nothing to read"),
        ("<div hidden><p>More of it</p></div>", "only a script shows it"),
        ("<button type='button'>Copy</button>", "only a script can press it"),
        ("<form><input name='q'></form>", "only a script can send it"),
        ("<form method='post'><button>Go</button></form>", "it would be refused"),
    ],
)
def test_a_page_that_needs_one_is_seen(
    tabs: dict[str, Tab], body: str, said: str, stock: bool
) -> None:
    words = "<p>Enough to read for anybody.</p>" if body else ""
    tabs["nobody"].set_content(f"<main><h1>Title</h1>{words}{body}</main>")

    [found] = tabs["nobody"].evaluate(DEAD, stock)
    assert found.startswith(said)
