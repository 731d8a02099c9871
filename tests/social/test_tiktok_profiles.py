"""How people call themselves on TikTok, where it shows that."""

from social.contracts import Profile
from social.providers.tiktok.profiles import profile
from tests.social import tiktok as samples
from tests.social.tiktok import THREAD, VIDEO, WE, ZOE, answering, ok
from tests.standin import StandIn


def test_a_name_comes_from_the_thread(tiktok: StandIn) -> None:
    answering(tiktok, samples.CONTENTS)

    assert profile(WE, ZOE, "direct", THREAD) == Profile("Zoé M.")


def test_without_its_thread_the_newest_ones_are_looked_into(tiktok: StandIn) -> None:
    other = {"conversation_id": "other==", "update_time": 1}
    threads = [other, *samples.THREADS["data"]["conversations"]]
    answering(tiktok, ok(conversations=threads), ok(participants=[]), samples.CONTENTS)

    assert profile(WE, ZOE, "direct") == Profile("Zoé M.")


def test_a_commenters_name_comes_from_the_video(tiktok: StandIn) -> None:
    reply = {"unique_identifier": ZOE, "display_name": "Zoé M.", "username": "zoe.martin"}
    top = {"unique_identifier": "u", "display_name": "Autre", "reply_list": [reply]}
    answering(tiktok, ok(comments=[top]))

    assert profile(WE, ZOE, "comment", VIDEO) == Profile("Zoé M.", "zoe.martin")
    assert profile(WE, ZOE, "comment") == Profile()
