"""What the networks do to every webhook: repeat it, burst it, batch it, echo it."""

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest

from sandbox import demo
from tests.journeys.driver import Answered, Driver, eventually
from tests.journeys.envelopes import envelope, message, new_contact, new_mid

pytestmark = pytest.mark.slow
QUESTION = "Bonjour, c'est combien la lampe Aube ?"
AT_ONCE = 10


def post_at_once(driver: Driver, bodies: list[bytes]) -> list[Answered]:
    """Post all bodies in the same instant, each from its own thread."""
    start = Barrier(len(bodies))

    def post(body: bytes) -> Answered:
        start.wait()
        return driver.post(body)

    with ThreadPoolExecutor(len(bodies)) as pool:
        return list(pool.map(post, bodies))


def test_the_same_call_ten_times_at_once_is_one_message_and_one_reply(driver: Driver) -> None:
    contact = new_contact()
    answers = post_at_once(driver, [envelope(message(contact, QUESTION))] * AT_ONCE)

    assert [answered.status for answered in answers] == [200] * AT_ONCE
    assert_handled_once(driver, contact)


def test_one_message_in_ten_different_calls_is_handled_once(driver: Driver) -> None:
    contact, mid = new_contact(), new_mid()
    bodies = [
        envelope(message(contact, QUESTION, mid=mid)) + b" " * number for number in range(AT_ONCE)
    ]
    answers = post_at_once(driver, bodies)

    assert [answered.status for answered in answers] == [200] * AT_ONCE
    assert_handled_once(driver, contact)
    found = driver.rows(
        "SELECT COUNT(*) FROM processing_interactionevent WHERE reason = 'duplicate'"
    )
    assert found[0][0] >= AT_ONCE - 1


def assert_handled_once(driver: Driver, contact: str) -> None:
    driver.answer_to(contact)
    driver.at_rest()
    said = driver.messages(contact)
    assert [row["direction"] for row in said] == ["inbound", "outbound"]
    assert len(driver.sends(contact)) == 1
    assert len(driver.calls("openai")) == 1
    assert driver.quota() == (1, 0)


def test_three_messages_in_two_seconds_get_one_reply_to_the_newest(driver: Driver) -> None:
    contact, now = new_contact(), new_moment()
    texts = ["Bonjour", "vous êtes ouverts samedi ?", "et combien coûte la lampe Aube ?"]
    for number, text in enumerate(texts):
        driver.write(text, contact=contact, at=now - 2000 + number * 900)
    text = driver.answer_to(contact)
    driver.at_rest()

    assert "89 €" in text
    asked = [row for row in driver.messages(contact) if row["direction"] == "inbound"]
    assert [(row["outcome"], row["reason"]) for row in asked] == [
        ("silent", "superseded"),
        ("silent", "superseded"),
        ("reply", "replied"),
    ]
    replies = driver.rows(
        "SELECT q.text FROM processing_message r JOIN processing_message q"
        " ON q.id = r.in_reply_to_id JOIN processing_conversation v ON v.id = q.conversation_id"
        " JOIN processing_contact c ON c.id = v.contact_id WHERE c.external_id = %s",
        contact,
    )
    assert replies == [(texts[-1],)]
    assert len(driver.sends(contact)) == 1
    assert driver.quota() == (1, 0)


def test_a_batch_for_two_accounts_is_handled_whole(driver: Driver) -> None:
    connect_second_page(driver)
    first, second, third = new_contact(), new_contact(), new_contact()
    body = envelope(
        message(first, QUESTION),
        message(second, "Vous êtes ouverts samedi ?"),
        message(third, "Quelle est votre adresse ?", page=demo.SECOND_PAGE_ID),
    )
    assert driver.post(body).status == 200

    assert "89 €" in driver.answer_to(first)
    assert "samedi" in driver.answer_to(second)
    assert "Lanternes" in driver.answer_to(third)
    (call,) = driver.sends(third)
    assert demo.SECOND_PAGE_ID in call["path"]
    assert demo.PAGE_ID in driver.sends(first)[0]["path"]


def connect_second_page(driver: Driver) -> None:
    code = (
        "from accounts.models import Workspace\n"
        "from social.models import SocialAccount\n"
        "page, made = SocialAccount.objects.get_or_create(kind='messenger',"
        f" external_id='{demo.SECOND_PAGE_ID}', workspace=Workspace.objects.order_by('pk')[0],"
        " defaults={'provider': 'meta'})\n"
        f"page.seal({{'page_token': '{demo.page_token(demo.SECOND_PAGE_ID)}'}})\n"
        "page.save()\n"
    )
    done = driver.stack.manage("shell", "-c", code)
    assert done.returncode == 0, done.stderr


@pytest.mark.parametrize("account", ["messenger", "instagram"])
def test_the_echo_of_our_own_send_is_no_new_message(driver: Driver, account: str) -> None:
    contact = driver.say(QUESTION, account=account)["contact"]
    driver.answer_to(contact)
    mid = driver.sends(contact)[0]["external_id"]
    eventually(lambda: echoes(driver, mid) == 1, what="the echo that the network sends itself")
    driver.sandbox("/echo", {"mid": mid})
    driver.at_rest()

    assert [row["author"] for row in driver.messages(contact)] == ["contact", "assistant"]
    assert driver.conversation(contact)["handled_by"] == "assistant"
    assert len(driver.sends(contact)) == 1
    assert driver.quota() == (1, 0)


def echoes(driver: Driver, mid: str) -> int:
    """Return how many stored calls announce this message as an echo, all handled."""
    stored = driver.rows(
        "SELECT body FROM social_webhookevent WHERE status = 'processed' ORDER BY id DESC LIMIT 50"
    )
    bodies = [bytes(row[0]).decode() for row in stored]
    return len([body for body in bodies if "is_echo" in body and mid in body])


@pytest.mark.parametrize("account", ["messenger", "instagram"])
def test_a_human_who_answers_natively_silences_the_assistant(driver: Driver, account: str) -> None:
    contact = driver.say(QUESTION, account=account)["contact"]
    driver.answer_to(contact)
    driver.sandbox("/human", {"contact": contact, "text": "Camille à l'appareil !"})
    eventually(lambda: driver.conversation(contact)["handled_by"] == "human")

    driver.say("Et la livraison ?", contact=contact, account=account)
    eventually(lambda: len(driver.decided(contact)) == 2)
    assert driver.outcome(contact) == ("silent", "human_in_charge")
    assert len(driver.sends(contact)) == 1

    driver.api(f"/conversations/{driver.conversation(contact)['id']}/release", {})
    driver.say("Et vos horaires ?", contact=contact, account=account)
    assert "samedi" in driver.answer_to(contact, number=2)


def new_moment() -> int:
    """Return now as Meta writes it."""
    return int(message("1", "")["timestamp"])
