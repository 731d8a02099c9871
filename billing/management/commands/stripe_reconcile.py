"""`manage.py stripe_reconcile`: print where our rows and Stripe differ, and mend them."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from billing import events, reconciling, subscribing
from billing.errors import BillingOffError, StripeError
from billing.models import StripeEvent


class Command(BaseCommand):
    """Ask Stripe about every customer now, instead of in the course of the day."""

    help = "Compares every subscription with Stripe, prints the differences and mends them."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--dry-run", action="store_true", help="only print")

    def handle(self, *args: Any, **options: Any) -> None:
        mend = not options["dry_run"]
        try:
            count = self._compare(mend=mend)
        except BillingOffError as error:
            raise CommandError("STRIPE_SECRET_KEY is not set.") from error
        except StripeError as error:
            raise CommandError(f"Stripe: {error.code} ({error.stripe_code}).") from error
        self.stdout.write(f"{count} differences{'' if mend or not count else ', nothing mended'}")

    def _compare(self, *, mend: bool) -> int:
        count = 0
        for row, answer, names in reconciling.differences():
            if names:
                count += 1
                self.stdout.write(f"workspace {row.workspace.uid}: {', '.join(names)}")
            if mend:
                subscribing.apply(row.pk, answer)
        for finding in reconciling.strays(mend=mend):
            count += 1
            state = "mended" if finding.mended else "left"
            self.stdout.write(f"customer {finding.customer_id}: {finding.what}, {state}")
        return count + self._events(mend=mend)

    def _events(self, *, mend: bool) -> int:
        count = 0
        for announced in reconciling.undelivered():
            if StripeEvent.objects.filter(event_id=announced.id).exists():
                continue  # Stripe calls it undelivered for ever; we know of it by now
            count += 1
            self.stdout.write(f"event {announced.id}: {announced.type} was not delivered")
            if mend:
                # What it was about has been asked for; the dispatcher wakes the rest.
                events.store([announced])
        return count
