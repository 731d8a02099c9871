"""What the owner wrote: when the assistant answers, what it aims at, and every earlier wording."""

from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from accounts.models import Workspace
from flowia.lib.rows import Row
from social.models import SocialAccount


class Scenario(Row):
    """When → what to say. Of the scenarios that fit a message, the highest priority answers.

    The columns are the version in force; `ScenarioVersion` keeps each of them, word for word.
    """

    class Kind(models.TextChoices):
        """The specification's three."""

        REPLY = "reply", _("automatic reply")
        FOLLOW_UP = "follow_up", _("automatic follow-up")
        QUALIFY = "qualify", _("qualification")

    class Autonomy(models.TextChoices):
        """How far the assistant goes by itself."""

        AUTO = "auto", _("answers by itself")
        DRAFT = "draft", _("writes drafts for approval")
        OFF = "off", _("off")

    class Trigger(models.TextChoices):
        """Which messages it is for."""

        ANY = "any", _("every message")
        FIRST = "first", _("a person's first message")
        KEYWORDS = "keywords", _("messages with one of the keywords")

    class Channel(models.TextChoices):
        """Where the message was written."""

        ANY = "any", _("messages and comments")
        DIRECT = "direct", _("direct messages")
        COMMENT = "comment", _("comments")

    class CommentAnswer(models.TextChoices):
        """Where a comment is answered."""

        PUBLIC = "public", _("under the comment, for everybody")
        PRIVATE = "private", _("in the person's direct messages")

    class Outside(models.TextChoices):
        """What becomes of a message outside the hours."""

        WAIT = "wait", _("is answered when the hours begin")
        HANDOFF = "handoff", _("is left to a human")

    class Language(models.TextChoices):
        """The language of the answers."""

        CUSTOMER = "customer", _("the person's own")
        FRENCH = "fr", _("French")
        ENGLISH = "en", _("English")

    workspace = models.ForeignKey(Workspace, models.CASCADE, related_name="scenarios")
    name = models.CharField(_("name"), max_length=120)
    kind = models.CharField(_("kind"), max_length=10, choices=Kind, default=Kind.REPLY)
    instruction = models.TextField(_("instruction"), max_length=4000)
    trigger = models.CharField(
        _("when it answers"), max_length=10, choices=Trigger, default=Trigger.ANY
    )
    keywords = models.JSONField(_("keywords"), default=list, blank=True)
    channel = models.CharField(_("where"), max_length=10, choices=Channel, default=Channel.ANY)
    comment_answer = models.CharField(
        _("comments are answered"),
        max_length=10,
        choices=CommentAnswer,
        default=CommentAnswer.PUBLIC,
    )
    accounts = models.ManyToManyField(
        SocialAccount, verbose_name=_("accounts"), related_name="scenarios", blank=True
    )
    # By label, since a fact sheet is replaced as a whole when it is edited.
    fact_labels = models.JSONField(_("facts it may use"), default=list, blank=True)
    hours = models.JSONField(_("working hours"), default=dict, blank=True)
    outside_hours = models.CharField(
        _("outside the hours a message"), max_length=10, choices=Outside, default=Outside.WAIT
    )
    language = models.CharField(
        _("language of the answers"), max_length=10, choices=Language, default=Language.CUSTOMER
    )
    autonomy = models.CharField(
        _("autonomy"), max_length=10, choices=Autonomy, default=Autonomy.DRAFT
    )
    priority = models.SmallIntegerField(_("priority"), default=0)
    version = models.PositiveIntegerField(_("version"), default=1)
    archived_at = models.DateTimeField(_("put away"), null=True, blank=True)

    class Meta:
        verbose_name = _("scenario")
        verbose_name_plural = _("scenarios")
        ordering = ("-priority", "id")

    def __str__(self) -> str:
        return self.name


class ScenarioVersion(Row):
    """One wording of a scenario, kept for ever: the ledger names the one that decided.

    `content` holds the fields of `processing.scenarios.FIELDS` and, for follow-ups, the steps.
    """

    workspace = models.ForeignKey(Workspace, models.CASCADE, related_name="scenario_versions")
    scenario = models.ForeignKey(Scenario, models.CASCADE, related_name="versions")
    number = models.PositiveIntegerField(_("version"))
    content = models.JSONField(_("content"), default=dict)
    author_uid = models.UUIDField(_("written by"), null=True, blank=True)

    class Meta:
        verbose_name = _("scenario version")
        verbose_name_plural = _("scenario versions")
        ordering = ("scenario_id", "-number")
        constraints = (
            models.UniqueConstraint(fields=["scenario", "number"], name="one_row_per_version"),
        )

    def __str__(self) -> str:
        return f"{self.scenario_id} v{self.number}"


class Trust(Row):
    """What one intent has earned in one scenario: drafts first, then automatic answers."""

    class Stage(models.TextChoices):
        """The rungs of the ladder."""

        DRAFT = "draft", _("drafts for approval")
        PROPOSED = "proposed", _("automatic answers are proposed")
        AUTO = "auto", _("automatic answers")

    workspace = models.ForeignKey(Workspace, models.CASCADE, related_name="trusts")
    scenario = models.ForeignKey(Scenario, models.CASCADE, related_name="trusts")
    intent = models.CharField(_("intent"), max_length=40)
    stage = models.CharField(_("stage"), max_length=10, choices=Stage, default=Stage.DRAFT)
    in_a_row = models.PositiveIntegerField(_("approved unedited in a row"), default=0)
    approved = models.PositiveIntegerField(_("approved"), default=0)
    edited = models.PositiveIntegerField(pgettext_lazy("drafts", "edited"), default=0)
    rejected = models.PositiveIntegerField(_("rejected"), default=0)
    reason = models.CharField(_("why it stands there"), max_length=60, blank=True)
    changed_at = models.DateTimeField(_("changed"), null=True, blank=True)

    class Meta:
        verbose_name = _("trust in an intent")
        verbose_name_plural = _("trust ladder")
        constraints = (
            models.UniqueConstraint(fields=["scenario", "intent"], name="one_trust_per_intent"),
        )

    def __str__(self) -> str:
        return f"{self.scenario_id} {self.intent}: {self.stage}"
