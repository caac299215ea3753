"""Which class answers for a number? By import path, or by the name of an entry point."""

from importlib import import_module
from importlib.metadata import entry_points

from voicebot.dialogue.agent import VoiceAgent
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
    if ":" in name:
        found = _imported(name)
    else:
        known = {point.name: point for point in entry_points(group=ENTRY_POINTS)}
        if name not in known:
            names = ", ".join(sorted(known)) or "none"
            raise ConfigurationError(
                f'agents: "{name}" is neither package.module:Class nor an entry point; '
                f"installed: {names}"
            )
        found = known[name].load()
    if not (isinstance(found, type) and issubclass(found, VoiceAgent)):
        raise ConfigurationError(f'agents: "{name}" is no VoiceAgent')
    return found


def _imported(name: str) -> object:
    module_name, _, class_name = name.partition(":")
    try:
        return getattr(import_module(module_name), class_name)
    except (ImportError, AttributeError, ValueError) as error:
        raise ConfigurationError(f'agents: "{name}" cannot be imported: {error}') from error
