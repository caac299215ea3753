"""How does an OpenAI-compatible server take a grammar?

There is no standard. `response_format` with a JSON schema is the widest spread, but a
reply in JSON costs several times the tokens of the same choice in plain words and cannot be
spoken while it arrives. Servers that run one's own models take a grammar, each under a name
of its own; those that know none of the names ignore it without a word. So each name
is tried with a grammar whose replies no model gives by chance.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final

# No model answers "Say hello." like this unless it must.
PROBE_GRAMMAR: Final = 'root ::= "ok-" [0-9] [0-9]'
PROBE_TOKENS: Final = 8
_PROBED: Final = re.compile(r"ok-\d\d")


@dataclass(frozen=True, slots=True)
class Dialect:
    """Where in a request the grammar stands."""

    server: str
    fields: Callable[[str], dict[str, Any]]


DIALECTS: Final = (
    Dialect("llama-server", lambda grammar: {"grammar": grammar}),
    Dialect("vllm", lambda grammar: {"structured_outputs": {"grammar": grammar}}),
    Dialect("vllm-before-0.12", lambda grammar: {"guided_grammar": grammar}),
    Dialect("sglang", lambda grammar: {"ebnf": grammar}),
)


def is_obeyed(reply: str) -> bool:
    """Whether a reply to the probe's grammar shows that the server held to it."""
    return _PROBED.fullmatch(reply.strip()) is not None
