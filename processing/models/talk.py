"""What was said, by whom, and what became of it."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from accounts.models import Workspace
from flowia.lib.rows import Row
from processing.models.people import Conversation
from processing.models.scenarios import Scenario
from social.models import SocialAccount, WebhookEvent


class Message(Row):
    """One utterance, inbound or outbound.

    An inbound message that waits for its decision has a `next_at`; with the decision, `outcome`
    and `reason` are written and `next_at` is emptied.
    """

    class Direction(models.TextChoices):
        """Towards us or away from us."""

        INBOUND = "inbound", _("inbound")
        OUTBOUND = "outbound", _("outbound")

    class Author(models.TextChoices):
        """Who wrote it."""

        CONTACT = "contact", _("the contact")
        ASSISTANT = "assistant", _("the assistant")
        HUMAN = "human", _("a human")

    class Status(models.TextChoices):
        """How far it came: inbound is received, outbound moves forward only."""

        RECEIVED = "received", _("received")
        HELD = "held", _("waiting for approval")
        QUEUED = "queued", _("about to be sent")
        SENT = "sent", _("sent")
        DELIVERED = "delivered", _("delivered")
        READ = "read", _("read")
        UNCONFIRMED = "unconfirmed", _("unconfirmed")
        REFUSED = "refused", _("not sent")
        FAILED = "failed", _("failed")

    class Purpose(models.TextChoices):
        """What an outbound message is for."""

        REPLY = "reply", _("answer")
        FOLLOW_UP = "follow_up", _("follow-up")
        HANDOFF_NOTICE = "handoff", _("says that a human takes over")
        OPT_OUT_NOTICE = "opt_out", _("confirms an opt-out")

    class Outcome(models.TextChoices):
        """The decision on an inbound message."""

        PENDING = "", _("being decided")
        REPLY = "reply", _("answered")
        HOLD = "hold", _("draft waits for approval")
        HANDOFF = "handoff", _("handed to a human")
        SILENT = "silent", _("no answer")

    workspace = models.ForeignKey(Workspace, models.CASCADE, related_name="messages")
    # Found by `thread_order`.
    conversation = models.ForeignKey(
        Conversation, models.CASCADE, related_name="messages", db_index=False
    )
    social_account = models.ForeignKey(SocialAccount, models.CASCADE, related_name="messages")
    webhook_event = models.ForeignKey(
        WebhookEvent, models.SET_NULL, null=True, blank=True, related_name="messages"
    )
    direction = models.CharField(_("direction"), max_length=10, choices=Direction)
    author = models.CharField(_("author"), max_length=10, choices=Author)
    external_id = models.CharField(_("external id"), max_length=255, blank=True)
    text = models.TextField(_("text"), blank=True)
    attachments = models.JSONField(_("attachments"), default=list, blank=True)
    # Of a comment: what it stands under and what it answers; of a direct message: what it quotes.
    post_external_id = models.CharField(_("post"), max_length=128, blank=True)
    parent_external_id = models.CharField(_("parent comment"), max_length=128, blank=True)
    quoted_external_id = models.CharField(_("quoted message"), max_length=255, blank=True)
    payload = models.CharField(_("payload of the button"), max_length=1000, blank=True)
    # By person: `{"emoji", "at"}` of the last thing they did; "" where they took it away.
    reactions = models.JSONField(_("reactions"), default=dict, blank=True)
    edited_at = models.DateTimeField(_("edited"), null=True, blank=True)
    removed_at = models.DateTimeField(_("taken back"), null=True, blank=True)
    hidden_at = models.DateTimeField(_("hidden"), null=True, blank=True)
    # An answer to a comment that goes to the commenter's direct messages.
    private = models.BooleanField(_("private answer to a comment"), default=False)
    unannounced = models.BooleanField(_("no webhook announced it"), default=False)
    # Earlier messages that the network counted and did not show; none once the thread was read.
    unseen_before = models.PositiveSmallIntegerField(_("unseen before it"), default=0)
    status = models.CharField(_("status"), max_length=12, choices=Status)
    sent_at = models.DateTimeField(_("sent, by the network's clock"))
    request_id = models.CharField(_("request id"), max_length=64, blank=True)

    outcome = models.CharField(_("outcome"), max_length=10, choices=Outcome, blank=True)
    reason = models.CharField(_("reason"), max_length=60, blank=True)
    next_at = models.DateTimeField(_("next look"), null=True, blank=True)
    attempts = models.PositiveSmallIntegerField(_("attempts"), default=0)
    quota_day = models.DateField(_("day of the quota it holds"), null=True, blank=True)

    in_reply_to = models.ForeignKey(
        "self", models.SET_NULL, null=True, blank=True, related_name="replies"
    )
    purpose = models.CharField(_("purpose"), max_length=10, choices=Purpose, default=Purpose.REPLY)
    intent = models.CharField(_("intent"), max_length=40, blank=True)
    # The notice that an AI writes stands before the text, in the same message.
    notice = models.TextField(_("AI notice"), blank=True)
    # What stopped a draft: `{"start", "end", "kind"}` by the characters of `text`.
    marks = models.JSONField(_("unsupported words"), default=list, blank=True)
    drafted = models.TextField(_("as the assistant wrote it"), blank=True)
    approved_by = models.UUIDField(_("approved by"), null=True, blank=True)
    snoozed_until = models.DateTimeField(_("set aside until"), null=True, blank=True)
    scenario = models.ForeignKey(Scenario, models.SET_NULL, null=True, blank=True)
    scenario_version = models.PositiveIntegerField(_("scenario version"), null=True, blank=True)

    class Meta:
        verbose_name = _("message")
        verbose_name_plural = _("messages")
        ordering = ("sent_at", "id")
        constraints = (
            models.UniqueConstraint(
                fields=["social_account", "external_id"],
                condition=~models.Q(external_id=""),
                name="one_row_per_utterance",
            ),
            models.UniqueConstraint(
                fields=["in_reply_to"],
                condition=models.Q(author="assistant")
                & ~models.Q(status__in=["refused", "failed"]),
                name="one_live_automatic_reply",
            ),
        )
        indexes = (
            models.Index(
                fields=["workspace", "-id"],
                name="drafts_of_workspace",
                condition=models.Q(status="held"),
            ),
            models.Index(
                fields=["next_at"], name="message_due", condition=models.Q(next_at__isnull=False)
            ),
            # What nobody would ever decide: none, or `check_invariants` tells of it.
            models.Index(
                fields=["id"],
                name="message_forgotten",
                condition=models.Q(direction="inbound", outcome="", next_at__isnull=True),
            ),
            models.Index(fields=["conversation", "-sent_at"], name="thread_order"),
            models.Index(fields=["external_id"], name="message_of_network"),
            models.Index(fields=["request_id"], name="message_of_request"),
            models.Index(
                fields=["workspace", "quota_day"],
                name="message_holds_quota",
                condition=models.Q(quota_day__isnull=False),
            ),
        )

    def __str__(self) -> str:
        return f"{self.direction} {self.uid}"

    @property
    def emojis(self) -> list[str]:
        """What people put on it and left there."""
        return [str(one["emoji"]) for one in self.reactions.values() if one["emoji"]]


class Delivery(Row):
    """The handing over of one outbound message to the network, with every attempt counted.

    *sending* means that the call may be on the wire: such a row is never sent again, it becomes
    *unconfirmed* when its lease ends and waits for the network's echo or for a human.
    """

    class Status(models.TextChoices):
        """Where the attempt stands."""

        QUEUED = "queued", _("waiting")
        SENDING = "sending", _("on its way")
        SENT = "sent", _("sent")
        REFUSED = "refused", _("refused")
        FAILED = "failed", _("failed")
        UNCONFIRMED = "unconfirmed", _("unconfirmed")
        BY_HAND = "by_hand", _("sent by the member themselves")

    workspace = models.ForeignKey(Workspace, models.CASCADE, related_name="deliveries")
    message = models.OneToOneField(Message, models.CASCADE, related_name="delivery")
    status = models.CharField(_("status"), max_length=12, choices=Status, default=Status.QUEUED)
    attempts = models.PositiveSmallIntegerField(_("attempts"), default=0)
    next_at = models.DateTimeField(_("next attempt"), null=True, blank=True)
    # Whom a public answer names: as they were called when the call was made.
    handle = models.CharField(_("addressed to"), max_length=200, blank=True)
    # When the call was made, and how often the network was asked whether it left.
    begun_at = models.DateTimeField(_("begun"), null=True, blank=True)
    looks = models.PositiveSmallIntegerField(_("look-ups"), default=0)
    error_code = models.CharField(_("error code"), max_length=60, blank=True)
    duration_ms = models.PositiveIntegerField(_("duration, ms"), null=True, blank=True)
    finished_at = models.DateTimeField(_("finished"), null=True, blank=True)

    class Meta:
        verbose_name = _("delivery")
        verbose_name_plural = _("deliveries")
        indexes = (
            models.Index(
                fields=["next_at"], name="delivery_due", condition=models.Q(next_at__isnull=False)
            ),
            models.Index(
                fields=["id"],
                name="delivery_forgotten",
                condition=models.Q(models.Q(status="queued") | models.Q(status="sending"))
                & models.Q(next_at__isnull=True),
            ),
        )

    def __str__(self) -> str:
        return f"{self.message_id} {self.status}"
