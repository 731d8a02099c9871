"""What YouTube and Google remember: channels, videos, comments, grants, tokens, spent units."""

from typing import ClassVar

from django.db import models


class Channel(models.Model):
    """One channel; `person` is the Google account (its `sub`) that owns it."""

    channel_id = models.CharField(max_length=24, unique=True)
    handle = models.CharField(max_length=60)
    title = models.CharField(max_length=100)
    person = models.CharField(max_length=40)
    published_at = models.DateTimeField()

    objects: ClassVar[models.Manager["Channel"]] = models.Manager()

    class Meta:
        ordering = ("id",)

    def __str__(self) -> str:
        return self.handle


class Video(models.Model):
    """One video; with its comments closed, they can be neither read nor written."""

    video_id = models.CharField(max_length=11, unique=True)
    channel_id = models.CharField(max_length=24)
    title = models.CharField(max_length=100)
    comments_disabled = models.BooleanField(default=False)
    published_at = models.DateTimeField()

    objects: ClassVar[models.Manager["Video"]] = models.Manager()

    class Meta:
        ordering = ("id",)

    def __str__(self) -> str:
        return self.video_id


class Comment(models.Model):
    """A top-level comment, or a reply to one (`parent_id`); `by_api` tells what a client wrote.

    Without `author_channel_id`, the author's account is gone.
    """

    class Status(models.TextChoices):
        """How far it is from everybody's eyes."""

        PUBLISHED = "published"
        HELD = "heldForReview"
        SPAM = "likelySpam"
        REJECTED = "rejected"

    comment_id = models.CharField(max_length=60, unique=True)
    channel_id = models.CharField(max_length=24)
    video_id = models.CharField(max_length=11)
    parent_id = models.CharField(max_length=60, blank=True)
    author_channel_id = models.CharField(max_length=24, blank=True)
    author_name = models.CharField(max_length=100, blank=True)
    text = models.TextField()
    status = models.CharField(max_length=20, choices=Status, default=Status.PUBLISHED)
    can_reply = models.BooleanField(default=True)
    by_api = models.BooleanField(default=False)
    published_at = models.DateTimeField()
    updated_at = models.DateTimeField()

    objects: ClassVar[models.Manager["Comment"]] = models.Manager()

    class Meta:
        ordering = ("published_at", "id")
        indexes = (
            models.Index(fields=["channel_id", "parent_id"], name="threads_of_channel"),
            models.Index(fields=["parent_id"], name="replies_of_thread"),
        )

    def __str__(self) -> str:
        return self.comment_id


class Grant(models.Model):
    """What one Google identity (a person as one of its channels) allows the product.

    Every later consent adds to the same grant, and revoking any of its tokens ends all of them.
    """

    person = models.CharField(max_length=40)
    channel_id = models.CharField(max_length=24, blank=True)
    scope = models.TextField(blank=True)
    revoked_at = models.DateTimeField(null=True)
    created_at = models.DateTimeField()

    objects: ClassVar[models.Manager["Grant"]] = models.Manager()

    class Meta:
        ordering = ("id",)

    def __str__(self) -> str:
        return f"{self.person} {self.channel_id}"


class Code(models.Model):
    """An authorization code that was not exchanged yet, with what it was asked for with."""

    code = models.CharField(max_length=100, unique=True)
    person = models.CharField(max_length=40)
    channel_id = models.CharField(max_length=24, blank=True)
    redirect_uri = models.CharField(max_length=300)
    scope = models.TextField(blank=True)
    nonce = models.CharField(max_length=200, blank=True)
    challenge = models.CharField(max_length=128, blank=True)
    offline = models.BooleanField(default=False)
    asks_again = models.BooleanField(default=False)
    keeps_granted = models.BooleanField(default=False)
    expires_at = models.DateTimeField()

    objects: ClassVar[models.Manager["Code"]] = models.Manager()

    def __str__(self) -> str:
        return self.code


class Token(models.Model):
    """An access or refresh token; without `expires_at` it lasts as long as its grant."""

    class Kind(models.TextChoices):
        """What it is good for."""

        ACCESS = "access"
        REFRESH = "refresh"

    value = models.CharField(max_length=200, unique=True)
    kind = models.CharField(max_length=10, choices=Kind)
    grant = models.ForeignKey(Grant, on_delete=models.CASCADE)
    scope = models.TextField(blank=True)
    expires_at = models.DateTimeField(null=True)
    created_at = models.DateTimeField()

    objects: ClassVar[models.Manager["Token"]] = models.Manager()

    class Meta:
        ordering = ("id",)

    def __str__(self) -> str:
        return f"{self.kind} {self.pk}"


class Usage(models.Model):
    """What one channel's calls of one operation cost the project on one Pacific day.

    `refused` counts the calls that met the end of the quota: they cost nothing.
    """

    day = models.DateField()
    channel_id = models.CharField(max_length=24, blank=True)
    operation = models.CharField(max_length=40)
    calls = models.PositiveIntegerField(default=0)
    units = models.PositiveIntegerField(default=0)
    refused = models.PositiveIntegerField(default=0)

    objects: ClassVar[models.Manager["Usage"]] = models.Manager()

    class Meta:
        ordering = ("day", "channel_id", "operation")
        constraints = (
            models.UniqueConstraint(fields=["day", "channel_id", "operation"], name="one_count"),
        )

    def __str__(self) -> str:
        return f"{self.day} {self.operation} {self.units}"


class Option(models.Model):
    """How YouTube behaves, where that differs from `options.DEFAULTS`."""

    name = models.CharField(max_length=40, unique=True)
    value = models.JSONField(null=True)

    objects: ClassVar[models.Manager["Option"]] = models.Manager()

    def __str__(self) -> str:
        return self.name
