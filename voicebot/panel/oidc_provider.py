"""Asks an OpenID provider whom it has signed in (OpenID Connect Core 1.0, code flow with PKCE)."""

from typing import Any, Final

import httpx2
from authlib.common.errors import AuthlibBaseError
from authlib.integrations.httpx_client import AsyncOAuth2Client
from authlib.oidc.core import CodeIDToken
from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import KeySet
from pydantic import BaseModel, ConfigDict, ValidationError

from voicebot.errors import IdentityNotProven
from voicebot.panel.external_identity import ExternalIdentity, Flow

# Of each of the requests that a sign-in takes.
DEADLINE_S: Final = 5.0
# A provider that signs with none, or with the client's own secret, proves nothing.
_ALGORITHMS: Final = ["RS256", "RS384", "RS512", "PS256", "ES256", "ES384", "ES512", "EdDSA"]
_BY_HEADER: Final = "client_secret_basic"
_BY_FORM: Final = "client_secret_post"
_CLOCK_ERROR_S: Final = 60


class _Metadata(BaseModel):
    """What we need of OpenID Connect Discovery 1.0, section 3."""

    model_config = ConfigDict(frozen=True)

    issuer: str
    authorization_endpoint: str
    token_endpoint: str
    jwks_uri: str
    userinfo_endpoint: str = ""
    token_endpoint_auth_methods_supported: tuple[str, ...] = (_BY_HEADER,)

    @property
    def authenticates_by(self) -> str:
        """How we show that we are the client: the default where it is offered."""
        ways = self.token_endpoint_auth_methods_supported
        return _BY_HEADER if _BY_HEADER in ways or _BY_FORM not in ways else _BY_FORM


class OidcProvider:
    """One issuer. Every question raises IdentityNotProven."""

    def __init__(self, issuer: str, client_id: str, client_secret: str, scope: str) -> None:
        self._issuer = issuer
        self._client_id = client_id
        self._client_secret = client_secret
        self._scope = scope

    async def address_of(self, flow: Flow, redirect_uri: str) -> str:
        """Where the browser goes to sign in."""
        async with self._client(redirect_uri) as client:
            try:
                metadata = await self._metadata(client)
                url, _ = client.create_authorization_url(
                    metadata.authorization_endpoint,
                    state=flow.state,
                    nonce=flow.nonce,
                    code_verifier=flow.verifier,
                )
            except _FAILURES as error:
                raise IdentityNotProven(f"{self._issuer} is not to be asked: {error}") from error
        return str(url)

    async def identity(
        self, flow: Flow, code: str, redirect_uri: str, *, needed: frozenset[str]
    ) -> ExternalIdentity:
        """Whom the code is of, with the claims that are needed, if there are any such."""
        async with self._client(redirect_uri) as client:
            try:
                metadata = await self._metadata(client)
                client.token_endpoint_auth_method = metadata.authenticates_by
                token = await client.fetch_token(
                    metadata.token_endpoint, code=code, code_verifier=flow.verifier
                )
                claims = await self._proven(client, metadata, flow, token)
                if needed - claims.keys() and metadata.userinfo_endpoint:
                    claims = await self._with_userinfo(client, metadata, claims)
            except _FAILURES as error:
                raise IdentityNotProven(f"{self._issuer} proves nobody: {error}") from error
        return ExternalIdentity(self._issuer, str(claims["sub"]), claims)

    def _client(self, redirect_uri: str) -> Any:
        return AsyncOAuth2Client(
            self._client_id,
            self._client_secret,
            scope=self._scope,
            redirect_uri=redirect_uri,
            code_challenge_method="S256",
            timeout=DEADLINE_S,
            follow_redirects=False,
        )

    async def _metadata(self, client: Any) -> _Metadata:
        url = f"{self._issuer.rstrip('/')}/.well-known/openid-configuration"
        metadata = _Metadata.model_validate(await _json(client, url))
        if metadata.issuer.rstrip("/") != self._issuer.rstrip("/"):
            raise ValueError(f"it calls itself {metadata.issuer}")
        return metadata

    async def _proven(
        self, client: Any, metadata: _Metadata, flow: Flow, token: dict[str, Any]
    ) -> dict[str, Any]:
        """The ID token's claims (section 3.1.3.7)."""
        keys = KeySet.import_key_set({"keys": (await _json(client, metadata.jwks_uri))["keys"]})
        signed = jwt.decode(str(token["id_token"]), keys, algorithms=_ALGORITHMS)
        claims = CodeIDToken(
            signed.claims,
            signed.header,
            {"iss": {"value": metadata.issuer}, "aud": {"value": self._client_id}},
            {
                "nonce": flow.nonce,
                "client_id": self._client_id,
                "access_token": token.get("access_token"),
            },
        )
        claims.validate(leeway=_CLOCK_ERROR_S)
        return dict(claims)

    async def _with_userinfo(
        self, client: Any, metadata: _Metadata, claims: dict[str, Any]
    ) -> dict[str, Any]:
        told = await _json(client, metadata.userinfo_endpoint, has_token=True)
        if told.get("sub") != claims["sub"]:  # section 5.3.2
            raise ValueError("it tells of somebody else")
        return told | claims


_FAILURES: Final = (
    AuthlibBaseError,
    JoseError,
    httpx2.HTTPError,
    httpx2.InvalidURL,
    ValidationError,
    ValueError,
    KeyError,
    TypeError,
    OSError,
)


async def _json(client: Any, url: str, *, has_token: bool = False) -> dict[str, Any]:
    answer = await client.request("GET", url, withhold_token=not has_token)
    answer.raise_for_status()
    found = answer.json()
    if not isinstance(found, dict):
        raise ValueError(f"{url} answers with something else")
    return found
