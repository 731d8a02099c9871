"""What LinkedIn remembers: people, browser sessions, threads, messages, what was asked of it."""

from typing import ClassVar

from django.db import models


class Person(models.Model):
    """Somebody with a profile, an organisation, or the sender of an advertisement.

    `language` is set for members: the people whose inbox can be visited.
    """

    class Kind(models.TextChoices):
        """What stands in a participant's `participantType`."""

        MEMBER = "member"
        ORGANIZATION = "organization"
        CUSTOM = "custom"

    profile_id = models.CharField(max_length=60, unique=True)
    kind = models.CharField(max_length=12, choices=Kind, default=Kind.MEMBER)
    first_name = models.CharField(max_length=100)
    last_name = models.CharField(max_length=100, blank=True)
    headline = models.CharField(max_length=220, blank=True)
    language = models.CharField(max_length=2, blank=True)

    objects: ClassVar[models.Manager["Person"]] = models.Manager()

    class Meta:
        ordering = ("id",)

    def __str__(self) -> str:
        return self.name

    @property
    def name(self) -> str:
        """The name as pages write it."""
        return f"{self.first_name} {self.last_name}".strip()


class Session(models.Model):
    """One browser in which a member is signed in; `li_at` decides whose it is.

    `jsessionid` is the newest value, `before` the one that it replaced.
    """

    member = models.ForeignKey(Person, on_delete=models.CASCADE)
    li_at = models.CharField(max_length=200, unique=True)
    jsessionid = models.CharField(max_length=40)
    before = models.CharField(max_length=40, blank=True)
    lidc = models.CharField(max_length=100)
    browser = models.CharField(max_length=40)
    revoked = models.BooleanField(default=False)
    loads = models.PositiveIntegerField(default=0)
    created_at = models.DateTimeField(auto_now_add=True)

    objects: ClassVar[models.Manager["Session"]] = models.Manager()

    class Meta:
        ordering = ("id",)

    def __str__(self) -> str:
        return f"session {self.pk} of {self.member}"


class Thread(models.Model):
    """One conversation of a member. Times are epoch milliseconds, as LinkedIn tells them.

    `closed` tells why the member cannot write here: *upsell* (InMail), *notice*, *bare*, or empty.
    """

    thread_id = models.CharField(max_length=80, unique=True)
    member = models.ForeignKey(Person, on_delete=models.CASCADE, related_name="threads")
    others: "models.ManyToManyField[Person, models.Model]" = models.ManyToManyField(Person)
    title = models.CharField(max_length=200, blank=True)
    group = models.BooleanField(default=False)
    sponsored = models.BooleanField(default=False)
    categories = models.JSONField(default=list)
    closed = models.CharField(max_length=10, blank=True)
    unread = models.PositiveIntegerField(default=0)
    created_ms = models.BigIntegerField()
    active_ms = models.BigIntegerField()
    read_ms = models.BigIntegerField(default=0)

    objects: ClassVar[models.Manager["Thread"]] = models.Manager()

    class Meta:
        ordering = ("-active_ms", "-id")
        indexes = (models.Index(fields=["member", "-active_ms"], name="inbox_of_member"),)

    def __str__(self) -> str:
        return self.thread_id


class Message(models.Model):
    """One message; `by` tells who made it: the contact, the member by hand, or a page's call."""

    class By(models.TextChoices):
        """Where it comes from."""

        CONTACT = "contact"
        HUMAN = "human"
        PAGE = "page"

    message_id = models.CharField(max_length=100, unique=True)
    thread = models.ForeignKey(Thread, on_delete=models.CASCADE, related_name="messages")
    sender = models.ForeignKey(Person, on_delete=models.CASCADE)
    text = models.TextField()
    at_ms = models.BigIntegerField()
    by = models.CharField(max_length=8, choices=By)
    origin_token = models.CharField(max_length=80, blank=True)
    shown = models.BooleanField(default=True)

    objects: ClassVar[models.Manager["Message"]] = models.Manager()

    class Meta:
        ordering = ("at_ms", "id")
        indexes = (models.Index(fields=["thread", "at_ms"], name="messages_of_thread"),)

    def __str__(self) -> str:
        return self.message_id


class Attempt(models.Model):
    """One call of createMessage, whatever became of it; `kept` counts the messages it left."""

    session = models.ForeignKey(Session, on_delete=models.CASCADE, null=True)
    thread_id = models.CharField(max_length=80, blank=True)
    text = models.TextField()
    origin_token = models.CharField(max_length=80, blank=True)
    status = models.PositiveSmallIntegerField()
    trap = models.CharField(max_length=40, blank=True)
    kept = models.PositiveSmallIntegerField(default=0)
    at = models.DateTimeField(auto_now_add=True)

    objects: ClassVar[models.Manager["Attempt"]] = models.Manager()

    class Meta:
        ordering = ("id",)

    def __str__(self) -> str:
        return f"attempt {self.pk} {self.status}"


class Opening(models.Model):
    """A thread that a page opened, which marked it read and told its sender so."""

    session = models.ForeignKey(Session, on_delete=models.CASCADE)
    thread_id = models.CharField(max_length=80)
    how = models.CharField(max_length=20)
    unread = models.PositiveIntegerField()
    at = models.DateTimeField(auto_now_add=True)

    objects: ClassVar[models.Manager["Opening"]] = models.Manager()

    class Meta:
        ordering = ("id",)

    def __str__(self) -> str:
        return f"{self.thread_id} {self.how}"


class Visit(models.Model):
    """One request and how it was answered: status 0 is no answer, `trap` what was played."""

    session = models.ForeignKey(Session, on_delete=models.CASCADE, null=True)
    method = models.CharField(max_length=7)
    path = models.CharField(max_length=300)
    status = models.PositiveSmallIntegerField()
    trap = models.CharField(max_length=40, blank=True)
    at = models.DateTimeField(auto_now_add=True)

    objects: ClassVar[models.Manager["Visit"]] = models.Manager()

    class Meta:
        ordering = ("id",)

    def __str__(self) -> str:
        return f"{self.method} {self.path} {self.status}"


class Option(models.Model):
    """How LinkedIn behaves, for one `member` (a profile id) or all, for `left` more times or on."""

    name = models.CharField(max_length=40)
    member = models.CharField(max_length=60, blank=True)
    value = models.JSONField(null=True)
    left = models.PositiveIntegerField(null=True)

    objects: ClassVar[models.Manager["Option"]] = models.Manager()

    class Meta:
        ordering = ("id",)
        constraints = (
            models.UniqueConstraint(fields=["name", "member"], name="one_value_for_member"),
        )

    def __str__(self) -> str:
        return self.name
