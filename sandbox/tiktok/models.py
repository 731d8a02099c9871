"""What TikTok remembers: grants and tokens, webhook addresses, people, messages, comments."""

from typing import ClassVar

from django.db import models

# Named, since the product's process also loads `sandbox`, in which names would meet others.
LABEL = "tiktok"


class Code(models.Model):
    """One code of the consent page, gone once it was exchanged."""

    value = models.CharField(max_length=128, unique=True)
    account = models.CharField(max_length=64)
    scope = models.CharField(max_length=500)
    redirect_uri = models.CharField(max_length=500)
    expires_at = models.DateTimeField()

    objects: ClassVar[models.Manager["Code"]] = models.Manager()

    class Meta:
        app_label = LABEL

    def __str__(self) -> str:
        return f"{self.account} {self.expires_at:%H:%M}"


class Grant(models.Model):
    """What an owner allowed; `refresh_until` is the end of its refresh tokens."""

    account = models.CharField(max_length=64, db_index=True)
    scope = models.CharField(max_length=500)
    refresh_until = models.DateTimeField()
    revoked_at = models.DateTimeField(null=True)
    created_at = models.DateTimeField(auto_now_add=True)

    objects: ClassVar[models.Manager["Grant"]] = models.Manager()

    class Meta:
        app_label = LABEL
        ordering = ("id",)

    def __str__(self) -> str:
        return f"{self.account}: {self.scope}"


class Token(models.Model):
    """An access or refresh token; `ended` once another took its place or it was revoked."""

    class Kind(models.TextChoices):
        """What it opens."""

        ACCESS = "access"
        REFRESH = "refresh"

    grant = models.ForeignKey(Grant, on_delete=models.CASCADE, related_name="+")
    kind = models.CharField(max_length=7, choices=Kind)
    value = models.CharField(max_length=128, unique=True)
    expires_at = models.DateTimeField()
    ended = models.BooleanField(default=False)

    objects: ClassVar[models.Manager["Token"]] = models.Manager()

    class Meta:
        app_label = LABEL

    def __str__(self) -> str:
        return f"{self.kind} until {self.expires_at}"


class Hook(models.Model):
    """Where the app wants one type of event; an empty address: it was deleted."""

    event_type = models.CharField(max_length=20, unique=True)
    callback_url = models.CharField(max_length=500, blank=True)

    objects: ClassVar[models.Manager["Hook"]] = models.Manager()

    class Meta:
        app_label = LABEL

    def __str__(self) -> str:
        return f"{self.event_type} {self.callback_url}"


class Option(models.Model):
    """One changed option, as JSON."""

    name = models.CharField(max_length=40, unique=True)
    value = models.JSONField()

    objects: ClassVar[models.Manager["Option"]] = models.Manager()

    class Meta:
        app_label = LABEL

    def __str__(self) -> str:
        return f"{self.name}={self.value}"


class Writer(models.Model):
    """Somebody who wrote to an account or under a video."""

    uid = models.CharField(max_length=128, unique=True)
    username = models.CharField(max_length=100)
    display_name = models.CharField(max_length=200)
    region = models.CharField(max_length=2)
    follower = models.BooleanField(default=False)

    objects: ClassVar[models.Manager["Writer"]] = models.Manager()

    class Meta:
        app_label = LABEL

    def __str__(self) -> str:
        return self.username


class Conversation(models.Model):
    """A person's thread with an account; a stranger's waits until the owner accepts it."""

    account = models.CharField(max_length=64)
    writer = models.ForeignKey(Writer, on_delete=models.CASCADE, related_name="+")
    conversation_id = models.CharField(max_length=128, unique=True)
    stranger = models.BooleanField(default=False)
    referral = models.JSONField(default=dict)
    updated_at = models.DateTimeField()

    objects: ClassVar[models.Manager["Conversation"]] = models.Manager()

    class Meta:
        app_label = LABEL
        constraints = (
            models.UniqueConstraint(fields=["account", "writer"], name="one_thread_each"),
        )

    def __str__(self) -> str:
        return self.conversation_id


class Message(models.Model):
    """One message; `source` is TikTok's word for where it was written."""

    class Author(models.TextChoices):
        """Who wrote it."""

        PERSON = "person"
        PRODUCT = "product"
        OWNER = "owner"
        TIKTOK = "tiktok"

    conversation = models.ForeignKey(Conversation, on_delete=models.CASCADE, related_name="+")
    author = models.CharField(max_length=10, choices=Author)
    message_id = models.CharField(max_length=128, unique=True)
    type = models.CharField(max_length=20)
    content = models.JSONField(default=dict)
    quoted = models.CharField(max_length=128, blank=True)
    source = models.CharField(max_length=20, default="APP")
    status = models.PositiveSmallIntegerField(null=True)
    at = models.DateTimeField()

    objects: ClassVar[models.Manager["Message"]] = models.Manager()

    class Meta:
        app_label = LABEL
        ordering = ("id",)

    def __str__(self) -> str:
        return f"{self.author} {self.message_id}"


class Comment(models.Model):
    """One comment or reply; `parent` is the first-level comment's id, empty for one of those."""

    account = models.CharField(max_length=64)
    video_id = models.CharField(max_length=20)
    comment_id = models.CharField(max_length=20, unique=True)
    parent = models.CharField(max_length=20, blank=True, db_index=True)
    author = models.CharField(max_length=10, choices=Message.Author)
    uid = models.CharField(max_length=128)
    text = models.TextField()
    visibility = models.CharField(max_length=10, default="PUBLIC")
    deleted = models.BooleanField(default=False)
    status = models.PositiveSmallIntegerField(null=True)
    at = models.DateTimeField()

    objects: ClassVar[models.Manager["Comment"]] = models.Manager()

    class Meta:
        app_label = LABEL
        ordering = ("id",)
        indexes = (models.Index(fields=["video_id", "parent"], name="comments_of_video"),)

    def __str__(self) -> str:
        return f"{self.author} {self.comment_id}"
