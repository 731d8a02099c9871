"""The operators' home, queues and pauses in a real browser; a pause reaches a member's pages."""

from typing import Literal

from sandbox import demo
from tests.browser.conftest import Visit

THEMES: tuple[Literal["light"], Literal["dark"]] = ("light", "dark")


def enter(visit: Visit) -> None:
    visit.page.goto(f"{visit.driver.stack.web_url}/login?next=/admin/")
    visit.page.fill("[name=username]", demo.OPERATOR_EMAIL)
    visit.page.fill("[name=password]", demo.OPERATOR_PASSWORD)
    visit.page.press("[name=password]", "Enter")
    visit.page.wait_for_url("**/admin/")


def test_an_operator_reads_how_everything_is_and_pauses_it(visit: Visit) -> None:
    page, web = visit.page, visit.driver.stack.web_url
    enter(visit)
    for theme in THEMES:
        page.emulate_media(color_scheme=theme)
        for address in ("/admin/", "/admin/queues/", "/admin/pauses/"):
            page.goto(f"{web}{address}")
            visit.check()
    # Workers and beat of the running product are told of, each alive.
    page.goto(f"{web}/admin/")
    assert "Redis" in page.inner_text("#health")
    assert page.locator("#health tr.bad .word").count() == 0
    page.goto(f"{web}/admin/pauses/")
    page.select_option("[name=what]", "model")
    page.fill("[name=reason]", "essai")
    page.press("[name=reason]", "Enter")
    page.wait_for_selector("button[name=go_on]")
    visit.check()
    with visit.another() as member:
        member.page.goto(f"{web}/login")
        member.page.fill("[name=username]", demo.OWNER_EMAIL)
        member.page.fill("[name=password]", demo.MEMBERS_PASSWORD)
        member.page.press("[name=password]", "Enter")
        member.page.wait_for_selector("aside.note strong")
        member.check()
    page.click("button[name=go_on]")
    page.wait_for_selector(".state.good")
