"""The world of the benchmark: Graph, the model and Airtable in one lean process.

`python -m benchmarks.throughput.standin --port N`. It answers with documents that were written
beforehand and notes every call; nothing is checked, so that its cost stays far below that of the
systems. Its addresses are the sandbox's: `/graph`, `/openai/v1`, `/airtable`.

`GET /counts` tells how many calls of each kind came, the tokens, whom was written to and which
leads stand in the table; `GET /log` every call in JSON lines; `POST /latency?0.8` makes the model
take so many seconds; `POST /forget` begins anew.
"""

import argparse
import asyncio
import json
import re
import time
from collections import Counter
from collections.abc import Callable
from typing import Any

from benchmarks.throughput.world import CLASSIFIED, FIELDS, REPLIED
from sandbox.demo import AIRTABLE_TABLE_ID

HEAD = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: %d\r\n%s\r\n"
LENGTH = re.compile(rb"\r\ncontent-length: *(\d+)", re.IGNORECASE)
CLOSE = re.compile(rb"\r\nconnection: *close", re.IGNORECASE)
RECIPIENT = re.compile(rb'"recipient": ?\{"id": ?"([^"]*)"')
PROFILE = b'{"first_name":"L\\u00e9a","last_name":"Martin","id":"1"}'
QUESTION = re.compile(rb'"name": ?"(reply|classify)"')


class World:
    """What was called, and what is answered."""

    def __init__(self) -> None:
        """Begin with nothing."""
        self.latency = 0.0
        self.forget()

    def forget(self) -> None:
        """Begin anew, with the latency that was told."""
        self.log: list[tuple[float, str, str, int]] = []
        self.calls: Counter[str] = Counter()
        self.tokens_in = self.tokens_out = 0
        self.sent: dict[str, float] = {}
        self.again: list[str] = []
        self.leads: dict[str, str] = {}
        self.last_send = self.last_lead = 0.0

    def answer(self, method: str, path: str, body: bytes) -> tuple[bytes, float]:
        """Return the document for a call and how many seconds it takes."""
        if path.startswith("/openai/"):
            return self._model(path, body), self.latency
        if path.startswith("/graph/"):
            return self._graph(method, path, body), 0.0
        if path.startswith("/airtable/"):
            return self._airtable(method, path, body), 0.0
        return self._control(path), 0.0

    def _note(self, kind: str, detail: str = "", size: int = 0) -> float:
        now = time.monotonic()
        self.calls[kind] += 1
        self.log.append((now, kind, detail, size))
        return now

    def _model(self, path: str, body: bytes) -> bytes:
        found = QUESTION.search(body)
        classify = found is not None and found[1] == b"classify"
        text = CLASSIFIED if classify else REPLIED
        # Four bytes to a token, as the sandbox's model counts.
        read, written = len(body) // 4, len(text) // 4
        self.tokens_in += read
        self.tokens_out += written
        self._note("model", "classify" if classify else "reply", len(body))
        chat = path.endswith("/chat/completions")
        return (_completion if chat else _response)(text, read, written)

    def _graph(self, method: str, path: str, body: bytes) -> bytes:
        found = RECIPIENT.search(body) if method == "POST" else None
        if found is None:
            reads_list = method == "GET" and "conversations" in path
            self._note("list" if reads_list else "profile" if method == "GET" else "other", path)
            return b'{"data":[]}' if reads_list else PROFILE
        contact = found[1].decode()
        self.last_send = self._note("send", contact)
        if contact in self.sent:
            self.again.append(contact)
        self.sent[contact] = self.last_send
        number = self.calls["send"]
        return b'{"recipient_id":"%s","message_id":"m_sent%012d"}' % (found[1], number)

    def _airtable(self, method: str, path: str, body: bytes) -> bytes:
        if method == "GET":
            self._note("schema")
            return TABLES
        asked = json.loads(body)["records"]
        self.last_lead = self._note("upsert", path, len(asked))
        rows, created, changed = [], [], []
        for one in asked:
            key = str(one["fields"].get(FIELDS["lead_id"]) or one.get("id"))
            row_id = self.leads.get(key)
            if row_id is None:
                row_id = self.leads[key] = f"rec{len(self.leads):014d}"
                created.append(row_id)
            else:
                changed.append(row_id)
            rows.append({"id": row_id, "createdTime": "2026-11-01T00:00:00.000Z", "fields": {}})
        told = {"records": rows, "createdRecords": created, "updatedRecords": changed}
        return json.dumps(told).encode()

    def _control(self, path: str) -> bytes:
        route, _, value = path.partition("?")
        if route == "/latency":
            self.latency = float(value)
        elif route == "/forget":
            self.forget()
        elif route == "/log":
            return "".join(f"{json.dumps(line)}\n" for line in self.log).encode()
        return json.dumps(
            {
                "calls": self.calls,
                "tokens_in": self.tokens_in,
                "tokens_out": self.tokens_out,
                "answered": len(self.sent),
                "again": self.again,
                "leads": len(self.leads),
                "last_send": self.last_send,
                "last_lead": self.last_lead,
            }
        ).encode()


class Connection(asyncio.Protocol):
    """One caller; calls come one after the other, as all HTTP clients make them."""

    def __init__(self, world: World, later: Callable[..., Any]) -> None:
        """Answer from `world`; `later` calls back after so many seconds."""
        self.world = world
        self.later = later
        self.buffer = b""

    def connection_made(self, transport: Any) -> None:
        """Keep where to answer."""
        self.transport = transport

    def data_received(self, data: bytes) -> None:
        """Answer as soon as a call is whole."""
        self.buffer += data
        head, found, rest = self.buffer.partition(b"\r\n\r\n")
        if not found:
            return
        length = LENGTH.search(head)
        if length and len(rest) < int(length[1]):
            return
        self.buffer = b""
        method, path, _version = head.split(b"\r\n", 1)[0].decode().split(" ")
        document, seconds = self.world.answer(method, path, rest)
        close = CLOSE.search(head) is not None
        answer = HEAD % (len(document), b"Connection: close\r\n" if close else b"") + document
        if seconds:
            self.later(seconds, self._say, answer, close)
        else:
            self._say(answer, close)

    def _say(self, answer: bytes, close: bool) -> None:
        self.transport.write(answer)
        if close:
            self.transport.close()


def _response(text: str, read: int, written: int) -> bytes:
    return RESPONSE % (json.dumps(text).encode(), read, written, read + written)


def _completion(text: str, read: int, written: int) -> bytes:
    return COMPLETION % (json.dumps(text).encode(), read, written, read + written)


RESPONSE = (
    b'{"id":"resp_1","object":"response","created_at":1795219200,"status":"completed",'
    b'"error":null,"incomplete_details":null,"instructions":null,"metadata":{},"model":"gpt-6-luna",'
    b'"output":[{"type":"message","id":"msg_1","status":"completed","role":"assistant","content":'
    b'[{"type":"output_text","annotations":[],"logprobs":[],"text":%s}]}],'
    b'"parallel_tool_calls":true,"temperature":1.0,"tool_choice":"auto","tools":[],"top_p":1.0,'
    b'"usage":{"input_tokens":%d,"input_tokens_details":{"cached_tokens":0},"output_tokens":%d,'
    b'"output_tokens_details":{"reasoning_tokens":0},"total_tokens":%d}}'
)
COMPLETION = (
    b'{"id":"chatcmpl_1","object":"chat.completion","created":1795219200,"model":"gpt-6-luna",'
    b'"choices":[{"index":0,"finish_reason":"stop","logprobs":null,"message":'
    b'{"role":"assistant","refusal":null,"content":%s}}],'
    b'"usage":{"prompt_tokens":%d,"completion_tokens":%d,"total_tokens":%d}}'
)
TABLES = json.dumps(
    {
        "tables": [
            {
                "id": AIRTABLE_TABLE_ID,
                "name": "Prospects",
                "primaryFieldId": FIELDS["name"],
                "fields": [
                    {"id": id_, "name": name, "type": "singleLineText"}
                    for name, id_ in FIELDS.items()
                ],
            }
        ]
    }
).encode()


async def serve(port: int) -> None:
    """Answer on `port` of this machine until somebody ends the process."""
    loop = asyncio.get_running_loop()
    world = World()
    server = await loop.create_server(
        lambda: Connection(world, loop.call_later), "127.0.0.1", port, backlog=512
    )
    await server.serve_forever()


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--port", type=int, required=True)
    asyncio.run(serve(parser.parse_args().port))
