"""Which addresses of the internet are public: what a customer may have us call.

Python's `is_global` calls 64:ff9b::a9fe:a9fe and 224.0.0.1 global, its `is_private` does not know
100.64.0.1 (3.11): the table is our own. Sources: IANA's special-purpose registries of IPv4 and
IPv6 (read 2026-11), and the addresses at which clouds tell their machines' secrets.
"""

from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network

Address = IPv4Address | IPv6Address
Network = IPv4Network | IPv6Network

NOT_PUBLIC_4 = tuple(
    IPv4Network(one)
    for one in (
        "0.0.0.0/8",  # this network
        "10.0.0.0/8",  # private
        "100.64.0.0/10",  # between a provider and its customers; Alibaba's 100.100.100.200
        "127.0.0.0/8",  # this machine
        "168.63.129.16/32",  # Azure tells its machines' secrets there
        "169.254.0.0/16",  # this cable; 169.254.169.254 of most clouds
        "172.16.0.0/12",  # private
        "192.0.0.0/24",  # protocols' own; Oracle's 192.0.0.192
        "192.0.2.0/24",  # documentation
        "192.31.196.0/24",  # AS112
        "192.52.193.0/24",  # multicast relays
        "192.88.99.0/24",  # relays of 6to4
        "192.168.0.0/16",  # private
        "192.175.48.0/24",  # AS112
        "198.18.0.0/15",  # benchmarks
        "198.51.100.0/24",  # documentation
        "203.0.113.0/24",  # documentation
        "224.0.0.0/4",  # multicast
        "240.0.0.0/4",  # reserved, and the broadcast
    )
)
GLOBAL_6 = IPv6Network("2000::/3")
"""What IANA gives out. All else is local, multicast, or holds an IPv4 address (`::ffff:0:0/96`,
NAT64's `64:ff9b::/96` and `64:ff9b:1::/48`), of which nobody knows who translates it."""
NOT_PUBLIC_6 = tuple(
    IPv6Network(one)
    for one in (
        "2001::/23",  # protocols' own: Teredo, ORCHID, benchmarks
        "2001:db8::/32",  # documentation
        "2002::/16",  # 6to4: an IPv4 address stands inside
        "2620:4f:8000::/48",  # AS112
        "3ffe::/16",  # the 6bone, given back
        "3fff::/20",  # documentation
    )
)


def is_public(address: Address) -> bool:
    """Return whether `address` is one of the public internet's."""
    if isinstance(address, IPv4Address):
        return not any(address in network for network in NOT_PUBLIC_4)
    return address in GLOBAL_6 and not any(address in network for network in NOT_PUBLIC_6)


def is_within(address: Address, networks: list[str]) -> bool:
    """Return whether `address` is in one of `networks` ("127.0.0.0/8"); raises ValueError."""
    known = [ip_network(one, strict=False) for one in networks]
    return any(address in network for network in known if network.version == address.version)


def numeric(text: str) -> Address | None:
    """Return the address that `text` spells in its usual way, else None; zones are left out."""
    try:
        return ip_address(text.partition("%")[0])
    except ValueError:
        return None
