"""People outside: contacts, the threads we have with them, and how interested they are."""

from django.db import models
from django.db.models.functions import Lower
from django.utils.translation import gettext_lazy as _

from accounts.models import Workspace
from flowia.lib.indexing import Beginnings
from flowia.lib.rows import Row
from processing.models.scenarios import Scenario
from social.models import SocialAccount

WARMTH = models.Case(models.When(level="hot", then=2), models.When(level="warm", then=1), default=0)
"""Of a lead's level: from 0 to 2."""


class Contact(Row):
    """A person outside, as one connected account knows them."""

    workspace = models.ForeignKey(Workspace, models.CASCADE, related_name="contacts")
    # Found by `one_contact_per_account`.
    social_account = models.ForeignKey(
        SocialAccount, models.CASCADE, related_name="contacts", db_index=False
    )
    external_id = models.CharField(_("external id"), max_length=128)
    name = models.CharField(_("name"), max_length=200, blank=True)
    handle = models.CharField(_("handle"), max_length=200, blank=True)
    # By which drafts find the name (`processing.names`). Whoever changes a name sets it to null;
    # how letters are folded may change: keys are compared with their names every night.
    name_key = models.CharField(  # noqa: DJ001 - "" is of a name that is never found
        _("key of the name"), max_length=200, null=True, blank=True, editable=False
    )
    headline = models.CharField(_("how they present themselves"), max_length=300, blank=True)
    # When the network is asked for the name; empty once it answered or will not.
    profile_next_at = models.DateTimeField(_("next look at the profile"), null=True, blank=True)
    profile_asked_at = models.DateTimeField(_("profile asked for"), null=True, blank=True)
    # The same person in direct messages, known since a private answer reached them.
    direct = models.ForeignKey(
        "self",
        models.SET_NULL,
        verbose_name=_("in direct messages"),
        null=True,
        blank=True,
        related_name="comments_as",
    )
    opted_out_at = models.DateTimeField(_("opted out"), null=True, blank=True)
    opt_out_confirmed_at = models.DateTimeField(_("opt-out confirmed"), null=True, blank=True)

    class Meta:
        verbose_name = _("contact")
        verbose_name_plural = _("contacts")
        constraints = (
            models.UniqueConstraint(
                fields=["social_account", "external_id"], name="one_contact_per_account"
            ),
        )
        indexes = (
            models.Index(fields=["workspace", "name"], name="contact_by_name"),
            models.Index(fields=["workspace", "name_key", "name"], name="contact_by_key"),
            models.Index(
                fields=["name"],
                name="contact_unread",
                condition=models.Q(name_key__isnull=True),
            ),
            Beginnings(Lower("name"), name="contact_named"),
            Beginnings(Lower("handle"), name="contact_handled"),
            models.Index(fields=["external_id"], name="contact_of_network"),
            models.Index(
                fields=["profile_next_at"],
                name="profile_due",
                condition=models.Q(profile_next_at__isnull=False),
            ),
        )

    def __str__(self) -> str:
        return self.name or self.external_id


class Conversation(Row):
    """The thread with one contact through one account."""

    class Handler(models.TextChoices):
        """Who answers: a human outranks the assistant."""

        ASSISTANT = "assistant", _("the assistant")
        HUMAN = "human", _("a human")

    class Kind(models.TextChoices):
        """Where the thread lives."""

        DIRECT = "direct", _("direct messages")
        COMMENT = "comment", _("comments")

    class Category(models.TextChoices):
        """What the contact wants; only networks of contacts are sorted by it."""

        LEAD = "lead", _("lead")
        SALES_PITCH = "sales_pitch", _("sales pitch")
        RECRUITING = "recruiting", _("recruiting")
        PERSONAL = "personal", _("personal")
        UNSURE = "unsure", _("unsure")

    class Sorter(models.TextChoices):
        """Who said so; a member outranks the rules and the model."""

        RULES = "rules", _("the rules")
        MODEL = "model", _("the model")
        MEMBER = "member", _("a member")

    workspace = models.ForeignKey(Workspace, models.CASCADE, related_name="conversations")
    social_account = models.ForeignKey(SocialAccount, models.CASCADE, related_name="conversations")
    contact = models.ForeignKey(Contact, models.CASCADE, related_name="conversations")
    kind = models.CharField(_("kind"), max_length=10, choices=Kind, default=Kind.DIRECT)
    # The network's own name of the thread, where it has one; of comments: what they stand under.
    external_id = models.CharField(_("external id"), max_length=255, blank=True)
    # Where somebody may have several threads: which of them it is.
    thread_key = models.CharField(_("thread"), max_length=255, blank=True, editable=False)
    origin = models.CharField(_("where the contact came from"), max_length=200, blank=True)
    # Another app answers in this thread: we read along.
    other_app_since = models.DateTimeField(_("held by another app since"), null=True, blank=True)
    # When the network last told who answers, by its clock.
    control_told_at = models.DateTimeField(_("control told"), null=True, blank=True)
    handled_by = models.CharField(
        _("handled by"), max_length=10, choices=Handler, default=Handler.ASSISTANT
    )
    human_until = models.DateTimeField(_("goes back to the assistant"), null=True, blank=True)
    handoff_reason = models.CharField(_("why a human is needed"), max_length=60, blank=True)
    # May need a member (`processing.attention`): looked at again some time after this moment.
    attention_at = models.DateTimeField(
        _("marked for a member"), null=True, blank=True, editable=False
    )
    last_message_at = models.DateTimeField(_("last message"), null=True, blank=True)
    window_closes_at = models.DateTimeField(_("reply window closes"), null=True, blank=True)
    next_automatic_at = models.DateTimeField(
        _("next automatic message at the earliest"), null=True, blank=True
    )
    # One objective at a time: the scenario that answered last goes on.
    scenario = models.ForeignKey(
        Scenario, models.SET_NULL, null=True, blank=True, related_name="conversations"
    )
    category = models.CharField(_("sort"), max_length=12, choices=Category, blank=True)
    category_by = models.CharField(_("sorted by"), max_length=6, choices=Sorter, blank=True)
    category_at = models.DateTimeField(_("sorted"), null=True, blank=True)
    notice_sent_at = models.DateTimeField(_("told that an AI writes"), null=True, blank=True)
    handoff_told_at = models.DateTimeField(_("told that a human takes over"), null=True, blank=True)

    class Meta:
        verbose_name = _("conversation")
        verbose_name_plural = _("conversations")
        constraints = (
            models.UniqueConstraint(
                fields=["social_account", "contact", "thread_key"],
                condition=models.Q(kind="direct"),
                name="one_thread_per_contact",
            ),
            models.UniqueConstraint(
                fields=["social_account", "contact", "external_id"],
                condition=models.Q(kind="comment"),
                name="one_thread_per_contact_and_post",
            ),
        )
        indexes = (
            models.Index(fields=["workspace", "-last_message_at"], name="inbox_order"),
            models.Index(fields=["external_id"], name="conversation_of_network"),
            models.Index(
                fields=["workspace", "category", "-last_message_at"],
                name="inbox_by_category",
                condition=~models.Q(category=""),
            ),
            models.Index(
                fields=["workspace", "-last_message_at"],
                name="inbox_of_members",
                condition=models.Q(attention_at__isnull=False),
            ),
            models.Index(
                fields=["attention_at"],
                name="attention_due",
                condition=models.Q(attention_at__isnull=False),
            ),
            # The number in the head of every page.
            models.Index(
                fields=["workspace"],
                name="handed_over",
                condition=~models.Q(handoff_reason=""),
            ),
        )

    def __str__(self) -> str:
        return f"{self.kind} {self.uid}"


class Lead(Row):
    """How interested a contact is, and the words that say so."""

    class Level(models.TextChoices):
        """The three temperatures of the specification."""

        HOT = "hot", _("hot")
        WARM = "warm", _("warm")
        COLD = "cold", _("cold")

    class Stage(models.TextChoices):
        """What members made of it."""

        NEW = "new", _("new")
        CONTACTED = "contacted", _("contacted")
        WON = "won", _("won")
        LOST = "lost", _("lost")

    workspace = models.ForeignKey(Workspace, models.CASCADE, related_name="leads")
    contact = models.OneToOneField(Contact, models.CASCADE, related_name="lead")
    level = models.CharField(_("level"), max_length=5, choices=Level, default=Level.COLD)
    # A member's word outranks the model's and the years'.
    level_by_member = models.BooleanField(_("level set by a member"), default=False)
    warmed_at = models.DateTimeField(_("last sign of interest"), null=True, blank=True)
    evidence = models.JSONField(_("the contact's words"), default=list, blank=True)
    phone = models.CharField(_("phone, E.164"), max_length=20, blank=True)
    phone_message = models.UUIDField(_("message with the phone"), null=True, blank=True)
    intent = models.CharField(_("intent"), max_length=60, blank=True)
    summary = models.JSONField(_("summary in three points"), default=list, blank=True)
    stage = models.CharField(_("stage"), max_length=10, choices=Stage, default=Stage.NEW)
    updated_at = models.DateTimeField(_("updated"), auto_now=True)

    class Meta:
        verbose_name = _("lead")
        verbose_name_plural = _("leads")
        indexes = (
            models.Index(fields=["workspace", "-updated_at"], name="lead_order"),
            models.Index(fields=["workspace", "level"], name="lead_level"),
            models.Index(fields=["workspace", "stage", "-updated_at"], name="lead_stage"),
            models.Index(fields=["phone"], name="lead_by_phone"),
            models.Index("workspace", WARMTH.desc(), models.F("id").desc(), name="lead_by_warmth"),
            models.Index("workspace", WARMTH.asc(), models.F("id").desc(), name="lead_by_cold"),
        )

    def __str__(self) -> str:
        return f"{self.contact_id} {self.level}"
