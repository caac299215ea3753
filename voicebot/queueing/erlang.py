"""What does queueing theory say of a line with so many servers?

Arrivals are Poisson at rate `lambda`, handle times exponential with mean `m`, and the offered load
is `a = lambda * m` erlangs, on `s` servers. Erlang B: who finds all busy goes. Erlang C: waits for
ever. Erlang A: waits, and gives up after an exponential patience (C. Palm 1943; O. Garnett, A.
Mandelbaum, M. Reiman, "Designing a call center with impatient customers", M&SOM 4(3), 2002).

The simulator is checked against these, and the first estimate of a wait is made of them.
"""

from dataclasses import dataclass
from math import exp, inf

# Terms of a series below this part of its sum change nothing in double precision.
_NEGLIGIBLE = 1e-16
_HUGE = 1e100


def erlang_b(servers: int, load_erlangs: float) -> float:
    """The share of callers who find all servers busy, when nobody waits.

    B(0) = 1, B(s) = a B(s-1) / (s + a B(s-1)): stable for any number of servers.
    """
    _check(servers, load_erlangs)
    blocked = 1.0
    for count in range(1, servers + 1):
        blocked = load_erlangs * blocked / (count + load_erlangs * blocked)
    return blocked


def erlang_c(servers: int, load_erlangs: float) -> float:
    """The share of callers who wait at all, when everybody waits; 1 where the line only grows.

    C = B / (1 - rho (1 - B)) with rho = a / s.
    """
    _check(servers, load_erlangs)
    if load_erlangs >= servers:
        return 1.0
    blocked = erlang_b(servers, load_erlangs)
    return blocked / (1.0 - load_erlangs / servers * (1.0 - blocked))


def mean_wait_s(servers: int, load_erlangs: float, handle_time_s: float) -> float:
    """The mean wait of all callers when everybody waits (ASA): C m / (s - a)."""
    if load_erlangs >= servers:
        return inf
    return erlang_c(servers, load_erlangs) * handle_time_s / (servers - load_erlangs)


def service_level(
    servers: int, load_erlangs: float, handle_time_s: float, within_s: float
) -> float:
    """The share who wait no longer than `within_s` when everybody waits.

    1 - C exp(-(s - a) t / m).
    """
    if load_erlangs >= servers:
        return 0.0
    waiting = erlang_c(servers, load_erlangs)
    return 1.0 - waiting * exp(-(servers - load_erlangs) * within_s / handle_time_s)


@dataclass(frozen=True, slots=True)
class ImpatientLine:
    """The steady state of Erlang A."""

    waiting: float  # share of callers who find all servers busy
    abandoning: float  # share who give up
    mean_wait_s: float  # of all, those who give up included
    mean_line: float  # callers waiting
    occupancy: float  # of the servers


def erlang_a(
    servers: int, load_erlangs: float, handle_time_s: float, patience_s: float
) -> ImpatientLine:
    """Erlang A with mean patience `patience_s`.

    With theta = m / patience, the state probabilities of n waiting callers are those of s busy ones
    times a^n / prod_{k=1..n} (s + k theta); the mean line follows, W = L / lambda (Little), and
    the share of those who give up is W / patience.
    """
    _check(servers, load_erlangs)
    if handle_time_s <= 0.0 or patience_s <= 0.0:
        raise ValueError("handle time and patience are positive")
    blocked = erlang_b(servers, load_erlangs)
    if blocked == 0.0:  # or too small for a float: there is always somebody free
        return ImpatientLine(0.0, 0.0, 0.0, 0.0, load_erlangs / servers)
    theta = handle_time_s / patience_s
    # Relative to the state in which all servers are busy and nobody waits; that is `empty`, made
    # smaller with all the rest before it becomes too much for a float.
    term = in_line = empty = 1.0
    line, count = 0.0, 0
    while term > _NEGLIGIBLE * in_line or count < load_erlangs:
        count += 1
        term *= load_erlangs / (servers + count * theta)
        in_line += term
        line += count * term
        if in_line > _HUGE:
            term, in_line, line, empty = (x / _HUGE for x in (term, in_line, line, empty))
    # Below it: B is that state's share among the states without a line.
    total = empty * (1.0 / blocked - 1.0) + in_line
    mean_line = line / total
    mean_wait = mean_line * handle_time_s / load_erlangs
    abandoning = mean_wait / patience_s
    return ImpatientLine(
        waiting=in_line / total,
        abandoning=abandoning,
        mean_wait_s=mean_wait,
        mean_line=mean_line,
        occupancy=load_erlangs * (1.0 - abandoning) / servers if servers else 0.0,
    )


def servers_needed(
    load_erlangs: float, handle_time_s: float, *, share: float, within_s: float
) -> int:
    """The fewest servers with which this share waits no longer than `within_s`, of patient callers.

    Raises ValueError unless 0 < share < 1.
    """
    if not 0.0 < share < 1.0:
        raise ValueError("a share between 0 and 1 can be promised")
    servers = int(load_erlangs) + 1
    while service_level(servers, load_erlangs, handle_time_s, within_s) < share:
        servers += 1
    return servers


def _check(servers: int, load_erlangs: float) -> None:
    if servers < 0 or load_erlangs < 0.0:
        raise ValueError("servers and load are not negative")
