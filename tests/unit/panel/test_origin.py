from voicebot.panel.origin import public_address


def test_without_a_proxy_only_the_machines_own_names_are_answered() -> None:
    found = public_address("", "127.0.0.1", 8090)
    assert (found.origin, found.prefix, found.is_secure) == ("http://127.0.0.1:8090", "", False)
    assert set(found.hosts) == {"127.0.0.1", "localhost", "[::1]"}


def test_behind_a_proxy_its_address_is_the_only_one() -> None:
    found = public_address("https://calls.example/panel/", "127.0.0.1", 8090)
    assert (found.origin, found.prefix) == ("https://calls.example", "/panel")
    assert found.is_secure
    assert found.hosts == ("calls.example",)
