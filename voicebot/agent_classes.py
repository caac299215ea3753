"""Which class answers for a number? By import path, or by the name of an entry point."""

from collections.abc import Iterable
from importlib import import_module
from importlib.metadata import entry_points

from voicebot.dialogue.agent import VoiceAgent
from voicebot.dialogue.business import Business
from voicebot.dialogue.business_agent import BusinessAgent
from voicebot.errors import ConfigurationError

ENTRY_POINTS = "voicebot.agents"


def agent_class(name: str | None) -> type[VoiceAgent]:
    """`package.module:Class`, an entry point's name, or None for ours.

    Raises ConfigurationError when there is no such agent. The class is the operator's own code
    and runs in the agent process.
    """
    if name is None:
        return BusinessAgent
    path = name
    if ":" not in name:
        known = {point.name: point for point in entry_points(group=ENTRY_POINTS)}
        if name not in known:
            names = ", ".join(sorted(known)) or "none"
            raise ConfigurationError(
                f'agents: "{name}" is neither package.module:Class nor an entry point; '
                f"installed: {names}"
            )
        path = known[name].value
    module_name, _, class_name = path.partition(":")
    try:
        found = getattr(import_module(module_name), class_name)
    except Exception as error:
        # Others' code may fail in any way when it is imported.
        reason = f"{type(error).__name__}: {error}"
        raise ConfigurationError(f'agents: "{name}" cannot be imported: {reason}') from error
    if not (isinstance(found, type) and issubclass(found, VoiceAgent)):
        raise ConfigurationError(f'agents: "{name}" is no VoiceAgent')
    return found


def agent_problems(businesses: Iterable[Business]) -> tuple[str, ...]:
    """What is wrong with the agents that these businesses name."""
    problems: list[str] = []
    for business in businesses:
        placing = business.outbound.agents if business.outbound is not None else {}
        for name in sorted({*business.agents.values(), *placing.values()}):
            try:
                agent_class(name)
            except ConfigurationError as error:
                problems.append(f"{business.name}: {error}")
    return tuple(problems)


def require_agents(businesses: Iterable[Business]) -> None:
    """Raises ConfigurationError naming every agent that cannot answer."""
    if problems := agent_problems(businesses):
        raise ConfigurationError("; ".join(problems))
