"""Worker hosts as a model of discrete events: queues, children, cores, waiting for others."""

import heapq
import math
from collections import OrderedDict, defaultdict, deque
from collections.abc import Sequence
from dataclasses import dataclass, field
from random import Random

from benchmarks.day.costs import Costs, Host

RECEIVE, RESPOND, SEND, CALL, AFTER = "receive", "respond", "send", "call", "after"
QUEUES = {
    RECEIVE: "incoming",
    CALL: "incoming",
    RESPOND: "incoming",
    SEND: "reply",
    AFTER: "background",
}

BATCH = 500
"""As `processing.dispatch.BATCH`: so many answers are woken at most and not begun."""
LONGEST_LINE = 900.0
"""As `processing.ai.rate`: the longest that a message is sent away for."""


@dataclass
class Task:
    """One wake-up: what is to be done for which message."""

    step: str
    message: int
    ready: float


@dataclass
class Result:
    """Seconds from a message's arrival (without settling) until its answer left, by message."""

    waits: dict[int, float] = field(default_factory=dict)
    longest_queue: int = 0
    busy: float = 0.0
    """Share of the cores that was computing."""
    bounced: int = 0
    """How often a message was looked at before its workspace's turn had come."""


class Hosts:
    """Equal hosts that share their queues; `limit` is a workspace's model calls a minute."""

    def __init__(self, number: int, host: Host, costs: Costs, *, limit: int, seed: int) -> None:
        """Begin with empty queues at second 0."""
        self.costs, self.random = costs, Random(seed)
        hands = {name: getattr(host, name) for name in QUEUES.values()}
        self.free = {name: number * children for name, children in hands.items()}
        self.cores = [0.0] * (number * host.cores)
        self.queues: dict[str, deque[Task]] = {name: deque() for name in self.free}
        self.events: list[tuple[float, int, str, Task]] = []
        self.limit, self.turns = limit, defaultdict[tuple[int, int], int](int)
        self.lines = defaultdict[int, float](float)
        self.woken = 0
        self.waiting: OrderedDict[int, deque[Task]] = OrderedDict()
        self.count, self.computed = 0, 0.0
        self.result = Result()

    def run(self, messages: Sequence[tuple[float, int]], *, until: float) -> Result:
        """Play messages (second, workspace) and return how long they waited."""
        self.messages = messages
        for number, (second, _workspace) in enumerate(messages):
            self._later(second, "ready", Task(RECEIVE, number, second))
        while self.events and self.events[0][0] <= until:
            now, _count, what, task = heapq.heappop(self.events)
            if what == "ready":
                self._wake(task)
            else:
                self._done(task, now)
                self.free[QUEUES[task.step]] += 1
            self._begin(now)
        waiting = {number for number, (second, _) in enumerate(messages) if second <= until}
        for number in waiting - self.result.waits.keys():
            self.result.waits[number] = max(0.0, until - messages[number][0] - self.costs.settle)
        self.result.busy = self.computed / (len(self.cores) * until)
        return self.result

    def _later(self, when: float, what: str, task: Task) -> None:
        self.count += 1
        heapq.heappush(self.events, (when, self.count, what, task))

    def _wake(self, task: Task) -> None:
        """Put a task into its queue; answers wait in their table, as the dispatcher shares them."""
        if task.step != RESPOND:
            self.queues[QUEUES[task.step]].append(task)
            return
        whose = self.messages[task.message][1]
        self.waiting.setdefault(whose, deque()).append(task)
        self._share()

    def _share(self) -> None:
        """Wake answers in turn: one of each workspace, and no more than the dispatcher's batch."""
        while self.waiting and self.woken < BATCH:
            whose, own = self.waiting.popitem(last=False)
            self.queues["incoming"].append(own.popleft())
            self.woken += 1
            if own:
                self.waiting[whose] = own

    def _begin(self, now: float) -> None:
        for name, queue in self.queues.items():
            self.result.longest_queue = max(self.result.longest_queue, len(queue))
            while queue and self.free[name]:
                task = queue.popleft()
                self.free[name] -= 1
                if task.step == RESPOND:
                    self.woken -= 1
                    self._share()
                computing, waiting = self._cost(task, now)
                core = heapq.heappop(self.cores)
                done = max(core, now) + computing
                heapq.heappush(self.cores, done)
                self.computed += computing
                self._later(done + waiting, "done", task)

    def _cost(self, task: Task, now: float) -> tuple[float, float]:
        """Return the seconds of computing and of waiting for others that a task takes."""
        costs = self.costs
        if task.step in {RECEIVE, CALL}:
            return costs.receive, 0.0
        if task.step == SEND:
            return costs.send, costs.network
        if task.step == AFTER:
            return costs.background, 0.0
        workspace = self.messages[task.message][1]
        minute = (workspace, int(now // 60))
        if self.turns[minute] >= self.limit:
            task.ready = -1.0
            return costs.look, 0.0
        self.turns[minute] += 1
        median = math.log(costs.model_median)
        return costs.respond, self.random.lognormvariate(median, costs.model_sigma)

    def _done(self, task: Task, now: float) -> None:
        if task.step == RECEIVE:
            self._later(now + self.costs.settle, "ready", Task(RESPOND, task.message, now))
        elif task.step == RESPOND and task.ready < 0:
            self.result.bounced += 1
            whose = self.messages[task.message][1]
            place = max(self.lines[whose], now) + 60 / self.limit
            again = self.lines[whose] = min(place, now + LONGEST_LINE)
            self._later(again, "ready", Task(RESPOND, task.message, again))
        elif task.step == RESPOND:
            self._later(now, "ready", Task(SEND, task.message, now))
        elif task.step == SEND:
            arrived = self.messages[task.message][0]
            self.result.waits[task.message] = now - arrived - self.costs.settle
            self._later(now, "ready", Task(AFTER, task.message, now))
            for _ in range(self.costs.calls - 1):
                self._later(now + 1.0, "ready", Task(CALL, task.message, now))
