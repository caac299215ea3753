"""Where does a path begin behind a reverse proxy, which may pass the prefix on or cut it off?"""

from starlette.types import ASGIApp, Receive, Scope, Send


class Prefixed:
    """Cuts the prefix off where it is still there; links have it put in front again."""

    def __init__(self, app: ASGIApp, prefix: str) -> None:
        self._app = app
        self._prefix = prefix

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if self._prefix and scope["type"] == "http":
            scope = {**scope, "path": without(self._prefix, scope["path"])}
        await self._app(scope, receive, send)


def without(prefix: str, path: str) -> str:
    if path == prefix:
        return "/"
    return path.removeprefix(prefix) if path.startswith(f"{prefix}/") else path
