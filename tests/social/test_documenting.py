"""docs/providers.md says what the code says."""

from django.conf import settings

from social.documenting import document
from social.providers.registry import PROVIDERS


def test_the_page_of_the_networks_is_up_to_date() -> None:
    written = (settings.BASE_DIR / "docs" / "providers.md").read_text(encoding="utf-8")

    assert written == document(), "run: manage.py document_providers"


def test_every_code_and_limit_stands_in_it() -> None:
    page = document()
    for provider in PROVIDERS.values():
        assert f"## {provider.label}\n" in page
        for rule in provider.rules:
            assert all(f"`{code}`" in page for code in rule.codes)
            assert rule.meaning in page
        for limit in provider.limits:
            assert f"{limit.calls} in " in page
