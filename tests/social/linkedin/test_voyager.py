"""The page's own JSON: both forms, every root, everything that is not one person writing."""

from collections.abc import Callable
from typing import Any

import pytest

from social.providers.linkedin.seen import (
    ConversationSeen,
    MessageSeen,
    PersonSeen,
    Skipped,
    ThreadSeen,
    reduced,
    reduced_message,
)
from social.providers.linkedin.voyager import inbox_in, messages_in
from tests.social.linkedin import inbox
from tests.social.linkedin.inbox import (
    ANNA,
    AT,
    HOUR,
    OTHER_THREAD,
    OWNER,
    THREAD,
    anna,
    ben,
    company,
    conversation,
    custom,
    listed,
    message,
    normalised,
    owner,
    thread_of,
)

Json = dict[str, Any]
Form = Callable[[Json], Json]


def plain(document: Json) -> Json:
    return document


forms = pytest.mark.parametrize("form", [plain, normalised])


def one_conversation(document: Json) -> ConversationSeen:
    seen = inbox_in(document)
    assert seen is not None
    assert seen.skipped == ()
    (only,) = seen.conversations
    return only


def thread(document: Json, **known: str) -> ThreadSeen:
    seen = messages_in(document, **known)
    assert seen is not None
    return seen


@forms
def test_a_conversation_is_read_whole(form: Form) -> None:
    seen = inbox_in(form(listed(conversation(), nextCursor="more")))
    person = PersonSeen(ANNA, "Anna Meyer", "Anna conseille", "member", me=False)
    last = MessageSeen(
        id=f"2-last-{THREAD}",
        urn=inbox.message_urn(f"2-last-{THREAD}"),
        thread=THREAD,
        sender=person,
        text="Bonjour",
        at=AT,
        own=False,
    )
    assert seen is not None
    assert seen.owner == PersonSeen(OWNER, "Olga Owner", "Olga conseille", "member", me=True)
    assert (seen.next_cursor, seen.skipped) == ("more", ())
    assert seen.conversations == (
        ConversationSeen(
            thread=THREAD,
            urn=inbox.conversation_urn(),
            unread=1,
            group=False,
            sponsored=False,
            at=AT,
            contact=person,
            last=last,
            categories=("INBOX", "PRIMARY_INBOX"),
        ),
    )


@forms
@pytest.mark.parametrize("end", ["SyncToken", "CategoryQuery", "Recipients", "Ids", "NewThing"])
def test_every_root_of_a_list_is_known(form: Form, end: str) -> None:
    document = form(listed(conversation(), root=f"messengerConversationsBy{end}"))
    assert one_conversation(document).thread == THREAD
    assert messages_in(document) is None


@forms
@pytest.mark.parametrize("end", ["SyncToken", "Conversation", "AnchorTimestamp"])
def test_every_root_of_messages_is_known(form: Form, end: str) -> None:
    document = form(thread_of(message("2-a", anna()), root=f"messengerMessagesBy{end}"))
    assert [one.id for one in thread(document).messages] == ["2-a"]
    assert inbox_in(document) is None


def test_a_root_may_be_the_list_itself() -> None:
    document = {"data": {"messengerConversationsByIds": [conversation()]}}
    assert one_conversation(document).thread == THREAD


@pytest.mark.parametrize(
    "document",
    [
        *(None, [], "x", 7, {}, {"data": None}, {"data": {"data": None}}),
        {"data": {"messengerConversationsBySyncToken": None}, "errors": [{"message": "x"}]},
        {"data": {"messengerConversationsBySyncToken": {"metadata": {}}}},
        {"data": {"messengerConversationsBySyncToken": {"elements": None}}},
        {"data": {"otherConversations": {"elements": []}}},
        {"elements": []},
    ],
)
def test_without_a_list_there_is_no_inbox_rather_than_an_empty_one(document: Any) -> None:
    assert inbox_in(document) is None
    assert messages_in(document) is None


@forms
def test_an_empty_inbox_is_an_inbox(form: Form) -> None:
    seen = inbox_in(form(listed()))
    assert seen is not None
    assert seen.conversations == ()


@forms
@pytest.mark.parametrize(
    ("fields", "expected"),
    [
        ({"groupChat": True}, (True, False, "")),
        ({"conversationParticipants": [owner(), anna(), ben()]}, (True, False, "")),
        ({"conversationParticipants": [owner(), company()]}, (False, True, "")),
        ({"conversationParticipants": [owner(), custom()]}, (False, True, "")),
        ({"categories": ["INBOX", "SPONSORED_INBOX"]}, (False, True, ANNA)),
        ({"conversationParticipants": [anna()]}, (False, False, ANNA)),
        ({"conversationParticipants": [owner()]}, (False, False, "")),
        ({"conversationParticipants": []}, (False, False, "")),
        ({"conversationParticipants": None}, (False, False, "")),
    ],
)
def test_who_writes_is_told(form: Form, fields: Json, expected: tuple[bool, bool, str]) -> None:
    seen = one_conversation(form(listed(conversation(**{"messages": None, **fields}))))
    contact = seen.contact.id if seen.contact else ""
    assert (seen.group, seen.sponsored, contact) == expected


@pytest.mark.parametrize(
    ("fields", "unread"),
    [
        ({"unreadCount": 3}, 3),
        ({"unreadCount": 0}, 0),
        ({"unreadCount": None, "read": False}, 1),
        ({"unreadCount": None, "read": True}, 0),
        ({"unreadCount": "3", "read": None}, 0),
        ({"unreadCount": -1, "read": True}, 0),
        ({"unreadCount": True, "read": False}, 1),
    ],
)
def test_the_unread_are_counted(fields: Json, unread: int) -> None:
    assert one_conversation(listed(conversation(**fields))).unread == unread


@forms
def test_the_newest_of_a_conversations_messages_is_its_last(form: Form) -> None:
    held = [
        message("2-old", anna(), deliveredAt=AT - HOUR),
        message("2-new", owner(), "Merci", deliveredAt=AT),
        message("2-mid", anna(), deliveredAt=AT - 5),
    ]
    seen = one_conversation(form(listed(conversation(messages={"elements": held}))))
    assert seen.last is not None
    assert (seen.last.id, seen.last.own) == ("2-new", True)


@pytest.mark.parametrize(
    "fields",
    [
        {"messages": [message("2-x", anna())]},
        {"messages": None, "lastMessage": message("2-x", anna())},
    ],
)
def test_a_last_message_may_come_otherwise(fields: Json) -> None:
    seen = one_conversation(listed(conversation(**fields)))
    assert seen.last is not None
    assert seen.last.id == "2-x"


def test_a_conversation_without_a_time_has_its_last_messages() -> None:
    assert one_conversation(listed(conversation(lastActivityAt=None))).at == AT


@forms
def test_messages_come_oldest_first_and_each_once(form: Form) -> None:
    document = form(
        thread_of(
            message("2-b", owner(), "Oui", deliveredAt=AT + 2),
            message("2-a", anna(), "Ça va ?", deliveredAt=AT + 1),
            message("2-b", owner(), "Oui", deliveredAt=AT + 2),
        )
    )
    seen = thread(document)
    assert [(one.id, one.text, one.own) for one in seen.messages] == [
        ("2-a", "Ça va ?", False),
        ("2-b", "Oui", True),
    ]
    assert seen.owner is not None
    assert seen.owner.id == OWNER


@forms
def test_an_attachment_has_no_text(form: Form) -> None:
    document = form(thread_of(message("2-a", anna(), None, renderContent=[{"file": {}}])))
    assert [(one.text, one.attached) for one in thread(document).messages] == [("", True)]


def test_a_reaction_or_an_empty_list_is_no_attachment() -> None:
    document = thread_of(message("2-a", anna(), renderContent=[], reactionSummaries=[{}]))
    assert thread(document).messages[0].attached is False


def test_an_actor_is_a_sender_of_older_builds() -> None:
    document = thread_of(message("2-a", None, actor=anna()))
    assert thread(document).messages[0].sender.id == ANNA


def test_legacy_names_are_the_same_people_and_threads() -> None:
    event = {
        "entityUrn": f"urn:li:fs_event:({THREAD},5-x)",
        "deliveredAt": AT,
        "body": {"text": "Hi"},
        "sender": {"entityUrn": f"urn:li:fs_messagingMember:({THREAD},{ANNA})"},
    }
    (seen,) = thread(thread_of(event), owner=OWNER).messages
    assert (seen.id, seen.thread, seen.sender.id, seen.own) == ("5-x", THREAD, ANNA, False)


@pytest.mark.parametrize(
    ("sender", "own"),
    [
        (inbox.member(OWNER, "Olga", "Owner", "SELF"), True),
        (inbox.member(OWNER, "Olga", "Owner", None), True),
        (inbox.member(ANNA, "Anna", "Meyer", None), False),
        (f"urn:li:msg_messagingParticipant:{inbox.profile(OWNER)}", True),
        (inbox.profile(ANNA), False),
        (company(), False),
    ],
)
def test_the_mailbox_or_the_distance_tells_whose_a_message_is(sender: Any, own: bool) -> None:
    assert thread(thread_of(message("2-a", sender))).messages[0].own is own


@pytest.mark.parametrize(
    ("sender", "known"),
    [
        (inbox.member(ANNA, "Anna", "Meyer", "SELF"), ""),
        (inbox.member(OWNER, "Olga", "Owner", "DISTANCE_1"), ""),
        (owner(), ANNA),
        (None, ""),
        ("urn:li:fsd_company:42", ""),
    ],
)
def test_a_message_of_which_nobody_is_sure_whose_it_is_is_skipped(sender: Any, known: str) -> None:
    seen = thread(thread_of(message("2-a", sender)), owner=known)
    assert seen.messages == ()
    assert len(seen.skipped) == 1


def test_a_message_without_mailbox_or_distance_is_skipped() -> None:
    lone = message("2-a", inbox.profile(ANNA), entityUrn=None)
    assert thread(thread_of(lone)).messages == ()
    assert [one.own for one in thread(thread_of(lone), owner=OWNER).messages] == [False]


def test_another_owner_than_the_accounts_is_told() -> None:
    seen = inbox_in(listed(conversation()), owner=ANNA)
    assert seen is not None
    assert seen.owner is not None
    assert seen.owner.id == OWNER


def test_a_message_of_another_thread_is_not_a_conversations_last() -> None:
    where = {"entityUrn": inbox.conversation_urn(OTHER_THREAD)}
    held = {"elements": [message("2-x", anna(), conversation=where)]}
    seen = inbox_in(listed(conversation(messages=held)))
    assert seen is not None
    assert seen.conversations[0].last is None


ROOT = "data.messengerConversationsBySyncToken.elements"


@pytest.mark.parametrize(
    ("broken", "path", "kind"),
    [
        (None, f"{ROOT}[0]", "NoneType"),
        ("secret", f"{ROOT}[0]", "str"),
        (["secret"], f"{ROOT}[0]", "list"),
        (conversation(entityUrn=7, backendUrn="secret"), f"{ROOT}[0].entityUrn", "int"),
        (
            conversation(conversationParticipants=[owner(), "secret"]),
            f"{ROOT}[0].conversationParticipants[1]",
            "str",
        ),
        (
            conversation(messages={"elements": [message("2-a", anna(), deliveredAt="secret")]}),
            f"{ROOT}[0].messages.elements[0].deliveredAt",
            "str",
        ),
    ],
)
def test_a_broken_element_costs_no_other_and_tells_no_value(
    broken: Any, path: str, kind: str
) -> None:
    seen = inbox_in(listed(broken, conversation(OTHER_THREAD)))
    assert seen is not None
    assert OTHER_THREAD in {one.thread for one in seen.conversations}
    assert seen.skipped == (Skipped(path, kind),)


def test_somebody_unreadable_leaves_no_contact() -> None:
    people = [owner(), anna(), "secret"]
    seen = inbox_in(listed(conversation(conversationParticipants=people, messages=None)))
    assert seen is not None
    assert seen.conversations[0].contact is None


def test_a_reference_that_leads_nowhere_is_skipped() -> None:
    document = normalised(listed(conversation(), conversation(OTHER_THREAD)))
    gone = inbox.conversation_urn(OTHER_THREAD)
    document["included"] = [one for one in document["included"] if one["entityUrn"] != gone]
    seen = inbox_in(document)
    assert seen is not None
    assert [one.thread for one in seen.conversations] == [THREAD]
    assert [one.type for one in seen.skipped] == ["str"]


def test_a_root_of_an_unknown_name_is_not_told_by_it() -> None:
    seen = inbox_in({"data": {"messengerConversationsBySecret": {"elements": [None]}}})
    assert seen is not None
    assert seen.skipped[0].path == "data.messengerConversationsBy*.elements[0]"


def test_reduced_shapes_name_the_other_person_whoever_wrote() -> None:
    held = {"elements": [message("2-mine", owner(), "Merci")]}
    shape = reduced(one_conversation(listed(conversation(messages=held))))
    assert shape == {
        "thread": THREAD,
        "urn": inbox.conversation_urn(),
        "unread": 1,
        "group": False,
        "sponsored": False,
        "at": AT,
        "contact": {"id": ANNA, "name": "Anna Meyer", "headline": "Anna conseille"},
        "last": {
            "id": "2-mine",
            "thread": THREAD,
            "contact": ANNA,
            "name": "Anna Meyer",
            "text": "Merci",
            "at": AT,
            "own": True,
            "attached": False,
        },
        "categories": ["INBOX", "PRIMARY_INBOX"],
    }


def test_an_own_message_without_its_thread_names_nobody() -> None:
    (mine,) = thread(thread_of(message("2-a", owner()))).messages
    assert (reduced_message(mine)["contact"], reduced_message(mine)["name"]) == ("", "")


def test_what_no_database_takes_is_taken_out() -> None:
    (seen,) = thread(thread_of(message("2-a", anna(), "a\x00b\ud800" + "x" * 30_000))).messages
    assert seen.text.startswith("ab?")
    assert len(seen.text) < 20_001


def test_more_than_anybody_has_is_cut() -> None:
    seen = inbox_in(listed(*[None] * 5000))
    assert seen is not None
    assert len(seen.skipped) == 100
