"""The README's pictures: each page in both themes, small, and every one of them shown."""

import re

from flowia.embedded import BASE_DIR
from tests.pictures import FOLDER, LARGEST, PICTURES


def test_every_picture_is_there_in_both_themes_and_small() -> None:
    found = {path.name: path for path in FOLDER.iterdir()}

    assert set(found) == {
        f"{one.name}-{theme}.webp" for one in PICTURES for theme in ("light", "dark")
    }
    for path in found.values():
        content = path.read_bytes()
        assert content[:4] == b"RIFF"
        assert content[8:12] == b"WEBP"
        assert len(content) < LARGEST, path


def test_the_readme_shows_each_with_words_for_who_cannot_see_it() -> None:
    readme = (BASE_DIR / "README.md").read_text(encoding="utf-8")
    dark = re.findall(r'dark\)" srcset="docs/pictures/([a-z]+)-dark\.webp"', readme)
    light = re.findall(r'src="docs/pictures/([a-z]+)-light\.webp" alt="[^"]{30,}"', readme)

    assert sorted(dark) == sorted(light) == sorted(one.name for one in PICTURES)
