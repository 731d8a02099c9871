"""Three networks over real HTTP whose every tenth answer gets lost after they took the message.

What they took is written in `taken`: it, and not the product's tables, says what was sent.
"""

import json
import threading
import time
from collections import defaultdict
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit

Json = dict[str, Any]


@dataclass(frozen=True)
class Taken:
    """A message that a network took: where it stands, what it says, what it is called."""

    where: str
    text: str
    external_id: str
    reference: str
    at: datetime
    lost: bool


@dataclass
class Lossy:
    """The stand-in: each `every`th answer stalls for `stalls` seconds, and is cut then."""

    every: int = 10
    stalls: float = 2.0
    url: str = ""
    account: str = ""
    taken: list[Taken] = field(default_factory=list)
    looks: int = 0
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def take(self, where: str, text: str, reference: str = "") -> Taken:
        with self._lock:
            number = len(self.taken) + 1
            lost = number % self.every == 0
            made = Taken(where, text, f"out_{number}", reference, datetime.now(UTC), lost)
            self.taken.append(made)
        return made

    def standing(self, where: str) -> list[Taken]:
        self.looks += 1
        return [one for one in list(self.taken) if one.where == where]

    def times(self) -> dict[tuple[str, str], int]:
        """Return how often each text was taken in each place."""
        counted: dict[tuple[str, str], int] = defaultdict(int)
        for one in self.taken:
            counted[one.where, one.text] += 1
        return counted


def _stamp(one: Taken) -> str:
    return one.at.strftime("%Y-%m-%dT%H:%M:%S+0000")


def _graph(network: Lossy, method: str, path: list[str], query: Json, body: Json) -> Any:
    if method == "POST" and path[-1] == "messages":
        words = body["message"]
        person = body["recipient"]["id"]
        one = network.take(person, words["text"], words.get("metadata", ""))
        return one, {"recipient_id": person, "message_id": one.external_id}
    if path[-1] == "conversations":
        person = query["user_id"]
        rows = network.standing(person)
        at = _stamp(rows[-1]) if rows else datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%S+0000")
        people = {"data": [{"id": person}, {"id": network.account}]}
        return None, {"data": [{"id": f"t_{person}", "updated_time": at, "participants": people}]}
    person = path[-1].removeprefix("t_")
    shown = [
        {
            "id": one.external_id,
            "created_time": _stamp(one),
            "from": {"id": network.account},
            "message": one.text,
        }
        for one in network.standing(person)
    ]
    return None, {"id": path[-1], "messages": {"data": shown}}


def _tiktok(network: Lossy, method: str, path: list[str], query: Json, body: Json) -> Any:
    if method == "POST":
        one = network.take(body["recipient"], body["text"]["body"])
        return one, _ok({"message": {"message_id": one.external_id}})
    rows = [
        {
            "message_id": one.external_id,
            "timestamp": str(int(one.at.timestamp() * 1000)),
            "from_user": {"id": network.account},
            "message_type": "TEXT",
            "text": {"body": one.text},
        }
        for one in network.standing(query["conversation_id"])
    ]
    return None, _ok({"messages": rows})


def _ok(data: Json) -> Json:
    return {"code": 0, "message": "OK", "request_id": "1", "data": data}


def _youtube(network: Lossy, method: str, path: list[str], query: Json, body: Json) -> Any:
    if method == "POST":
        snippet = body["snippet"]
        one = network.take(snippet["parentId"], snippet["textOriginal"])
        return one, {"id": one.external_id, "snippet": snippet}
    items = [
        {
            "id": one.external_id,
            "snippet": {
                "textOriginal": one.text,
                "textDisplay": one.text,
                "authorChannelId": {"value": network.account},
                "publishedAt": one.at.strftime("%Y-%m-%dT%H:%M:%SZ"),
            },
        }
        for one in network.standing(query["parentId"])
    ]
    return None, {"items": items}


SPEAKS = {"graph": _graph, "tiktok": _tiktok, "youtube": _youtube}


@contextmanager
def lossy(name: str, **how: Any) -> Iterator[Lossy]:
    """Run the stand-in of `graph`, `tiktok` or `youtube`."""
    network = Lossy(**how)

    class Handler(BaseHTTPRequestHandler):
        def _serve(self) -> None:
            length = int(self.headers.get("Content-Length") or 0)
            body = json.loads(self.rfile.read(length) or b"{}")
            asked = urlsplit(self.path)
            query = {key: values[0] for key, values in parse_qs(asked.query).items()}
            path = asked.path.strip("/").split("/")
            one, answer = SPEAKS[name](network, self.command, path, query, body)
            if one is not None and one.lost:
                time.sleep(network.stalls)
                self.close_connection = True
                return
            content = json.dumps(answer).encode()
            self.send_response(200)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)

        do_GET = do_POST = _serve  # noqa: N815 - the names that the library calls

        def log_message(self, format: str, *args: Any) -> None:  # noqa: A002
            """Say nothing."""

    class Server(ThreadingHTTPServer):
        request_queue_size = 64
        daemon_threads = True

    server = Server(("127.0.0.1", 0), Handler)
    network.url = f"http://127.0.0.1:{server.server_port}"
    threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True).start()
    try:
        yield network
    finally:
        server.shutdown()
        server.server_close()
