"""What a list or a thread may bring from long ago, and what no row keeps."""

from processing import pipeline
from processing.models import Contact, Conversation, InteractionEvent, Message
from social import polling
from social.models import WebhookEvent
from tests.social.linkedin.play import Play


def test_the_first_list_brings_nobody_who_wrote_months_ago(play: Play) -> None:
    """Nothing new for ninety days, one unread: nobody is answered after months."""
    play.time.move(days=-90)
    play.writes()
    play.time.move(days=90)
    play.poll()
    assert play.linkedin.whats() == ["inbox"]
    assert not Message.objects.exists()


def test_a_stop_of_two_years_ago_that_a_thread_brings_silences_no_lead_of_today(
    play: Play,
) -> None:
    """They wrote again by themselves since; what is read late is no wish of today."""
    play.time.move(days=-730)
    play.writes("STOP")
    play.time.move(minutes=5)
    play.writes("Bien noté, bonne continuation.", own=True)
    play.time.move(days=730)
    play.writes("Bonjour,")
    play.time.move(seconds=2)
    question = play.heard("Quels sont vos tarifs pour une journée ?")
    thread, contact = question.conversation.external_id, question.conversation.contact
    polling.want_thread(play.account, [thread, contact.external_id], now=play.time.now)
    play.time.move(minutes=1)
    play.poll("thread")
    assert Message.objects.filter(text="STOP").exists()
    assert Contact.objects.get().opted_out_at is None


def test_distress_in_a_thread_that_is_left_alone_still_calls_a_human(play: Play) -> None:
    question = play.heard("Je n'en peux plus, je veux en finir.")
    Conversation.objects.update(category="personal", category_by="member")
    pipeline.respond(question.pk)
    question.refresh_from_db()
    assert (question.outcome, question.reason) == ("handoff", "risk_words")
    assert not Message.objects.filter(direction="outbound").exists()


def test_no_row_that_is_not_theirs_to_keep_holds_a_cookie(play: Play) -> None:
    play.writes()
    play.poll()
    rows = [*WebhookEvent.objects.values(), *InteractionEvent.objects.values()]
    assert rows
    assert not any("li_at" in str(row) for row in rows)
