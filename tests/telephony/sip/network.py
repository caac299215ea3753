"""A caller and a node that are both behind NAT, in network namespaces of a test's own.

    caller 10.77.0.2 ── 10.77.0.1 NAT 203.0.113.1 ── 203.0.113.2 NAT 10.88.0.1 ── 10.88.0.2 node

The caller's NAT lets out and nothing in; the node's forwards SIP and RTP to it.
"""

import ctypes
import os
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

from tests.stack_fixture import need

CALLER, CALLERS_NAT, NODES_NAT, NODE = "caller", "callers-nat", "nodes-nat", "node"
CALLER_ADDRESS, NODE_ADDRESS = "10.77.0.2", "10.88.0.2"
OUTSIDE_OF_CALLER, OUTSIDE_OF_NODE = "203.0.113.1", "203.0.113.2"
_LINKS = (
    (CALLER, f"{CALLER_ADDRESS}/24", CALLERS_NAT, "10.77.0.1/24"),
    (CALLERS_NAT, f"{OUTSIDE_OF_CALLER}/24", NODES_NAT, f"{OUTSIDE_OF_NODE}/24"),
    (NODES_NAT, "10.88.0.1/24", NODE, f"{NODE_ADDRESS}/24"),
)
_NEW_NETWORK = 0x4000_0000  # CLONE_NEWNET
_LIBC = ctypes.CDLL(None, use_errno=True)


class Network:
    """The namespaces, by role."""

    def __init__(self) -> None:
        self._prefix = f"vb{os.getpid()}-"

    @contextmanager
    def standing(self, sip_port: int, rtp_ports: tuple[int, int]) -> Iterator["Network"]:
        roles = (CALLER, CALLERS_NAT, NODES_NAT, NODE)
        with ExitStack() as undo:
            for role in roles:
                _ip("netns", "add", self._name(role))
                undo.callback(_ip, "netns", "delete", self._name(role))
                self._in(role, "ip", "link", "set", "lo", "up")
            for number, (one, address, other, others_address) in enumerate(_LINKS):
                ends = (f"veth{number}a", f"veth{number}b")
                _ip(
                    *("link", "add", ends[0], "netns", self._name(one), "type", "veth"),
                    *("peer", "name", ends[1], "netns", self._name(other)),
                )
                for role, end, own in ((one, ends[0], address), (other, ends[1], others_address)):
                    self._in(role, "ip", "address", "add", own, "dev", end)
                    self._in(role, "ip", "link", "set", end, "up")
            self._in(CALLER, "ip", "route", "add", "default", "via", "10.77.0.1")
            self._in(NODE, "ip", "route", "add", "default", "via", "10.88.0.1")
            self._translate(CALLERS_NAT, "veth1a", "")
            first, last = rtp_ports
            ports = f"{{ {sip_port}, {first}-{last} }}"
            self._translate(
                NODES_NAT, "veth1b", f'iif "veth1b" udp dport {ports} dnat to {NODE_ADDRESS}'
            )
            yield self

    @contextmanager
    def inside(self, role: str) -> Iterator[None]:
        """This thread, and what it starts, is in that namespace for the block."""
        with open("/proc/thread-self/ns/net") as before:
            with open(f"/run/netns/{self._name(role)}") as namespace:
                _enter(namespace.fileno())
            try:
                yield
            finally:
                _enter(before.fileno())

    def _translate(self, role: str, outside: str, forwarding: str) -> None:
        rules = (
            "table ip nat {\n"
            "chain out { type nat hook postrouting priority srcnat; policy accept;\n"
            f'oif "{outside}" masquerade\n}}\n'
            "chain in { type nat hook prerouting priority dstnat; policy accept;\n"
            f"{forwarding}\n}}\n}}\n"
        )
        self._in(role, "nft", "-f", "-", given=rules)
        with self.inside(role):
            Path("/proc/sys/net/ipv4/ip_forward").write_text("1")

    def _name(self, role: str) -> str:
        return self._prefix + role

    def _in(self, role: str, *command: str, given: str = "") -> None:
        subprocess.run(
            ["ip", "netns", "exec", self._name(role), *command],
            input=given,
            text=True,
            check=True,
            capture_output=True,
        )


def need_namespaces() -> None:
    """Skips where the machine or our rights do not allow them."""
    is_there = all(map(shutil.which, ("ip", "nft"))) and os.geteuid() == 0
    if is_there:
        probe = f"vb{os.getpid()}-probe"
        done = subprocess.run(["ip", "netns", "add", probe], capture_output=True, check=False)
        is_there = done.returncode == 0
        if is_there:
            _ip("netns", "delete", probe)
    need("what network namespaces take (root, iproute2, nftables)", is_there=is_there)


def _ip(*arguments: str) -> None:
    subprocess.run(["ip", *arguments], check=True, capture_output=True)


def _enter(descriptor: int) -> None:
    if _LIBC.setns(descriptor, _NEW_NETWORK) != 0:
        raise OSError(ctypes.get_errno(), "setns")
