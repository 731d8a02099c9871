"""What can go wrong with money, as sentences for people."""

from django.utils.translation import gettext_lazy as _

from flowia.lib.errors import BadSignatureError, ConflictError, FlowError, Sentence


class BillingOffError(ConflictError):
    """There is no key of Stripe: nothing is sold here, however often it is tried."""

    code = "billing_off"
    detail = _("Plans are not sold here at the moment.")


class StripeError(FlowError):
    """A call to Stripe did not do what it should; `stripe_code` is Stripe's own word for it.

    `answered` tells whether Stripe answered at all: then its idempotency key keeps that answer.
    """

    def __init__(
        self,
        detail: Sentence | None = None,
        *,
        stripe_code: str = "",
        retry_after: int | None = None,
        answered: bool = True,
    ) -> None:
        """`retry_after` is in seconds."""
        super().__init__(detail, retry_after=retry_after)
        self.stripe_code = stripe_code
        self.answered = answered


class StripeUnreachableError(StripeError):
    """Stripe does not answer, is broken or wants us to wait: the same may be tried again later."""

    code = "stripe_unreachable"
    status = 503
    detail = _("Stripe cannot be reached at the moment. Nothing was charged. Try again soon.")


class StripeRefusedError(StripeError):
    """Stripe said no, and would again."""

    code = "stripe_refused"
    status = 502
    detail = _("Stripe refused this. Nothing was charged. Our team has been told.")


class NotStripesError(BadSignatureError):
    """A call to the webhook that Stripe did not sign just now, for this environment."""

    status = 400


class NotSoldError(ConflictError):
    """No such plan is sold for this period."""

    code = "not_sold"
    detail = _("This plan is not sold this way. Choose another one.")


class AlreadyOnPlanError(ConflictError):
    """The workspace pays for this very plan already."""

    code = "already_on_plan"
    detail = _("You are on this plan already.")


class NotSubscribedError(ConflictError):
    """The workspace pays for nothing that could be changed."""

    code = "not_subscribed"
    detail = _("There is no paid plan that could be changed.")


class NoCustomerError(ConflictError):
    """The workspace has never been to Stripe: there is nothing to show there."""

    code = "no_customer"
    detail = _("You have not paid for a plan yet: there are no invoices and no card to see.")


class PaymentDueError(ConflictError):
    """An invoice is open; it has to be paid before anything else is bought."""

    code = "payment_due"
    detail = _("An invoice waits to be paid. Pay it first, then change the plan.")


class EndsError(ConflictError):
    """The plan is cancelled: what is paid now would be over with it."""

    code = "plan_ends"
    detail = _("Your plan is cancelled. Take that back first, then change the plan.")


class SuspendedError(ConflictError):
    """An operator let nothing be answered: what would be paid for would not apply."""

    code = "suspended"
    detail = _("We have suspended this workspace: there is nothing to pay for. Write to us.")


class NothingDueError(ConflictError):
    """No invoice is open."""

    code = "nothing_due"
    detail = _("No invoice waits to be paid.")


class NotCancelledError(ConflictError):
    """The plan goes on anyway."""

    code = "not_cancelled"
    detail = _("The plan goes on anyway: there is nothing to take back.")


class CheckoutRunsError(ConflictError):
    """Somebody else in the workspace is opening a payment page at this very moment."""

    code = "checkout_runs"
    detail = _("A payment page is being opened at this very moment. Try again in a few seconds.")
