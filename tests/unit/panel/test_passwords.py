from voicebot.panel.passwords import hashed, is_good_enough, is_password, new_password


def test_a_password_is_known_by_its_hash_alone() -> None:
    password = new_password()
    kept = hashed(password)
    assert password not in kept
    assert kept.startswith("$argon2id$")
    assert is_password(password, kept)
    assert not is_password(password + "x", kept)


def test_where_there_is_no_account_no_password_is_right() -> None:
    assert not is_password("anything", None)
    assert not is_password("anything", "no hash")


def test_length_is_what_counts() -> None:
    assert is_good_enough(new_password())
    assert not is_good_enough("Sh0rt!")
    assert not is_good_enough("x" * 257)
