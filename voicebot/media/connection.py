"""How is the audio of one call connected to Asterisk's media WebSocket?"""

import asyncio
import logging

from websockets.asyncio.client import connect as open_socket
from websockets.exceptions import WebSocketException
from websockets.typing import Subprotocol

from voicebot.audio.frames import Encoding
from voicebot.errors import MediaConnectFailed
from voicebot.media.stream import CLOSE_DEADLINE_S, MediaStream

# What Asterisk itself writes at most in one WebSocket frame; anything longer is not Asterisk.
MAX_MESSAGE_BYTES = 65_535
# A silent socket on a dead host would otherwise last until TCP gives up, minutes later.
PING_INTERVAL_S = 5.0
PING_DEADLINE_S = 5.0

# At DEBUG the library logs every message, and these carry what callers say and the keys they press.
_SOCKET_LOG = logging.getLogger("voicebot.media.socket")
_SOCKET_LOG.setLevel(logging.INFO)


async def connect(
    media_url: str, connection_id: str, encoding: Encoding, *, deadline_s: float
) -> MediaStream:
    """Opens the media that Asterisk offers under `connection_id`; raises MediaConnectFailed.

    `media_url` is the base address, as in `Settings.media_url`.
    """
    try:
        async with asyncio.timeout(deadline_s):
            socket = await open_socket(
                f"{media_url}/media/{connection_id}",
                subprotocols=[Subprotocol("media")],
                # Telephone audio does not compress, and Asterisk does not offer to try.
                compression=None,
                max_size=MAX_MESSAGE_BYTES,
                ping_interval=PING_INTERVAL_S,
                ping_timeout=PING_DEADLINE_S,
                close_timeout=CLOSE_DEADLINE_S,
                open_timeout=None,
                logger=_SOCKET_LOG,
                # The agent reaches its Asterisk directly, whatever the environment says.
                proxy=None,
            )
            stream = MediaStream(socket, encoding)
            try:
                await stream.start()
            except BaseException:
                socket.transport.abort()
                raise
    except TimeoutError as error:
        raise MediaConnectFailed(f"no media within {deadline_s * 1000:.0f} ms") from error
    except (OSError, WebSocketException) as error:
        raise MediaConnectFailed(f"{type(error).__name__}: {error}") from error
    return stream
