"""Elements by the registry's chains, and which member of the chain found each (linkedin.md 9).

Handles, not locators: what was checked is what is typed into and clicked, even when the page
draws another one in its place meanwhile; the handle's own error then ends the run.
"""

from dataclasses import dataclass, field

from playwright.sync_api import ElementHandle, Page

from social.providers.linkedin.selectors import chain, expression

MOST = 60


@dataclass
class Finder:
    """Finds elements on one page; `ranks` has the last rank of each name, -1 where none matched."""

    page: Page
    ranks: dict[str, int] = field(default_factory=dict)

    def find(
        self, name: str, inside: ElementHandle | None = None, *, visible: bool = True
    ) -> list[ElementHandle]:
        """Return the elements of a name by the first selector that has any; none is no error."""
        root = inside or self.page
        for rank, selector in enumerate(chain(name).selectors):
            found = root.query_selector_all(expression(selector))[:MOST]
            if shown := [one for one in found if not visible or one.is_visible()]:
                self.ranks[name] = rank
                return shown
        self.ranks[name] = -1
        return []

    def text(self, name: str, inside: ElementHandle, *, visible: bool = True) -> str:
        """Return the text of the first element of a name inside another, "" of none."""
        found = self.find(name, inside, visible=visible)
        return (
            (found[0].inner_text() if visible else found[0].text_content() or "") if found else ""
        )
