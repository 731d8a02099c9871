"""What one kind of account can do, as data."""

from dataclasses import dataclass, replace

from social.contracts import COMMENT


@dataclass(frozen=True)
class Capabilities:
    """What one kind of account can do; differences are data, never branches.

    - `text_limit` (characters, or bytes of UTF-8 with `text_limit_in_bytes`), for direct messages;
      `comment_limit` for public answers to comments.
    - `reply_window_hours`: how long after a person's message we may write; None means for ever.
      `messages_per_window`: how many messages we may write in it.
    - `human_window_hours`: how long a member may write by hand, where that is longer.
    - `private_reply_days`: how old a comment may be that is answered in private; 0 means never.
    - `echo_has_reference`: our own mark comes back, so that an unknown outcome gets known.
    - `automation_needs_consent`: the network forbids automatic answers unless the owner agreed to
      exactly that; until then every answer is a draft.
    - `threads_by_id`: somebody may have several threads, told apart by the network's own names.
    - `classified`: people write there about much that is no business of the assistant's: each
      thread is sorted first, and only leads are answered.
    """

    text_limit: int
    text_limit_in_bytes: bool = False
    reply_window_hours: int | None = None
    messages_per_window: int | None = None
    human_window_hours: int | None = None
    direct_messages: bool = True
    comments: bool = False
    comment_limit: int = 0
    private_reply_days: int = 0
    echo_has_reference: bool = False
    automation_needs_consent: bool = False
    threads_by_id: bool = False
    classified: bool = False

    def within(self, kind: str, *, private: bool = False) -> "Capabilities":
        """Return the same with the limits that hold in threads of `kind`.

        A public answer has the comments' length and no window; a `private` one to a comment has a
        direct message's length, and the days of private replies as its window.
        """
        if kind != COMMENT:
            return self
        if private:
            return replace(self, reply_window_hours=self.private_reply_days * 24)
        return replace(
            self,
            text_limit=self.comment_limit,
            text_limit_in_bytes=False,
            reply_window_hours=None,
            messages_per_window=None,
            human_window_hours=None,
            echo_has_reference=False,
        )
