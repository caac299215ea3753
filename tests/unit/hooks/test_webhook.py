import base64

from voicebot.hooks.webhook import signature, signing_key


def test_the_signature_is_the_specifications_own_example() -> None:
    # From the Standard Webhooks specification's reference libraries.
    key = signing_key("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw")
    made = signature(key, "msg_p5jXN8AQM9LWM0D4loKWxJek", "1614265330", b'{"test": 2432232314}')
    assert made == "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="


def test_a_secret_chosen_by_hand_is_taken_as_it_is() -> None:
    assert signing_key("chosen") == b"chosen"
    assert signing_key("whsec_" + base64.b64encode(b"chosen").decode()) == b"chosen"


def test_every_part_counts_for_the_signature() -> None:
    one = signature(b"k", "a", "1", b"x")
    assert len({one, *(signature(*parts) for parts in _variants())}) == 5


def _variants() -> list[tuple[bytes, str, str, bytes]]:
    return [
        (b"l", "a", "1", b"x"),
        (b"k", "b", "1", b"x"),
        (b"k", "a", "2", b"x"),
        (b"k", "a", "1", b"y"),
    ]
