"""What a provider is: a name, what its accounts can do, and its functions."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from social.contracts import (
    Capabilities,
    Credentials,
    Event,
    OutboundMessage,
    SendResult,
    Withdrawal,
)


@dataclass(frozen=True)
class Provider:
    """An outside network and our code for it.

    - `verify(headers, body)`: whether the raw body was signed with one of our secrets.
    - `parse(body)`: its events, in order; raises InvalidPayloadError when it is no body of theirs.
    - `challenge(query)`: the answer to the network's handshake, None when it is not theirs.
    - `send(credentials, message)`: one call; returns a SendResult or raises ProviderError.
    - `withdrawn(text)`: whose access, or data, a signed call of the network takes back; None when
      the signature is not theirs. A network without such calls leaves it out.
    """

    name: str
    capabilities: Mapping[str, Capabilities]
    verify: Callable[[Mapping[str, str], bytes], bool]
    parse: Callable[[bytes], list[Event]]
    challenge: Callable[[Mapping[str, str]], str | None]
    send: Callable[[Credentials, OutboundMessage], SendResult]
    withdrawn: Callable[[str], Withdrawal | None] | None = None
