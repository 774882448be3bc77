"""Who is calling, as far as addresses tell: the nearest hop that is not one of our own proxies (rule 58).

`X-Forwarded-For` is a claim that anyone can make. It is read from the right, and only as long as the speaker is a
trusted proxy; the first address that is not ours is the client.
"""

from collections.abc import Iterable
from functools import lru_cache
from ipaddress import IPv4Address, IPv6Address, IPv6Network, ip_address, ip_network

from fastapi import Request
from starlette.types import Scope

from app.core.facts import facts_of

# Longer chains are not walked: nobody has that many proxies, and every step costs.
MOST_HOPS = 20


class TrustedHops:
    """Finds the client's address. `proxies` are networks in CIDR form; ValueError for one that is none."""

    def __init__(self, proxies: Iterable[str] = ()) -> None:
        self._networks = tuple(ip_network(proxy, strict=False) for proxy in proxies)
        self._trusts = lru_cache(maxsize=1024)(self._is_ours)

    def address(self, scope: Scope) -> str:
        """The client's address in its canonical form; the peer itself where no proxy is trusted."""
        peer = (scope.get("client") or ("",))[0]
        if not self._networks or not self._trusts(peer):
            return canonical(peer)
        claims = b",".join(value for name, value in scope["headers"] if name == b"x-forwarded-for")
        hops = claims.decode("latin-1").split(",")[-MOST_HOPS:]
        client = peer
        for hop in reversed(hops):
            claimed = canonical(hop.strip())
            if not claimed:
                break
            client = claimed
            if not self._trusts(claimed):
                break
        return canonical(client)

    def _is_ours(self, text: str) -> bool:
        address = _parsed(text)
        return address is not None and any(
            address in network for network in self._networks if network.version == address.version
        )


def _parsed(text: str) -> IPv4Address | IPv6Address | None:
    # Some proxies write the port too: "192.0.2.1:4711", "[2001:db8::1]:4711".
    if text.startswith("["):
        text = text[1:].partition("]")[0]
    elif text.count(":") == 1:
        text = text.partition(":")[0]
    try:
        address = ip_address(text)
    except ValueError:
        return None
    mapped = address.ipv4_mapped if isinstance(address, IPv6Address) else None
    return mapped or address


@lru_cache(maxsize=4096)
def canonical(text: str) -> str:
    """One spelling per address, without port; empty when the text is no address (a Unix socket, nonsense)."""
    address = _parsed(text)
    return str(address) if address else ""


@lru_cache(maxsize=4096)
def neighbourhood(address: str) -> str:
    """What a limit counts by: an IPv4 address, or the /64 that one IPv6 customer can roam in."""
    parsed = _parsed(address)
    if isinstance(parsed, IPv6Address):
        return str(IPv6Network((parsed, 64), strict=False))
    return address


def client_address(request: Request) -> str:
    """The client's address as the edge determined it; for audit rows and named limits. Empty when unknown."""
    return facts_of(request.scope).address
