"""One registry of selectors; no other file of the package has one (linkedin.md 9.1)."""

import ast
import re
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest

from social.providers import linkedin
from social.providers.linkedin import phrases, selectors
from social.providers.linkedin.selectors import CHAINS, KINDS, Selector, chain, expression

PACKAGE = Path(linkedin.__file__ or "").parent
REGISTRY = "selectors.py"
SELECTOR_LIKE = re.compile(
    r"""
      \.(msg|artdeco|global|notification)-          # LinkedIn's classes
    | [.#][a-z][\w-]*(__|--)[a-z]                    # anybody's blocks, elements, modifiers
    | \[\s*(aria|data)-[a-z]                         # attributes
    | \[\s*(role|href|class|id|name|type|action|contenteditable)\s*[\^*$~|]?=
    | \#rememberme
    | ^\s*(css|xpath|text|role|id|data-testid)=      # Playwright's engines
    | ^\s*(xpath:|\(?//[a-z*])
    | :(has|has-text|nth-match|visible|nth-child|is|not)\(
    | ^(a|button|div|form|h[1-6]|input|label|li|main|nav|section|span|ul)(\s*>|[.\#\[:]|\s+[.\#\[])
    """,
    re.VERBOSE,
)
FINDERS = {
    *("locator", "query_selector", "query_selector_all", "wait_for_selector", "frame_locator"),
    *("get_by_role", "get_by_text", "get_by_label", "get_by_title", "get_by_placeholder"),
    *("get_by_test_id", "get_by_alt_text", "eval_on_selector", "eval_on_selector_all"),
    *("click", "dblclick", "hover", "check", "is_visible", "inner_text", "text_content"),
}
WITH_MORE = {"fill", "press", "type", "get_attribute"}  # a locator's own take one argument
ANYWHERE = {"*", ":scope", "xpath=.."}


def found_in(source: str) -> list[str]:
    """Return the selectors that a module's text holds, outside of its docstrings."""
    tree = ast.parse(source)
    told = set(_docstrings(tree))
    texts = [
        node.value
        for node in ast.walk(tree)
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in told
    ]
    likely = [text for text in texts if SELECTOR_LIKE.search(text)]
    return likely + [text for text in _asked_for(tree) if text not in ANYWHERE | set(likely)]


def _docstrings(tree: ast.AST) -> Iterator[int]:
    for node in ast.walk(tree):
        for child in ast.iter_child_nodes(node):
            if isinstance(child, ast.Expr) and isinstance(child.value, ast.Constant):
                yield id(child.value)


def _asked_for(tree: ast.AST) -> Iterator[str]:
    """Yield literals that are handed to Playwright's finders, whatever they look like."""
    for node in ast.walk(tree):
        if not isinstance(node, ast.Call) or not isinstance(node.func, ast.Attribute):
            continue
        many = node.func.attr in WITH_MORE and len(node.args) > 1
        for given in node.args[:1] if many or node.func.attr in FINDERS else ():
            if isinstance(given, ast.Constant) and isinstance(given.value, str):
                yield given.value


OTHERS = [path for path in PACKAGE.rglob("*.py") if path != PACKAGE / REGISTRY]


@pytest.mark.parametrize("path", OTHERS, ids=lambda path: str(path.relative_to(PACKAGE)))
def test_only_the_registry_holds_selectors(path: Path) -> None:
    assert found_in(path.read_text()) == []


@pytest.mark.parametrize(
    "source",
    [
        *('x = ".msg-form"', "x = '[aria-label]'", 'x = "ul[aria-label=x]"', 'x = "nav.global"'),
        *('x = f"li.msg-{name}"', 'x = f"{a} [data-event-urn]"', "x = '//div'", 'x = "css=main"'),
        *('x = "div > span"', 'x = "#rememberme-div"', 'x = "card__title"[0] + ".card__title"'),
        *('page.locator("main")', 'page.get_by_role("button")', 'form.query_selector("time")'),
        *(
            'page.press("main", "Enter")',
            'page.click("button")',
            "x = 'form[action*=\"checkpoint\"]'",
            "x = 'role=button'",
        ),
        "page.evaluate(\"() => document.querySelector('.msg-form')\")",
    ],
)
def test_the_search_sees_a_selector(source: str) -> None:
    assert found_in(source)


@pytest.mark.parametrize(
    "source",
    [
        '"""A docstring may speak of .msg-form and [aria-label]."""',
        'x = "msg_conversation"',
        'x = "urn:li:fsd_profile:"',
        'x = "the main page"',
        'page.keyboard.press("Shift+Enter")',
        'composer.press("Enter")',
        "page.locator(expression(selector))",
        'x = "a, b"',
        'x = "https://www.linkedin.com/messaging/thread/new/"',
        'x = "text"',
    ],
)
def test_the_search_leaves_other_texts_alone(source: str) -> None:
    assert found_in(source) == []


def test_the_registrys_own_selectors_would_be_seen_elsewhere() -> None:
    unseen = {
        one.value
        for held in CHAINS.values()
        for one in held.selectors
        if one.kind == "css" and not SELECTOR_LIKE.search(one.value)
    }
    assert unseen == {"main", "time", "h2"}


def test_every_name_has_its_chain() -> None:
    names = {
        value
        for key, value in vars(selectors).items()
        if key.isupper() and isinstance(value, str) and value in CHAINS
    }
    assert names == set(CHAINS)
    assert all(chain(name).name == name for name in names)
    with pytest.raises(KeyError):
        chain("nowhere")


@pytest.mark.parametrize("name", CHAINS)
def test_a_chain_says_where_each_selector_comes_from(name: str) -> None:
    held = chain(name).selectors
    assert held
    assert len({expression(one) for one in held}) == len(held)
    for one in held:
        assert one.kind in KINDS
        assert one.source.startswith("linkedin.md")
        assert date(2025, 1, 1) < one.verified <= date(2026, 11, 29)
        assert ("{}" in one.value) == (one.kind == "css" and bool(one.phrase))
        assert not one.phrase or one.phrase in phrases.PHRASES


@pytest.mark.parametrize(
    ("selector", "expected"),
    [
        (Selector("css", "main"), "css=main"),
        (
            Selector("css", "b[title={}] i", phrase=phrases.SEND),
            'css=b[title="Send"] i, b[title="Envoyer"] i',
        ),
        (
            Selector("role", "button", phrase=phrases.SEND),
            "role=button[name=/^(?:Send|Envoyer)$/i]",
        ),
    ],
)
def test_a_selector_is_one_expression_in_both_languages(selector: Selector, expected: str) -> None:
    assert expression(selector) == expected


def test_a_text_is_found_with_any_apostrophe() -> None:
    wanted = expression(Selector("text", "", phrase=phrases.CANNOT_MESSAGE))
    pattern = re.compile(wanted.removeprefix("text=/").removesuffix("/i"), re.IGNORECASE)
    assert pattern.search("You can’t\u00a0message Anna")
    assert pattern.search("you can't message")
    assert not pattern.search("You can message Anna")
