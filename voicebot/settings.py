"""What may be set, what it means, and where it comes from.

Read once, at the start of a process: environment variables (`VOICEBOT_…`), then
`<state_dir>/voicebot.env` (the operator's choices), then `<state_dir>/secrets.env`
(generated at set-up, mode 0600), then the defaults below. Nothing listens beyond
loopback unless it is set here.
"""

import os
from pathlib import Path
from typing import Any, Literal, Self
from urllib.parse import quote

from pydantic import Field, SecretStr, ValidationError
from pydantic_settings import BaseSettings, SettingsConfigDict, SettingsError

from voicebot.errors import ConfigurationError

PROJECT_DIR = Path(__file__).resolve().parent.parent


PoolName = Literal["stt.fast", "stt.accurate", "llm.small", "llm.large"]


def default_cache_dir() -> Path:
    """Big, content-keyed things that outlive a checkout (XDG base directory rules)."""
    return Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "voicebot"


def in_url(address: str) -> str:
    """An IPv6 address stands in brackets where a port may follow (RFC 3986, section 3.2.2)."""
    return f"[{address}]" if ":" in address else address


class Settings(BaseSettings):
    """All settings of all processes; each is documented, a test checks it."""

    model_config = SettingsConfigDict(env_prefix="VOICEBOT_", extra="ignore", frozen=True)

    state_dir: Path = Field(
        PROJECT_DIR / "var", description="Logs, recordings, databases and generated secrets."
    )
    cache_dir: Path = Field(
        default_factory=default_cache_dir,
        description="The Asterisk root directory and other big things, keyed by content.",
    )
    business_file: Path = Field(
        PROJECT_DIR / "config" / "lakeside_bikes.yaml",
        description="The business whose callers are answered (YAML).",
    )

    node_name: str = Field(
        "node1", pattern=r"^[a-z0-9]+$", description="Asterisk's system name; prefixes its ids."
    )
    bind_address: str = Field(
        "127.0.0.1",
        description="The address of what is ours alone: Redis, and Asterisk's ARI and media "
        "sockets, which anybody who reaches them could use.",
    )
    sip_address: str = Field(
        "127.0.0.1", description="The address SIP and RTP listen on, for phones and trunks."
    )
    sip_address_v6: str = Field(
        "", description="A further address for SIP and RTP over IPv6; empty: none."
    )
    sip_port: int = Field(5060, description="SIP over UDP, and over TCP where a trunk wants it.")
    sip_tls_port: int = Field(5061, description="SIP over TLS, once there is a certificate.")
    sip_tls_certificate: str = Field(
        "", description="PEM file: Asterisk's certificate and its chain; empty: no TLS."
    )
    sip_tls_key: str = Field("", description="PEM file: that certificate's key.")
    sip_tls_ca: str = Field(
        "", description="PEM file: who may vouch for the carriers that are called over TLS."
    )
    sip_codecs: str = Field(
        "opus,g722,ulaw,alaw",
        description="What phones and this machine's own callers may speak; a trunk has its own.",
    )
    external_address: str = Field(
        "", description="The IPv4 address the outside sees, when Asterisk is behind NAT."
    )
    local_networks: str = Field(
        "",
        description="Networks on this side of that NAT, with commas; loopback is one anyway.",
    )
    trunks_file: Path = Field(
        PROJECT_DIR / "config" / "trunks.yaml", description="The carriers' trunks (YAML)."
    )
    prices_file: Path = Field(
        PROJECT_DIR / "config" / "prices.yaml", description="What calls cost (YAML)."
    )
    trunk_passwords: dict[str, SecretStr] = Field(
        {},
        description='Passwords of the trunks that register, by trunk: {"carrier": "…"}.',
    )
    http_port: int = Field(8088, description="Asterisk's HTTP server: ARI and media sockets.")
    rtp_first_port: int = Field(10_000, description="First RTP port; a call takes two.")
    rtp_last_port: int = Field(10_999, description="Last RTP port.")

    ari_username: str = Field("voicebot", description="The ARI account of the agents.")
    ari_password: SecretStr = Field(SecretStr(""), description="Generated at set-up.")
    ari_request_deadline_ms: int = Field(2_000, description="Longest wait for one ARI answer.")

    ami_port: int = Field(5038, description="Asterisk's AMI: trunk health, call quality, reload.")
    ami_username: str = Field("voicebot", description="The AMI account of our own processes.")
    ami_password: SecretStr = Field(SecretStr(""), description="Generated at set-up.")

    probe_password: SecretStr = Field(
        SecretStr(""), description="Of the SIP account of `voicebot probe`; generated at set-up."
    )

    redis_port: int = Field(6390, description="The stack's own Redis.")
    redis_password: SecretStr = Field(SecretStr(""), description="Generated at set-up.")
    redis_address: str = Field("", description="host:port of another Redis, instead of our own.")
    database_url: str = Field(
        "", description="SQLAlchemy URL with an async driver; empty: SQLite in state_dir."
    )

    agent_processes: int = Field(2, ge=1, description="Agent processes started by `up`.")
    agent_max_calls: int = Field(
        50, ge=1, description="Callers that one agent process talks with at most."
    )
    agent_max_waiting: int = Field(
        500, ge=0, description="Callers who wait with one agent process besides."
    )
    agent_max_listened: int = Field(
        4,
        ge=0,
        description="Waiting callers whose spoken wishes one agent process hears at once, while "
        "recognizers have room beside all conversations; 0: keys alone count.",
    )
    metrics_first_port: int = Field(
        0,
        ge=0,
        le=65_000,
        description="Prometheus fetches agent N's metrics at this port + N - 1, those of the other "
        "processes at 80 to 92 above it (docs/metrics.md); 0: it cannot.",
    )
    metrics_address: str = Field(
        "127.0.0.1", description="The address where it fetches them; nothing in them is private."
    )
    panel_port: int = Field(
        8090, ge=0, le=65_535, description="The web panel's port; 0: `up` starts no panel."
    )
    panel_address: str = Field("127.0.0.1", description="The address the web panel listens on.")
    panel_url: str = Field(
        "",
        description="Where browsers find the panel behind a reverse proxy, as "
        "https://calls.example/panel; empty: there is none, and the panel is asked directly.",
    )
    oidc_issuer: str = Field(
        "",
        description="The OpenID provider whose people may sign in to the panel, as "
        "https://sign-in.example/realms/staff; empty: accounts have passwords alone.",
    )
    oidc_client_id: str = Field("voicebot", description="The panel's name there.")
    oidc_client_secret: SecretStr = Field(SecretStr(""), description="Given out there.")
    oidc_name: str = Field("single sign-on", description="What its button is called.")
    oidc_scope: str = Field("openid profile", description="What is asked for there.")
    oidc_name_claim: str = Field(
        "preferred_username", description="What an account that is made by itself is called."
    )
    oidc_role_claim: str = Field(
        "",
        description="Where their groups are, as groups or realm_access.roles; empty: nobody "
        "gets an account by it, those who have one connect it themselves.",
    )
    oidc_roles: dict[str, str] = Field(
        {}, description='Which role each group stands for, as {"call-centre": "supervisor"}.'
    )
    otlp_url: str = Field(
        "",
        description="Collector of traces of calls (OpenTelemetry, OTLP over HTTP), as "
        "http://127.0.0.1:4318; empty: there are none.",
    )
    claim_timeout_ms: int = Field(
        500, description="How long StasisBroadcast waits for an agent to claim a call."
    )

    stt_threads: int = Field(
        1, ge=1, description="CPU threads with which the recognizer reads one utterance."
    )
    # Two threads wait for each other; on cores that others use as well, one answers sooner.
    llm_threads: int = Field(1, ge=1, description="CPU threads of the embedded language model.")
    llm_slots: int = Field(4, ge=1, description="Replies the embedded model generates at once.")
    tts_threads: int = Field(2, ge=1, description="CPU threads of the synthesizer.")
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
    pools: dict[PoolName, dict[str, Any]] = Field(
        default_factory=dict,
        description="Further workers, each of one pool and with settings of its own: JSON, as "
        '{"llm.large": {"llm_url": "http://10.0.0.7:8000/v1"}}. Pools are stt.fast, stt.accurate, '
        "llm.small and llm.large.",
    )
    llm_url: str = Field(
        "",
        description="Base URL of an OpenAI-compatible server (…/v1); empty: the embedded model, "
        "which is of demo grade.",
    )
    llm_model: str = Field("", description="Model name sent to that server.")
    llm_api_key: SecretStr = Field(SecretStr(""), description="Its key, if it wants one.")
    llm_python: str = Field(
        "",
        description="Interpreter of the LLM worker whose engine has an environment of its own, "
        "as `setup/engine` prints it; empty: this one.",
    )

    reads_recordings: bool = Field(
        True, description="Whether calls' recordings are read word by word once they are over."
    )
    reads_beside_calls: int = Field(
        0,
        ge=0,
        description="Live calls beside which recordings are read; with more, reading stands still.",
    )
    recordings_python: str = Field(
        "",
        description="Interpreter of the engine that reads recordings, where it has an environment "
        "of its own, as `setup/engine whisperx` prints it; empty: this one.",
    )

    webhook_secret: SecretStr = Field(
        SecretStr(""), description="Signs what webhooks get. Generated at set-up."
    )
    smtp_url: SecretStr = Field(
        SecretStr(""),
        description="Where mail is handed in: smtp://user:password@host:587 or smtps://…; empty: "
        "no mail is sent.",
    )
    smtp_from: str = Field("voicebot@localhost", description="The sender of that mail.")

    retention_days: int = Field(
        30, ge=0, description="What callers said, their numbers and recordings live this long."
    )
    recordings_retention_days: int = Field(
        3_650, ge=0, description="Recordings of calls live no longer than this, nor than the rest."
    )
    capacity_days: int = Field(
        90, ge=15, description="How busy it was, in sums and samples, is kept for so long."
    )
    log_level: str = Field("INFO", description="DEBUG, INFO, WARNING or ERROR.")

    @property
    def redis_url(self) -> str:
        password = quote(self.redis_password.get_secret_value(), safe="")
        where = self.redis_address or f"{in_url(self.bind_address)}:{self.redis_port}"
        return f"redis://:{password}@{where}/0" if password else f"redis://{where}/0"

    @property
    def resolved_database_url(self) -> str:
        return self.database_url or f"sqlite+aiosqlite:///{self.state_dir}/voicebot.db"

    @property
    def ari_url(self) -> str:
        """Base address of Asterisk's HTTP server, without a path."""
        return f"http://{in_url(self.bind_address)}:{self.http_port}"

    @property
    def media_url(self) -> str:
        """Base address of the media sockets, without a path."""
        return f"ws://{in_url(self.bind_address)}:{self.http_port}"

    @classmethod
    def load(cls) -> Self:
        """Reads the environment and the two files; raises ConfigurationError naming each fault."""
        state_dir = Path(os.environ.get("VOICEBOT_STATE_DIR") or PROJECT_DIR / "var")
        # pydantic-settings lets a later file win over an earlier one.
        files = (state_dir / "secrets.env", state_dir / "voicebot.env")
        try:
            return cls(_env_file=files, state_dir=state_dir)  # type: ignore[call-arg]
        except ValidationError as error:
            faults = "; ".join(
                f"VOICEBOT_{'_'.join(map(str, fault['loc'])).upper()}: {fault['msg']}"
                for fault in error.errors()
            )
            raise ConfigurationError(faults) from error
        except SettingsError as error:
            # Its own words name the field and the source; the text itself may be a password.
            raise ConfigurationError(f"{error} (it must be JSON)") from None
