"""What may be set for the workers, and where it comes from?

The same variables and files as the rest of the voicebot: environment
(`VOICEBOT_…`), then `<state_dir>/voicebot.env`, then `<state_dir>/secrets.env`,
then the defaults below. Workers read them with their own small class, so that
a GPU host needs nothing of the voicebot but this package.
"""

import os
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Literal, Self
from urllib.parse import quote

from pydantic import Field, SecretStr, ValidationError
from pydantic_settings import BaseSettings, SettingsConfigDict

from workers.contract import Stage
from workers.errors import SettingsInvalid

DEFAULT_STATE_DIR = Path(__file__).resolve().parent.parent / "var"


class WorkerSettings(BaseSettings):
    """The settings of all three stages; each is documented."""

    model_config = SettingsConfigDict(env_prefix="VOICEBOT_", extra="ignore", frozen=True)

    state_dir: Path = Field(DEFAULT_STATE_DIR, description="Where the two settings files lie.")
    bind_address: str = Field("127.0.0.1", description="Address of the stack's own Redis.")
    redis_port: int = Field(6390, description="Its port.")
    redis_password: SecretStr = Field(SecretStr(""), description="Generated at set-up.")
    redis_address: str = Field("", description="host:port of another Redis, instead of our own.")

    # A small model's threads wait for each other: one reads an utterance sooner than two.
    stt_threads: int = Field(
        1, ge=1, description="CPU threads with which the recognizer reads one utterance."
    )
    stt_runs: int = Field(2, ge=1, description="Runs of the recognizer's model at once.")
    stt_slots: int = Field(
        8,
        ge=1,
        description="Utterances a recognizer has in hand; on a GPU those that wait are one batch.",
    )
    stt_model: str = Field(
        "", description="Directory of CTranslate2 Whisper weights; empty: tiny.en, as packaged."
    )
    stt_models: dict[str, str] = Field(
        default_factory=dict,
        description="More languages: JSON, language to directory of CTranslate2 Whisper weights.",
    )
    stt_after_call: Literal["faster-whisper", "whisperx"] = Field(
        "faster-whisper", description="What reads recordings after the call."
    )
    stt_alignment: dict[str, str] = Field(
        default_factory=dict,
        description="WhisperX's alignment: JSON, language to directory of wav2vec2 weights.",
    )
    llm_engine: Literal["xllamacpp", "llama-cpp-python"] = Field(
        "xllamacpp", description="The embedded engine. llama-cpp-python needs VOICEBOT_LLM_PYTHON."
    )
    # Two threads wait for each other; on cores that others use as well, one answers sooner.
    llm_threads: int = Field(1, ge=1, description="CPU threads of the embedded language model.")
    llm_slots: int = Field(4, ge=1, description="Replies the language model generates at once.")
    llm_weights: str = Field(
        "", description="GGUF file for the embedded model; empty: SmolLM2, as packaged."
    )
    llm_languages: tuple[str, ...] = Field(
        (),
        description="JSON list of the languages the model is used for; empty: English for the "
        "packaged one, any for another.",
    )
    llm_url: str = Field("", description="Base URL of an OpenAI-compatible server (…/v1).")
    llm_gpus: int = Field(
        0, ge=0, description="GPUs that server holds for this worker: its ledger counts their time."
    )
    llm_model: str = Field("", description="Model name sent to that server.")
    llm_api_key: SecretStr = Field(SecretStr(""), description="Its key, if it wants one.")
    tts_engine: Literal["piper", "hibari"] = Field(
        "piper", description="The synthesizer of the standard voice; hibari is the lighter one."
    )
    tts_threads: int = Field(2, ge=1, description="CPU threads of the synthesizer.")
    tts_voice: str = Field(
        "",
        description="Its voice: for piper an .onnx file with its .json beside it, for hibari a "
        "name; empty: as packaged.",
    )
    tts_voices: dict[str, str] = Field(
        default_factory=dict,
        description='More languages: JSON, language to piper voice file, "hibari" or '
        '"hibari:NAME".',
    )
    stt_conversations: int = Field(
        0, ge=0, description="Conversations that a recognizer bears; 0: it measures at its start."
    )
    llm_conversations: int = Field(
        0, ge=0, description="As many of the language model; 0: it measures at its start."
    )
    tts_conversations: int = Field(
        0, ge=0, description="As many of the synthesizer; 0: it measures at its start."
    )
    calibrates_anew: bool = Field(
        False, description="Whether a worker measures at every start what it bears."
    )
    pools: dict[str, dict[str, Any]] = Field(
        default_factory=dict,
        description='Workers of pools, each with settings of its own: JSON, as {"llm.large": '
        '{"llm_url": "http://10.0.0.7:8000/v1"}}.',
    )
    metrics_address: str = Field(
        "127.0.0.1", description="The address where Prometheus fetches a worker's metrics."
    )
    otlp_url: str = Field("", description="Where traces of calls go (OTLP over HTTP); empty: none.")
    log_level: str = Field("INFO", description="DEBUG, INFO, WARNING or ERROR.")

    @property
    def redis_url(self) -> str:
        password = quote(self.redis_password.get_secret_value(), safe="")
        where = self.redis_address or f"{self.bind_address}:{self.redis_port}"
        return f"redis://:{password}@{where}/0" if password else f"redis://{where}/0"

    def conversations(self, stage: Stage) -> int:
        """As many as a worker of this stage is said to bear; 0: it is to measure."""
        fixed = {
            Stage.STT: self.stt_conversations,
            Stage.LLM: self.llm_conversations,
            Stage.TTS: self.tts_conversations,
        }
        return fixed[stage]

    def for_pools(self, pools: Sequence[str]) -> Self:
        """As the workers of these pools have them; raises SettingsInvalid naming each fault."""
        changes = {
            name: value for pool in pools for name, value in self.pools.get(pool, {}).items()
        }
        if strange := sorted(changes.keys() - type(self).model_fields.keys()):
            raise SettingsInvalid(f"VOICEBOT_POOLS: there is no setting {', '.join(strange)}")
        try:
            return type(self).model_validate({**self.model_dump(), **changes})
        except ValidationError as error:
            faults = "; ".join(f"{fault['loc']}: {fault['msg']}" for fault in error.errors())
            raise SettingsInvalid(f"VOICEBOT_POOLS: {faults}") from error

    @classmethod
    def load(cls) -> Self:
        """Reads the environment and the two files; raises SettingsInvalid naming each fault."""
        state_dir = Path(os.environ.get("VOICEBOT_STATE_DIR") or DEFAULT_STATE_DIR)
        # pydantic-settings lets a later file win over an earlier one.
        files = (state_dir / "secrets.env", state_dir / "voicebot.env")
        try:
            return cls(_env_file=files, state_dir=state_dir)  # type: ignore[call-arg]
        except ValidationError as error:
            faults = "; ".join(
                f"VOICEBOT_{'_'.join(map(str, fault['loc'])).upper()}: {fault['msg']}"
                for fault in error.errors()
            )
            raise SettingsInvalid(faults) from error
