"""Who was erased: their thread is not opened again, and brings nothing back when it is."""

import pytest

from accounts import audit
from processing.models import Contact, Message
from processing.privacy import erasing
from social import polling
from social.models import Forgotten, Poll, SocialAccount, WebhookEvent
from tests.social.linkedin.fake import FakeLinkedIn
from tests.social.sessions.members import Hand, connected
from tests.social.sessions.steps import read, receive

pytestmark = pytest.mark.django_db
OLD, SECRET = "Je m'appelle Léa Martin, 06 12 34 56 78.", b"06 12"


@pytest.fixture
def account(time: Hand, linkedin: FakeLinkedIn) -> SocialAccount:
    """Somebody wrote long ago, which was never read, and now; their thread is wanted."""
    found = connected()
    linkedin.owner = {"id": found.external_id, "name": found.name}
    time.move(days=-3)
    linkedin.writes(OLD)
    linkedin.writes("Voici mon numéro : 06 12 34 56 79.", own=True)
    time.move(days=3)
    linkedin.writes("Bonjour, une question")
    time.move(seconds=5)
    read(found)
    contact = Contact.objects.get()
    assert polling.want_thread(found, ["2-ACoLEA==", contact.external_id], now=time.now)
    assert polling.want_thread(found, ["2-other==", "ACoOTHER"], now=time.now)
    return found


def erase() -> None:
    contact = Contact.objects.get()
    erasure = erasing.ask(contact.workspace, contact.uid, by=audit.SYSTEM)
    erasing.carry_on(erasure.pk)
    assert not Contact.objects.exists()


def nothing_is_kept() -> bool:
    bodies = b"".join(bytes(one.body) for one in WebhookEvent.objects.all())
    return not (Contact.objects.exists() or SECRET in bodies)


def test_their_thread_is_wanted_no_more_and_no_cursor_names_them(account: SocialAccount) -> None:
    erase()
    assert Poll.objects.get(stream="thread").cursor == {"wanted": [["2-other==", "ACoOTHER"]]}
    assert not any("ACoLEA" in str(one.cursor) for one in Poll.objects.all())


def test_what_a_reading_under_way_brings_of_them_is_dropped(
    account: SocialAccount, linkedin: FakeLinkedIn, time: Hand
) -> None:
    linkedin.meanwhile = lambda _job: erase() if Contact.objects.exists() else None
    read(account, "thread")
    assert linkedin.whats()[-1] == "thread"
    assert nothing_is_kept()


def test_who_writes_again_is_new_and_has_no_past(
    account: SocialAccount, linkedin: FakeLinkedIn, time: Hand
) -> None:
    erase()
    time.move(minutes=20)
    linkedin.writes("Bonjour, c'est encore moi")
    time.move(seconds=5)
    read(account)
    polling.want_thread(account, ["2-ACoLEA==", "ACoLEA"], now=time.now)
    for _ in range(2):
        time.move(minutes=20)
        read(account, "thread")
    receive()
    assert linkedin.threads["2-ACoLEA=="].opened == 1
    assert [one.text for one in Message.objects.all()] == ["Bonjour, c'est encore moi"]


def test_who_is_erased_twice_is_remembered_once_and_by_the_last_time(
    account: SocialAccount, linkedin: FakeLinkedIn, time: Hand
) -> None:
    for _ in range(2):
        erase()
        remembered = Forgotten.objects.get(kind="person")
        assert remembered.created_at == time.now
        time.move(minutes=20)
        linkedin.writes("Bonjour")
        time.move(seconds=5)
        read(account)
