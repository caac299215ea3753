"""Which of a stage's engines serves a language?

One worker process may hold several: a voice or a recognizer for each language of its businesses.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Generic, Protocol, TypeVar

from workers.contract import FailureReason, serving_language
from workers.errors import WorkFailed


class NamedEngine(Protocol):
    name: str
    model: str

    def warm_up(self) -> None: ...


AnyEngine = TypeVar("AnyEngine", bound=NamedEngine)


@dataclass(frozen=True, slots=True)
class ByLanguage(Generic[AnyEngine]):
    """The engines of one stage; one may serve several languages (BCP 47)."""

    engines: Mapping[str, AnyEngine]

    @property
    def languages(self) -> tuple[str, ...]:
        return tuple(self.engines)

    @property
    def distinct(self) -> tuple[AnyEngine, ...]:
        """Each engine once."""
        return tuple({id(engine): engine for engine in self.engines.values()}.values())

    @property
    def name(self) -> str:
        return "+".join(dict.fromkeys(engine.name for engine in self.distinct))

    @property
    def model(self) -> str:
        return "+".join(dict.fromkeys(engine.model for engine in self.distinct))

    def warm_up(self) -> None:
        for engine in self.distinct:
            engine.warm_up()

    def choose(self, language: str) -> AnyEngine:
        """The engine for this language; raises WorkFailed with LANGUAGE_UNSUPPORTED."""
        served = serving_language(language, self.engines)
        if served is None:
            raise WorkFailed(FailureReason.LANGUAGE_UNSUPPORTED)
        return self.engines[served]
