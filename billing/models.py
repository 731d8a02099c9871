"""May we: what a workspace pays for, what it used, and what Stripe told us about it."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from accounts.models import Workspace
from flowia.lib.rows import Row


class Subscription(Row):
    """The plan of a workspace; a workspace without a row is on Freemium.

    `plan` is what it may use now: the larger of what it pays for and of what an operator gave it.
    Everything below `suspended_for` is a copy of what Stripe said at `asked_at`, written by
    `subscribing` alone; an older answer never replaces a newer one. Moments are UTC.
    """

    class Period(models.TextChoices):
        """How often it is paid."""

        MONTH = "month", _("by the month")
        YEAR = "year", _("by the year")

    class Suspension(models.TextChoices):
        """Why nothing is answered."""

        OPERATOR = "operator", _("by an operator")
        CUSTOMER_DELETED = "customer_deleted", _("the customer was deleted at Stripe")

    workspace = models.OneToOneField(Workspace, models.CASCADE, related_name="subscription")
    plan = models.CharField(_("plan"), max_length=20, default="freemium")
    # What an operator gave, whatever is paid for; blank for nothing.
    given_plan = models.CharField(_("plan given by an operator"), max_length=20, blank=True)
    # What arrives is stored, nothing is answered.
    suspended_at = models.DateTimeField(_("suspended"), null=True, blank=True)
    suspended_for = models.CharField(
        _("suspended by"), max_length=20, choices=Suspension, blank=True
    )
    customer_id = models.CharField(_("customer at Stripe"), max_length=255, blank=True)
    subscription_id = models.CharField(_("subscription at Stripe"), max_length=255, blank=True)
    status = models.CharField(_("status at Stripe"), max_length=30, blank=True)
    # Why it is paused or over, in Stripe's words (final_payment_failure, cancellation_requested…).
    status_reason = models.CharField(_("reason at Stripe"), max_length=40, blank=True)
    period = models.CharField(_("paid"), max_length=5, choices=Period, blank=True)
    # What is really paid each period, in the currency's smallest unit: old prices stay valid.
    amount_cents = models.PositiveIntegerField(_("amount"), null=True, blank=True)
    currency = models.CharField(_("currency"), max_length=3, blank=True)
    # The plan that is paid for, or was until a payment failed for good.
    paid_plan = models.CharField(_("plan that was bought"), max_length=20, blank=True)
    period_ends_at = models.DateTimeField(_("paid until"), null=True, blank=True)
    cancel_at = models.DateTimeField(_("ends"), null=True, blank=True)
    past_due_since = models.DateTimeField(_("payment failed"), null=True, blank=True)
    # The invoice that waits for a payment, if one does.
    open_invoice_id = models.CharField(_("open invoice"), max_length=255, blank=True)
    asked_at = models.DateTimeField(_("as Stripe said at"), null=True, blank=True)
    # When Stripe is asked again, whatever it announced: every night, and after a failure.
    next_at = models.DateTimeField(_("next look at Stripe"), null=True, blank=True)
    attempts = models.PositiveSmallIntegerField(_("attempts"), default=0)
    error_code = models.CharField(_("error code"), max_length=60, blank=True)

    class Meta:
        verbose_name = _("subscription")
        verbose_name_plural = _("subscriptions")
        constraints = (
            models.UniqueConstraint(
                fields=["customer_id"],
                condition=~models.Q(customer_id=""),
                name="one_workspace_per_customer",
            ),
        )
        indexes = (
            models.Index(fields=["subscription_id"], name="subscription_at_stripe"),
            models.Index(fields=["customer_id"], name="customer_at_stripe"),
            models.Index(
                fields=["next_at"],
                name="subscription_due",
                condition=models.Q(next_at__isnull=False),
            ),
        )

    def __str__(self) -> str:
        return f"{self.workspace_id} {self.plan}"


class Quota(Row):
    """The direct messages of one workspace on one local day.

    `used` left or may have left, `reserved` are being written. Together they never pass the
    plan's limit: `quotas.reserve` adds in one statement that checks it.
    """

    workspace = models.ForeignKey(Workspace, models.CASCADE, related_name="quotas")
    day = models.DateField(_("day in the workspace's time zone"))
    used = models.PositiveIntegerField(_("used"), default=0)
    reserved = models.PositiveIntegerField(_("reserved"), default=0)

    class Meta:
        verbose_name = _("quota")
        verbose_name_plural = _("quotas")
        constraints = (
            models.UniqueConstraint(fields=["workspace", "day"], name="one_quota_per_day"),
        )
        indexes = (
            models.Index(fields=["day"], name="quota_reserved", condition=models.Q(reserved__gt=0)),
        )

    def __str__(self) -> str:
        return f"{self.workspace_id} {self.day}: {self.used}+{self.reserved}"


class Checkout(Row):
    """One visit to Stripe's payment page, so that two clicks do not buy two subscriptions."""

    class Status(models.TextChoices):
        """What became of it."""

        OPEN = "open", _("open")
        COMPLETE = "complete", _("paid")
        EXPIRED = "expired", _("not used")

    workspace = models.ForeignKey(Workspace, models.CASCADE, related_name="checkouts")
    plan = models.CharField(_("plan"), max_length=20)
    period = models.CharField(_("paid"), max_length=5, choices=Subscription.Period)
    # Blank until Stripe answered: the row is written first, its uid is in the idempotency key.
    session_id = models.CharField(_("session at Stripe"), max_length=255, blank=True)
    status = models.CharField(_("status"), max_length=10, choices=Status, default=Status.OPEN)
    expires_at = models.DateTimeField(_("works until"), null=True, blank=True)
    by = models.UUIDField(_("member"), null=True, blank=True)

    class Meta:
        verbose_name = _("checkout")
        verbose_name_plural = _("checkouts")
        constraints = (
            models.UniqueConstraint(
                fields=["workspace"],
                condition=models.Q(status="open"),
                name="one_open_checkout",
            ),
        )

    def __str__(self) -> str:
        return f"{self.workspace_id} {self.plan} {self.status}"


class StripeEvent(Row):
    """One event that Stripe announced: its names alone, since the state is asked for anew.

    Recorded before anything else happens; a second delivery of the same event leaves no second row.
    """

    class Status(models.TextChoices):
        """How far it has come."""

        RECEIVED = "received", _("waiting")
        DONE = "done", _("handled")
        IGNORED = "ignored", _("nothing to do")
        FAILED = "failed", _("failed")

    event_id = models.CharField(_("event"), max_length=255, unique=True)
    type = models.CharField(_("type"), max_length=100)
    object_id = models.CharField(_("about"), max_length=255, blank=True)
    customer_id = models.CharField(_("customer"), max_length=255, blank=True)
    # `client_reference_id` or metadata: which workspace a customer that we do not know belongs to.
    workspace_uid = models.UUIDField(_("workspace it names"), null=True, blank=True)
    api_version = models.CharField(_("version"), max_length=40, blank=True)
    happened_at = models.DateTimeField(_("happened"))
    status = models.CharField(_("status"), max_length=10, choices=Status, default=Status.RECEIVED)
    attempts = models.PositiveSmallIntegerField(_("attempts"), default=0)
    next_at = models.DateTimeField(_("next attempt"), null=True, blank=True)
    error_code = models.CharField(_("error code"), max_length=60, blank=True)
    done_at = models.DateTimeField(_("handled"), null=True, blank=True)
    request_id = models.CharField(_("request id"), max_length=64, blank=True)

    class Meta:
        verbose_name = _("event of Stripe")
        verbose_name_plural = _("events of Stripe")
        indexes = (
            models.Index(
                fields=["next_at"], name="stripe_due", condition=models.Q(next_at__isnull=False)
            ),
            models.Index(fields=["id"], name="stripe_failed", condition=models.Q(status="failed")),
            models.Index(fields=["customer_id", "-id"], name="stripe_of_customer"),
            models.Index(fields=["object_id"], name="stripe_about"),
            models.Index(fields=["request_id"], name="stripe_of_request"),
        )

    def __str__(self) -> str:
        return f"{self.type} {self.status}"


class PlanChange(Row):
    """One step of a workspace's plan, to be told to its people: the mind does it at `next_at`.

    `reason` is a code of `billing.news`; `data` holds codes, numbers and moments (ISO 8601, UTC).
    """

    workspace = models.ForeignKey(Workspace, models.CASCADE, related_name="plan_changes")
    reason = models.CharField(_("reason"), max_length=40)
    before = models.CharField(_("plan before"), max_length=20, blank=True)
    after = models.CharField(_("plan after"), max_length=20)
    data = models.JSONField(_("details"), default=dict, blank=True)
    next_at = models.DateTimeField(_("to be told"), null=True, blank=True)
    told_at = models.DateTimeField(_("told"), null=True, blank=True)
    # Shown on top of the pages until a member has put it away.
    seen_at = models.DateTimeField(_("read"), null=True, blank=True)
    request_id = models.CharField(_("request id"), max_length=64, blank=True)

    class Meta:
        verbose_name = _("change of plan")
        verbose_name_plural = _("changes of plan")
        indexes = (
            models.Index(
                fields=["next_at"],
                name="plan_change_due",
                condition=models.Q(next_at__isnull=False),
            ),
            models.Index(fields=["workspace", "-id"], name="plan_changes_of_workspace"),
        )

    def __str__(self) -> str:
        return f"{self.workspace_id} {self.reason}"


class Closing(Row):
    """A customer whose workspace was erased: nothing may be taken from them any more.

    It outlives the workspace, so that a Stripe that is down is asked again.
    """

    customer_id = models.CharField(_("customer at Stripe"), max_length=255, unique=True)
    next_at = models.DateTimeField(_("next attempt"), null=True, blank=True)
    attempts = models.PositiveSmallIntegerField(_("attempts"), default=0)
    error_code = models.CharField(_("error code"), max_length=60, blank=True)
    closed_at = models.DateTimeField(_("closed"), null=True, blank=True)

    class Meta:
        verbose_name = _("closing of a customer")
        verbose_name_plural = _("closings of customers")
        indexes = (
            models.Index(
                fields=["next_at"], name="closing_due", condition=models.Q(next_at__isnull=False)
            ),
        )

    def __str__(self) -> str:
        return self.customer_id


class PastCustomer(Row):
    """A customer that was deleted at Stripe, kept so that old invoices find their workspace."""

    workspace = models.ForeignKey(Workspace, models.CASCADE, related_name="past_customers")
    customer_id = models.CharField(_("customer at Stripe"), max_length=255)
    subscription_id = models.CharField(_("subscription at Stripe"), max_length=255, blank=True)
    plan = models.CharField(_("plan"), max_length=20)
    deleted_at = models.DateTimeField(_("deleted"))

    class Meta:
        verbose_name = _("past customer")
        verbose_name_plural = _("past customers")
        constraints = (models.UniqueConstraint(fields=["customer_id"], name="one_past_customer"),)

    def __str__(self) -> str:
        return self.customer_id
