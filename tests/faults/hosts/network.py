"""Machines made of network namespaces: a centre, hosts, and a router whose roads may be cut.

Nothing has a name in the system: a namespace is a file descriptor here, and is gone when the
descriptor is closed and the processes in it have ended. Linux alone, and only for root.
"""

import ctypes
import os
import secrets
import socket
import subprocess
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from enum import Enum
from pathlib import Path
from shutil import which

NEW_NET, NEW_UTS = 0x40000000, 0x04000000
"""unshare(2) and setns(2): CLONE_NEWNET, CLONE_NEWUTS."""
OWN = Path("/proc/thread-self/ns")
FORWARD = Path("/proc/sys/net/ipv4/ip_forward")


class Kind(Enum):
    """How roads are cut: packets vanish, each one is refused, or the host's cable is out."""

    DROPPED = "dropped"
    REFUSED = "refused"
    UNPLUGGED = "unplugged"


class Place(Enum):
    """What a host needs of the centre, each at an address of its own."""

    DATABASE = 2
    REDIS = 3
    OUTSIDE = 4


@dataclass(frozen=True)
class Machine:
    """One namespace with its own network and host name; `address` is how others know it."""

    name: str
    net: int
    uts: int
    address: str = ""

    @contextmanager
    def inside(self) -> Iterator[None]:
        """Let this thread, and what it starts, be on the machine for a while."""
        before = [(os.open(OWN / kind, os.O_RDONLY), flag) for kind, flag in KINDS.items()]
        try:
            for descriptor, flag in ((self.net, NEW_NET), (self.uts, NEW_UTS)):
                _call("setns", descriptor, flag)
            yield
        finally:
            for descriptor, flag in before:
                _call("setns", descriptor, flag)
                os.close(descriptor)

    def ip(self, words: str) -> None:
        """Run `ip` with these words on the machine."""
        with self.inside():
            subprocess.run(["ip", *words.split()], check=True, capture_output=True)


KINDS = {"net": NEW_NET, "uts": NEW_UTS}


@dataclass(frozen=True)
class Network:
    """The centre, the hosts by name, and the router between them."""

    prefix: str
    router: Machine
    centre: Machine
    hosts: dict[str, Machine]

    def address(self, place: Place) -> str:
        """Return where hosts find a place."""
        return f"{self.prefix}.0.{place.value}"

    @contextmanager
    def cut(self, name: str, kind: Kind, *places: Place) -> Iterator[None]:
        """Cut a host's roads to these places, or to everything, until the block is left."""
        host = self.hosts[name]
        with ExitStack() as stack:
            if kind is Kind.UNPLUGGED:
                self.router.ip(f"link set {name} down")
                stack.callback(self.router.ip, f"link set {name} up")
            for place in places or Place:
                if kind is Kind.REFUSED:
                    _refuse(host, self.address(place), stack)
                elif kind is Kind.DROPPED:
                    self._drop(host, self.address(place), stack)
            yield

    def _drop(self, host: Machine, address: str, stack: ExitStack) -> None:
        for one, other in ((host.address, address), (address, host.address)):
            rule = f"from {one} to {other} blackhole"
            self.router.ip(f"rule add {rule}")
            stack.callback(self.router.ip, f"rule del {rule}")


def _refuse(host: Machine, address: str, stack: ExitStack) -> None:
    """Let the host take the address for its own, where nobody listens: each packet is reset."""
    host.ip(f"address add {address}/32 dev lo")
    stack.callback(host.ip, f"address del {address}/32 dev lo")


def why_not() -> str:
    """Return why namespaces cannot be made here, "" when they can."""
    if not OWN.exists():
        return "namespaces are Linux's"
    if not which("ip"):
        return "the command ip (iproute2) is missing"
    try:
        _close(_machine("trial"))
        FORWARD.write_text(FORWARD.read_text())
    except OSError as error:
        return f"namespaces cannot be made here (they are root's): {error}"
    return ""


@contextmanager
def network(*names: str) -> Iterator[Network]:
    """Make a centre and hosts with these names, joined by a router, and forget them afterwards."""
    prefix = f"10.{100 + secrets.randbelow(100)}"
    with ExitStack() as stack:
        router, centre = (_kept(stack, name) for name in ("router", "centre"))
        with router.inside():
            FORWARD.write_text("1")
        _join(router, centre, f"{prefix}.0", [place.value for place in Place])
        hosts = {}
        for number, name in enumerate(names, start=1):
            hosts[name] = _kept(stack, name, f"{prefix}.{number}.2")
            _join(router, hosts[name], f"{prefix}.{number}", [2])
        yield Network(prefix, router, centre, hosts)


def _kept(stack: ExitStack, name: str, address: str = "") -> Machine:
    made = _machine(name, address)
    stack.callback(_close, made)
    return made


def _close(machine: Machine) -> None:
    os.close(machine.net)
    os.close(machine.uts)


def _machine(name: str, address: str = "") -> Machine:
    """Make a namespace in passing: this thread enters it and comes back."""
    before = [os.open(OWN / kind, os.O_RDONLY) for kind in KINDS]
    try:
        _call("unshare", NEW_NET | NEW_UTS)
        socket.sethostname(name)
        net, uts = (os.open(OWN / kind, os.O_RDONLY) for kind in KINDS)
        made = Machine(name, net, uts, address)
    finally:
        for descriptor, flag in zip(before, KINDS.values(), strict=True):
            _call("setns", descriptor, flag)
            os.close(descriptor)
    made.ip("link set lo up")
    return made


def _join(router: Machine, machine: Machine, subnet: str, ends: list[int]) -> None:
    far = f"/proc/{os.getpid()}/fd/{machine.net}"
    router.ip(f"link add {machine.name} type veth peer name eth0 netns {far}")
    router.ip(f"address add {subnet}.1/24 dev {machine.name}")
    router.ip(f"link set {machine.name} up")
    for end in ends:
        machine.ip(f"address add {subnet}.{end}/24 dev eth0")
    machine.ip("link set eth0 up")
    machine.ip(f"route add default via {subnet}.1")


def _call(name: str, *arguments: int) -> None:
    libc = ctypes.CDLL(None, use_errno=True)
    if getattr(libc, name)(*arguments):
        number = ctypes.get_errno()
        raise OSError(number, os.strerror(number))
