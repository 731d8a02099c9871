"""What a provider is: a name, what its accounts can do as data, and its functions."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass

from social.capabilities import Capabilities
from social.contracts import (
    Activity,
    Credentials,
    Event,
    Found,
    OutboundMessage,
    Profile,
    SendResult,
    Sought,
    Withdrawal,
)
from social.logins import Login
from social.refusals import Rule
from social.sessioning import Sessions
from social.streams import Limit, Meter, Stream

Headers = Mapping[str, str]


@dataclass(frozen=True)
class Receiving:
    """How a network calls us.

    - `verify(headers, body)`: whether the raw body was signed with one of our secrets.
    - `parse(body)`: its events, in order; raises InvalidPayloadError when it is no body of theirs.
    - `challenge(query)`: the answer to the network's handshake, None when it is not theirs.
    - `withdrawn(text)`: whose access, or data, a signed call of the network takes back; None when
      the signature is not theirs. A network without such calls leaves it out.
    - `register(address)`: have all events posted to `address`, where one address serves the whole
      app; returns the address of each type of events as the network shows it then; may be called
      again. Raises ProviderError.
    """

    verify: Callable[[Headers, bytes], bool]
    parse: Callable[[bytes], list[Event]]
    challenge: Callable[[Mapping[str, str]], str | None]
    withdrawn: Callable[[str], Withdrawal | None] | None = None
    register: Callable[[str], Mapping[str, str]] | None = None


@dataclass(frozen=True)
class Provider:
    """An outside network and our code for it; what it does not have is left out.

    - `label`: its name for people; `capabilities`: what each kind of account can do.
    - `send(credentials, message)`: one call; returns a SendResult or raises ProviderError.
    - `look_up(credentials, sought)`: reads the thread for a send whose outcome is unknown.
    - `profile(credentials, contact, kind, thread)`: how a contact calls themselves; `thread` is the
      network's own name of the place where they wrote, "" where it has none.
    - `abilities(kind, scopes, facts)`: which abilities this account lacks, each with its reason.
    - `parse_page(stream, body)`: the events of a stored page of polling, in order.
    - `activities(body)`: what the account did, of a stored page of its stream "activities".
    - `session`: how it is acted on in a browser, where it has no interface; `look_up_seconds`: the
      first pause before a send is looked up there, where the house's own is too short.
    """

    name: str
    label: str
    capabilities: Mapping[str, Capabilities]
    send: Callable[[Credentials, OutboundMessage], SendResult]
    rules: tuple[Rule, ...] = ()
    limits: tuple[Limit, ...] = ()
    logins: tuple[Login, ...] = ()
    receiving: Receiving | None = None
    streams: tuple[Stream, ...] = ()
    parse_page: Callable[[str, bytes], list[Event]] | None = None
    activities: Callable[[bytes], Iterable[Activity]] | None = None
    meter: Meter | None = None
    look_up: Callable[[Credentials, Sought], Found] | None = None
    profile: Callable[[Credentials, str, str, str], Profile] | None = None
    session: Sessions | None = None
    look_up_seconds: float = 0
    lacking: Callable[[str, tuple[str, ...], Mapping[str, str]], Mapping[str, str]] | None = None
