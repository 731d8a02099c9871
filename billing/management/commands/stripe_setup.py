"""`manage.py stripe_setup`: make what is sold at Stripe, or mend it; safe to run again."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from billing.errors import BillingOffError, StripeError
from billing.setting_up import set_up


class Command(BaseCommand):
    """Products, prices by lookup key, the portal's configuration and the webhook's endpoint."""

    help = (
        "Makes at Stripe what plans need (products, prices, portal, webhook), or brings it up to "
        "date. A new webhook's secret is printed once: put it into .env."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "--without-webhook",
            action="store_true",
            help="Leave the webhook's endpoint alone: it was made by hand.",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            for line in set_up(webhook=not options["without_webhook"]):
                self.stdout.write(line)
        except BillingOffError as error:
            raise CommandError("STRIPE_SECRET_KEY is not set.") from error
        except StripeError as error:
            raise CommandError(f"Stripe: {error.code} ({error.stripe_code}).") from error
