"""Asks a web service of the business's, for an action of the agent's."""

from collections.abc import Mapping

import httpx
from pydantic import JsonValue

from voicebot.errors import ActionFailed

# A caller waits meanwhile.
DEADLINE_S = 3.0
LONGEST_ANSWER_BYTES = 64 * 1024


class HttpWebServices:
    """Fulfils `WebServices`; one connection pool for all calls of a process."""

    def __init__(self, *, deadline_s: float = DEADLINE_S) -> None:
        # Redirects could lead anywhere, with the caller's data.
        self._client = httpx.AsyncClient(timeout=deadline_s, follow_redirects=False)

    async def __aenter__(self) -> "HttpWebServices":
        return self

    async def __aexit__(self, *_: object) -> None:
        await self._client.aclose()

    async def post(self, url: str, values: Mapping[str, JsonValue]) -> JsonValue:
        try:
            answer = await self._client.post(url, json=dict(values))
        except httpx.HTTPError as error:
            raise ActionFailed(f"the web service did not answer: {type(error).__name__}") from error
        if not answer.is_success:
            raise ActionFailed(f"the web service answered {answer.status_code}")
        if len(answer.content) > LONGEST_ANSWER_BYTES:
            raise ActionFailed(f"the web service answered with {len(answer.content)} bytes")
        try:
            found: JsonValue = answer.json()
        except ValueError as error:
            raise ActionFailed("the web service answered with no JSON") from error
        return found
