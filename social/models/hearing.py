"""The raw calls of the networks, and what must stay forgotten."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from accounts.models import Workspace
from flowia.lib.rows import Row
from flowia.lib.sealed import Sealed
from social.models.accounts import SocialAccount


class WebhookEvent(Row):
    """One verified HTTP call of a network, kept as it came; or one page that we asked for.

    A page of polling names its `stream` and its account; its body holds what was new in it.
    """

    class Status(models.TextChoices):
        """How far the call has been handled."""

        RECEIVED = "received", _("received")
        PROCESSED = "processed", _("processed")
        IGNORED = "ignored", _("ignored")
        FAILED = "failed", _("failed")

    provider = models.CharField(_("provider"), max_length=20)
    stream = models.CharField(_("stream that was read"), max_length=30, blank=True)
    social_account = models.ForeignKey(
        SocialAccount, models.CASCADE, null=True, blank=True, related_name="pages"
    )
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
            models.Index(fields=["request_id"], name="event_of_request"),
            models.Index(fields=["status", "provider", "-id"], name="event_by_status"),
            models.Index(
                fields=["next_at"], name="event_due", condition=models.Q(next_at__isnull=False)
            ),
            models.Index(fields=["id"], name="event_failed", condition=models.Q(status="failed")),
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
        PERSON = "person", _("a person whose older messages must not come back")

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
