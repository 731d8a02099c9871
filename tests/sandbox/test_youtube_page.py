"""The visitor's YouTube and the controls' own refusals."""

import re

import pytest
import requests

from tests.sandbox import youtube as shared
from tests.sandbox.conftest import Sandbox
from tests.sandbox.youtube import CHANNEL, SECOND_VIDEO, VIDEO, YouTube


@pytest.fixture(autouse=True)
def at_first(sandbox: Sandbox) -> None:
    sandbox.post("/youtube/reset")


class Visitor:
    """Somebody with a browser that takes cookies and runs no script."""

    def __init__(self, sandbox: Sandbox) -> None:
        self.url = f"{sandbox.url}/youtube"
        self.browser = requests.Session()

    def see(self, **query: str) -> str:
        answer = self.browser.get(self.url, params=query, timeout=5)
        assert answer.status_code == 200
        return answer.text

    def do(self, **form: str) -> requests.Response:
        [secret, *_] = re.findall(r'name="csrfmiddlewaretoken" value="([^"]+)"', self.see())
        told = {"csrfmiddlewaretoken": secret, "video": VIDEO, "as": "Zoé Martin", **form}
        return self.browser.post(self.url, data=told, timeout=5)


def comments(sandbox: Sandbox) -> list[tuple[str, str]]:
    found = sandbox.get("/youtube/comments")["comments"]
    return [(one["author_name"], one["text"]) for one in found]


def test_a_visitor_comments_edits_and_deletes(sandbox: Sandbox) -> None:
    visitor = Visitor(sandbox)
    page = visitor.do(text="Quel émail ?").text
    assert "Quel émail ?" in page
    [said] = sandbox.get("/youtube/comments")["comments"]
    assert (said["author_name"], said["video_id"]) == ("@zoe-martin", VIDEO)
    assert "modifié" in visitor.do(act="edit", comment=said["id"], text="Quelle terre ?").text
    visitor.do(**{"as": "Léo Bernard"}, parent=said["id"], text="Pareil !")
    assert comments(sandbox) == [("@zoe-martin", "Quelle terre ?"), ("@leo-bernard", "Pareil !")]
    assert visitor.do(act="delete", comment=said["id"]).status_code == 200
    assert comments(sandbox) == []


def test_nobody_changes_what_somebody_else_wrote(sandbox: Sandbox) -> None:
    said = sandbox.post("/youtube/say", author="Léo Bernard", text="À moi")
    visitor = Visitor(sandbox)
    for act in ("edit", "delete"):
        assert visitor.do(act=act, comment=said["id"], text="À toi").status_code == 400
    assert comments(sandbox) == [("@leo-bernard", "À moi")]


def test_an_empty_comment_is_not_kept(sandbox: Sandbox) -> None:
    answer = Visitor(sandbox).do(text="  ")
    assert answer.status_code == 400
    assert "Écrivez d’abord" in answer.text.replace("&#x27;", "'")
    assert comments(sandbox) == []


def test_the_answer_of_flow_ia_is_marked_and_what_is_held_is_too(sandbox: Sandbox) -> None:
    youtube = YouTube(sandbox, shared.grant(sandbox)["access_token"])
    top = sandbox.post("/youtube/say", text="Bonjour ?")["id"]
    sandbox.post("/youtube/options", hold_replies=True)
    reply = youtube.reply(top, "89 €").json()["id"]
    visitor = Visitor(sandbox)
    page = visitor.see()
    assert "par Flow IA" in page
    assert "personne ne le voit" in page
    assert "personne ne le voit" not in visitor.do(act="publish", comment=reply).text


def test_the_consent_is_taken_back_on_the_page(sandbox: Sandbox) -> None:
    youtube = YouTube(sandbox, shared.grant(sandbox)["access_token"])
    visitor = Visitor(sandbox)
    assert "Retirer l" in visitor.see()
    assert "Retirer l" not in visitor.do(act="revoke").text
    assert youtube.call("GET", "channels?part=id&mine=true").status_code == 401


def test_each_video_has_its_own_comments(sandbox: Sandbox) -> None:
    sandbox.post("/youtube/say", video=SECOND_VIDEO, text="Bravo pour la tasse")
    visitor = Visitor(sandbox)
    assert "Bravo pour la tasse" not in visitor.see(video=VIDEO)
    assert "Bravo pour la tasse" in visitor.see(video=SECOND_VIDEO)


def test_the_phone_leads_to_youtube(sandbox: Sandbox) -> None:
    assert 'href="/youtube"' in requests.get(sandbox.url, timeout=5).text


def test_the_channel_itself_answers_by_hand(sandbox: Sandbox) -> None:
    top = sandbox.post("/youtube/say", text="Bonjour ?")["id"]
    reply = sandbox.post("/youtube/say", parent=top, author=CHANNEL, text="Oui !")
    assert (reply["author_channel_id"], reply["by_api"]) == (CHANNEL, False)


@pytest.mark.parametrize(
    ("path", "body", "word"),
    [
        ("say", {"text": ""}, "text"),
        ("say", {"text": "a", "video": "unknown"}, "video"),
        ("say", {"text": "a", "parent": "unknown"}, "parent"),
        ("say", {"text": "a", "published_at": "hier"}, "ISO 8601"),
        ("edit", {"comment": "unknown"}, "comment"),
        ("delete", {}, "comment"),
        ("video", {"video": "unknown"}, "video"),
        ("grant", {"channel": "unknown"}, "channel"),
        ("options", {"unknown": 1}, "hold_replies"),
        ("options", {"hold_replies": "yes"}, "hold_replies"),
        ("options", {"now": "hier"}, "ISO 8601"),
        ("meter", {"units": -1}, "units"),
        ("channels", {"title": ""}, "title"),
    ],
)
def test_wrong_controls_say_what_is_wrong(
    sandbox: Sandbox, path: str, body: dict[str, object], word: str
) -> None:
    answer = requests.post(f"{sandbox.url}/youtube/{path}", json=body, timeout=5)
    assert answer.status_code == 400
    assert word in answer.json()["error"]


def test_no_form_of_another_site_reaches_the_controls(sandbox: Sandbox) -> None:
    answer = requests.post(f"{sandbox.url}/youtube/say", data={"text": "a"}, timeout=5)
    assert answer.status_code == 400
    assert comments(sandbox) == []


def test_one_more_channel_is_opened_with_a_video_to_comment(sandbox: Sandbox) -> None:
    *_, opened = sandbox.post("/youtube/channels", title="Chaîne 51")["channels"]
    [video] = opened["videos"]
    sandbox.post("/youtube/say", video=video, text="Bonjour")
    seen = YouTube(sandbox, shared.grant(sandbox, channel=opened["id"])["access_token"])
    page = seen.list("commentThreads", allThreadsRelatedToChannelId=opened["id"])
    assert len(page["items"]) == 1
