"""What can go wrong, in one tree.

VoicebotError
├── ConfigurationError           a setting or the business file must be changed
│   ├── BusinessFileInvalid
│   ├── ScenarioFileInvalid
│   └── DegradationStepUnknown   a step of service was asked for that there is not
├── AsteriskError                Asterisk refused, or did not answer in time
│   ├── AriRequestRefused        it answered with a 4xx or 5xx status
│   ├── AriRequestTimeout        it did not answer before the deadline
│   ├── AriDisconnected          the event socket is down
│   ├── AmiRefused               it refused an action over AMI, or our credentials
│   ├── AmiTimeout               it did not answer an action before the deadline
│   └── AmiDisconnected          the AMI connection is down
├── MediaError
│   ├── MediaConnectFailed       the media socket could not be opened
│   ├── MediaClosed              it closed under a call
│   └── MediaCommandTooLong      Asterisk would ignore a command of this length
├── InferenceError
│   ├── InferenceTimeout         no result before the deadline
│   ├── InferenceRefused         the worker refused or failed the work
│   ├── LanguageMissing          nothing is installed for the language
│   └── EngineMissing            a model or its engine is not installed
├── ActionFailed                 a web service of the business did not do its part
├── StoreError                   the database refused
├── SharedStateError             Redis refused or did not answer
│   └── SharedStateLate          it has not answered in time
├── WaitFactNotUnderstood        what was told of a wait cannot be true; it is left out
├── StackError                   a part of the development stack is missing or broken
│   └── SupervisorSilent         the process runner does not answer: the stack is down
├── DeliveryFailed               a message was not taken by whom it is for; tried again
├── IdentityNotProven            the OpenID provider does not say who somebody is
├── RecordingNotRead             what was said on a call is not known yet; tried again
├── RecordingUnreadable          the file is gone or is no recording
├── CallerError                  the calling side could not place or hold its call
└── IllegalTransition            our own bug: an event that no state expects

Every class has a stable, unique `code` for logs and metrics, and says whether
trying again can help.
"""

from typing import ClassVar


class VoicebotError(Exception):
    """The root of everything this project raises on purpose."""

    code: ClassVar[str] = "voicebot"
    retryable: ClassVar[bool] = False


class ConfigurationError(VoicebotError):
    """A setting must be changed; the message names it."""

    code = "configuration"


class BusinessFileInvalid(ConfigurationError):
    """The business file cannot be used; each problem names its place and its remedy."""

    code = "business-file-invalid"

    def __init__(self, path: str, problems: tuple[str, ...]) -> None:
        lines = "\n".join(f"  - {problem}" for problem in problems)
        super().__init__(f"{path} cannot be used:\n{lines}")
        self.path, self.problems = path, problems


class ScenarioFileInvalid(ConfigurationError):
    """The scenario cannot be played; each problem names its place."""

    code = "scenario-file-invalid"

    def __init__(self, path: str, problems: tuple[str, ...]) -> None:
        lines = "\n".join(f"  - {problem}" for problem in problems)
        super().__init__(f"{path} cannot be played:\n{lines}")
        self.path, self.problems = path, problems


class DegradationStepUnknown(ConfigurationError):
    """A step of service was asked for that there is not; the message names those that there are."""

    code = "degradation-step-unknown"

    def __init__(self, asked: str, known: tuple[str, ...]) -> None:
        super().__init__(f"there is no step {asked!r}: it is one of {', '.join(known)}")
        self.asked, self.known = asked, known


class AsteriskError(VoicebotError):
    """Asterisk refused or did not answer."""

    code = "asterisk"


class AriRequestRefused(AsteriskError):
    """Asterisk answered a REST request with an error status."""

    code = "ari-request-refused"

    def __init__(self, operation: str, status: int, reason: str) -> None:
        super().__init__(f"{operation}: {status} {reason}")
        self.operation, self.status, self.reason = operation, status, reason


class AriRequestTimeout(AsteriskError):
    """Asterisk did not answer a REST request before its deadline."""

    code = "ari-request-timeout"
    retryable = True

    def __init__(self, operation: str, waited_ms: int) -> None:
        super().__init__(f"{operation}: no answer after {waited_ms} ms")
        self.operation, self.waited_ms = operation, waited_ms


class AriDisconnected(AsteriskError):
    """The ARI event socket is down; requests cannot be sent until it is back."""

    code = "ari-disconnected"
    retryable = True


class AmiRefused(AsteriskError):
    """Asterisk refused an action over AMI, or the account."""

    code = "ami-refused"

    def __init__(self, action: str, reason: str) -> None:
        super().__init__(f"{action}: {reason}")
        self.action, self.reason = action, reason


class AmiTimeout(AsteriskError):
    """Asterisk did not answer an AMI action before its deadline."""

    code = "ami-timeout"
    retryable = True

    def __init__(self, action: str, waited_ms: int) -> None:
        super().__init__(f"{action}: no answer after {waited_ms} ms")
        self.action, self.waited_ms = action, waited_ms


class AmiDisconnected(AsteriskError):
    """The AMI connection is down; actions cannot be sent until it is back."""

    code = "ami-disconnected"
    retryable = True


class MediaError(VoicebotError):
    """The audio of a call cannot flow."""

    code = "media"


class MediaConnectFailed(MediaError):
    """Asterisk's media socket could not be opened."""

    code = "media-connect-failed"


class MediaClosed(MediaError):
    """The media socket closed under the call."""

    code = "media-closed"


class MediaCommandTooLong(MediaError):
    """A control message is longer than Asterisk reads; it would be ignored without an answer."""

    code = "media-command-too-long"

    def __init__(self, command: str, length_bytes: int, limit_bytes: int) -> None:
        super().__init__(f"{command}: {length_bytes} bytes, at most {limit_bytes} are read")
        self.command, self.length_bytes, self.limit_bytes = command, length_bytes, limit_bytes


class InferenceError(VoicebotError):
    """A piece of work given to the workers did not succeed."""

    code = "inference"


class InferenceTimeout(InferenceError):
    """No result arrived before the deadline."""

    code = "inference-timeout"
    retryable = True

    def __init__(self, stage: str, waited_ms: int) -> None:
        super().__init__(f"{stage}: no result after {waited_ms} ms")
        self.stage, self.waited_ms = stage, waited_ms


class InferenceRefused(InferenceError):
    """A worker refused the work or failed at it; `reason` is the worker's stable code."""

    code = "inference-refused"

    def __init__(self, stage: str, reason: str) -> None:
        super().__init__(f"{stage}: {reason}")
        self.stage, self.reason = stage, reason


class LanguageMissing(InferenceError):
    """Nothing is installed for a language; the message says what to install."""

    code = "language-missing"

    def __init__(self, stage: str, language: str, remedy: str) -> None:
        super().__init__(f'{stage}: nothing is installed for the language "{language}": {remedy}')
        self.stage, self.language, self.remedy = stage, language, remedy


class EngineMissing(InferenceError):
    """A model or its engine is not installed; the message says what to install."""

    code = "engine-missing"


class ActionFailed(VoicebotError):
    """A web service of the business's did not do what it was asked."""

    code = "action-failed"


class StoreError(VoicebotError):
    """The database refused."""

    code = "store"


class SharedStateError(VoicebotError):
    """Redis refused or did not answer."""

    code = "shared-state"
    retryable = True


class SharedStateLate(SharedStateError):
    """Redis has not answered in time; what was asked for may happen yet."""

    code = "shared-state-late"


class WaitFactNotUnderstood(VoicebotError):
    """What was told of a wait is no fact of one, or cannot be true."""

    code = "wait-fact-not-understood"


class StackError(VoicebotError):
    """A part of the stack is missing or broken; the message says what to do."""

    code = "stack"


class SupervisorSilent(StackError):
    """Nobody answers at the process runner's control socket."""

    code = "supervisor-silent"


class DeliveryFailed(VoicebotError):
    """The other side did not take a message; `reason` is a stable code without its words."""

    code = "delivery-failed"
    retryable = True

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


class IdentityNotProven(VoicebotError):
    """The OpenID provider is not reached, or what it says of somebody proves nothing."""

    code = "identity-not-proven"
    retryable = True


class RecordingNotRead(VoicebotError):
    """What was said on a call is not known yet; another try may tell."""

    code = "recording-not-read"
    retryable = True

    def __init__(self, reason: str) -> None:
        super().__init__(f"recording not read: {reason}")
        self.reason = reason


class RecordingUnreadable(VoicebotError):
    """The file is gone or is no recording; no other try will help."""

    code = "recording-unreadable"


class CallerError(VoicebotError):
    """The calling side could not place or hold its call."""

    code = "caller"


class IllegalTransition(VoicebotError):
    """An event arrived that its state does not expect: our own bug."""

    code = "illegal-transition"

    def __init__(self, state: str, event: str) -> None:
        super().__init__(f"{event} is not expected in state {state}")
        self.state, self.event = state, event
