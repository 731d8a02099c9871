"""`manage.py register_webhooks`: tell the networks where to post, where the whole app says it."""

from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.urls import reverse

from social.errors import ProviderError
from social.providers.registry import PROVIDERS


class Command(BaseCommand):
    """Register our address with every network that keeps one per app; it may run again."""

    help = "Tell the networks that keep one webhook address per app where to post events."

    def handle(self, *args: Any, **options: Any) -> None:
        for name, provider in PROVIDERS.items():
            register = provider.receiving.register if provider.receiving else None
            if register is None or not any(login.is_set_up() for login in provider.logins):
                continue
            path = reverse("webhook", kwargs={"provider": name})
            try:
                registered = register(f"{settings.PUBLIC_URL.rstrip('/')}{path}")
            except ProviderError as error:
                raise CommandError(f"{provider.label} refused: {error.code}") from error
            for events, address in registered.items():
                self.stdout.write(f"{provider.label} {events}: {address or 'nowhere'}")
