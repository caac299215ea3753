import pytest

from voicebot.errors import ConfigurationError
from voicebot.hooks.mail import SmtpServer


def test_a_password_never_travels_in_the_clear() -> None:
    server = SmtpServer.of("smtp://user:p%40ss@mail.example.com:587")
    assert (server.host, server.port) == ("mail.example.com", 587)
    assert (server.username, server.password) == ("user", "p@ss")
    assert (server.use_tls, server.start_tls) == (False, True)


def test_without_a_password_encryption_is_used_where_it_is_offered() -> None:
    server = SmtpServer.of("smtp://mail.example.com")
    assert (server.port, server.use_tls, server.start_tls) == (25, False, None)


@pytest.mark.parametrize("host", ["localhost", "127.0.0.1", "[::1]"])
def test_this_machines_own_server_may_be_spoken_to_plainly(host: str) -> None:
    assert SmtpServer.of(f"smtp://user:secret@{host}:2525").start_tls is None


def test_a_server_with_tls_from_the_first_byte() -> None:
    server = SmtpServer.of("smtps://user:secret@mail.example.com")
    assert (server.port, server.use_tls, server.start_tls) == (465, True, False)


@pytest.mark.parametrize(
    "url",
    ["mail.example.com", "http://mail.example.com", "smtp://?a", "smtp://a:port", "smtp://[::1"],
)
def test_what_is_no_address_of_a_server_is_refused_without_telling_it(url: str) -> None:
    with pytest.raises(ConfigurationError, match="VOICEBOT_SMTP_URL") as refused:
        SmtpServer.of(url)
    assert url not in str(refused.value)
