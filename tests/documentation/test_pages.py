"""What the pages for people name exists: files, headings, settings, goals, commands, modules."""

import importlib.util
import re
from functools import cache
from pathlib import Path

import pytest
from django.core.management import get_commands

from flowia.embedded import BASE_DIR
from tests.names import product_names

HIDDEN = {".venv", "var", "node_modules", ".git", ".pytest_cache"}
LINK = re.compile(
    r"(?<!!)\[[^\]\n]*(?:\n[^\]\n]*)?\]\(([^)\s]+)\)|(?:src|srcset|href)=\"([^\"]+)\""
)
FENCED = re.compile(r"^ *```.*?^ *```$", re.MULTILINE | re.DOTALL)
HEADING = re.compile(r"^#{1,6} +(.+?) *#*$", re.MULTILINE)
NAME = re.compile(r"\b[A-Z][A-Z0-9]*(?:_[A-Z0-9]+)+\b")
GOAL = re.compile(r"`(?:[A-Z_]+=\S+ )*make ([a-z]+)")
COMMAND = re.compile(r"manage\.py ([a-z_]+)")
MODULE = re.compile(r"python3? -m ((?:tests|benchmarks|flowia)[\w.]*)")
SOURCE = re.compile(
    r"`((?:accounts|benchmarks|billing|flowia|integrations|processing|sandbox|social|templates|tests)"
    r"/[\w/.-]*)`"
)
FAMILIES = re.compile(r"_$|^UTF_|^CVE_")


def documents() -> list[Path]:
    found = BASE_DIR.rglob("*.md")
    return sorted(one for one in found if not HIDDEN & set(one.relative_to(BASE_DIR).parts))


PAGES = pytest.mark.parametrize(
    "page", documents(), ids=lambda page: str(page.relative_to(BASE_DIR))
)


@cache
def anchors(page: Path) -> frozenset[str]:
    """The anchors that the headings of a page have on GitHub."""
    found: list[str] = []
    for heading in HEADING.findall(FENCED.sub("", page.read_text(encoding="utf-8"))):
        words = re.sub(r"\[([^\]]*)\]\([^)]*\)", r"\1", heading).lower()
        slug = re.sub(r"[^\w\- ]", "", words).replace(" ", "-")
        found.append(f"{slug}-{found.count(slug)}" if slug in found else slug)
    return frozenset(found)


@cache
def sources() -> str:
    """All our code in one text."""
    found = [
        path
        for end in ("*.py", "*.js", "*.sh", "*.toml", "*.yaml", "*.yml")
        for path in BASE_DIR.rglob(end)
        if not HIDDEN & set(path.relative_to(BASE_DIR).parts)
    ]
    return "\n".join(path.read_text(encoding="utf-8") for path in sorted(found))


@cache
def words() -> frozenset[str]:
    return frozenset(NAME.findall(sources())) | product_names()


@PAGES
def test_every_link_leads_somewhere(page: Path) -> None:
    text = FENCED.sub("", page.read_text(encoding="utf-8"))
    dead = []
    for target in (one or other for one, other in LINK.findall(text)):
        if re.match(r"[a-z]+:", target):
            continue
        path, _, anchor = target.partition("#")
        found = (page.parent / path).resolve() if path else page
        if not found.exists() or (anchor and anchor not in anchors(found)):
            dead.append(target)

    assert dead == []


@PAGES
def test_every_setting_and_constant_is_known_to_the_code(page: Path) -> None:
    text = page.read_text(encoding="utf-8")
    of_the_shell = set(re.findall(r"\$\{?([A-Z_]+)", text))
    named = set(NAME.findall(text)) - of_the_shell

    assert {one for one in named - words() if not FAMILIES.search(one)} == set()


@PAGES
def test_every_goal_command_and_module_exists(page: Path) -> None:
    text = page.read_text(encoding="utf-8")
    makefile = (BASE_DIR / "Makefile").read_text(encoding="utf-8")
    goals = set(" ".join(re.findall(r"^([a-z -]+):", makefile, re.MULTILINE)).split())

    called = set(GOAL.findall(text))
    for fence in FENCED.findall(text):
        called |= set(re.findall(r"^ *(?:[A-Z_]+=\S+ )*make ([a-z]+)", fence, re.MULTILINE))

    assert called - goals == set()
    assert set(COMMAND.findall(text)) - set(get_commands()) == set()
    assert [
        one for one in MODULE.findall(text) if not importlib.util.find_spec(one.strip("."))
    ] == []


@PAGES
def test_every_file_of_ours_is_where_it_is_said_to_be(page: Path) -> None:
    named = set(SOURCE.findall(page.read_text(encoding="utf-8")))

    assert sorted(one for one in named if not (BASE_DIR / one).exists()) == []


def test_every_document_is_in_the_index() -> None:
    index = BASE_DIR / "docs" / "README.md"
    linked = {
        (index.parent / (one or other).partition("#")[0]).resolve()
        for one, other in LINK.findall(index.read_text(encoding="utf-8"))
    }
    chapters = {one.parent for one in linked if one.name == "README.md"} - {index.parent}
    left_out = [
        str(page.relative_to(index.parent))
        for page in index.parent.rglob("*.md")
        if page != index and page not in linked and not chapters & set(page.parents)
    ]

    assert sorted(left_out) == []
