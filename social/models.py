"""What we hear and through whom: connected accounts and the raw calls of the networks."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from accounts.models import Workspace
from flowia.lib.rows import Row
from flowia.lib.sealed import Sealed, SealedRow


class SocialAccount(SealedRow):
    """One account of a workspace on a network, with the credentials to write through it."""

    class Status(models.TextChoices):
        """Whether we may use the account."""

        ACTIVE = "active", _("connected")
        NEEDS_LOGIN = "needs_login", _("must be connected again")
        PAUSED = "paused", _("paused")

    sealed_as = "social_account.credentials"
    workspace = models.ForeignKey(Workspace, models.CASCADE, related_name="social_accounts")
    provider = models.CharField(_("provider"), max_length=20)
    kind = models.CharField(_("kind"), max_length=20)
    external_id = models.CharField(_("external id"), max_length=128)
    name = models.CharField(_("name"), max_length=200, blank=True)
    status = models.CharField(_("status"), max_length=20, choices=Status, default=Status.ACTIVE)
    status_reason = models.CharField(_("reason"), max_length=100, blank=True)
    last_webhook_at = models.DateTimeField(_("last webhook"), null=True, blank=True)
    last_poll_at = models.DateTimeField(_("last poll"), null=True, blank=True)
    # The network's own id of the person who gave us the account: its word for them when they
    # take that back.
    granted_by = models.CharField(_("granted by"), max_length=128, blank=True, db_index=True)

    class Meta:
        verbose_name = _("social account")
        verbose_name_plural = _("social accounts")
        constraints = (
            models.UniqueConstraint(fields=["kind", "external_id"], name="one_account_one_row"),
        )

    def __str__(self) -> str:
        return self.name or f"{self.kind} {self.external_id}"


class WebhookEvent(Row):
    """One verified HTTP call of a network, kept as it came."""

    class Status(models.TextChoices):
        """How far the call has been handled."""

        RECEIVED = "received", _("received")
        PROCESSED = "processed", _("processed")
        IGNORED = "ignored", _("ignored")
        FAILED = "failed", _("failed")

    provider = models.CharField(_("provider"), max_length=20)
    digest = models.CharField(_("SHA-256 of the body"), max_length=64)
    body = models.BinaryField()
    status = models.CharField(_("status"), max_length=10, choices=Status, default=Status.RECEIVED)
    reasons = models.JSONField(_("what came of each entry"), default=list, blank=True)
    error = models.TextField(_("traceback"), blank=True)
    attempts = models.PositiveSmallIntegerField(_("attempts"), default=0)
    next_at = models.DateTimeField(_("next attempt"), null=True, blank=True)
    processed_at = models.DateTimeField(_("processed"), null=True, blank=True)
    request_id = models.CharField(_("request id"), max_length=64, blank=True)

    class Meta:
        verbose_name = _("webhook event")
        verbose_name_plural = _("webhook events")
        constraints = (
            models.UniqueConstraint(fields=["provider", "digest"], name="one_row_per_call"),
        )
        indexes = (
            models.Index(
                fields=["next_at"], name="event_due", condition=models.Q(next_at__isnull=False)
            ),
        )

    def __str__(self) -> str:
        return f"{self.provider} {self.digest[:8]}"


class Forgotten(Row):
    """Something that must stay unknown or unsaid: a message that is gone, or a wish for silence.

    `key` is a keyed hash, so that the row recognises what it forbids and tells nobody what it was.
    """

    class Kind(models.TextChoices):
        """What is remembered of what was forgotten."""

        MESSAGE = "message", _("a message that must not come back")
        OPT_OUT = "opt_out", _("a person who wants no more messages")

    workspace = models.ForeignKey(Workspace, models.CASCADE, related_name="forgotten")
    kind = models.CharField(_("kind"), max_length=10, choices=Kind)
    key = models.CharField(max_length=64, unique=True)

    class Meta:
        verbose_name = _("forgotten thing")
        verbose_name_plural = _("forgotten things")

    def __str__(self) -> str:
        return f"{self.kind} {self.key[:8]}"


class ForgettingKey(Sealed):
    """The one key under which everything forgotten is hashed, sealed like every secret."""

    sealed_as = "forgetting_key.sealed"
    name = models.CharField(max_length=10, unique=True, default="only")
    sealed = models.TextField(editable=False)

    class Meta:
        verbose_name = _("key of what was forgotten")
        verbose_name_plural = _("keys of what was forgotten")

    def __str__(self) -> str:
        return self.name


class ProviderPause(Row):
    """A network through which nothing leaves for a while; what it brings is stored all the same."""

    provider = models.CharField(_("provider"), max_length=20, unique=True)
    until = models.DateTimeField(_("until"), null=True, blank=True)
    reason = models.CharField(_("reason"), max_length=100, blank=True)

    class Meta:
        verbose_name = _("paused network")
        verbose_name_plural = _("paused networks")

    def __str__(self) -> str:
        return self.provider
