from voicebot.panel.prefix import without


def test_a_prefix_is_cut_off_where_it_is_there() -> None:
    assert without("/panel", "/panel") == "/"
    assert without("/panel", "/panel/account") == "/account"
    assert without("/panel", "/account") == "/account"
    assert without("/panel", "/panelled") == "/panelled"
