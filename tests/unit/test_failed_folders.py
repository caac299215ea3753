"""What is tried again."""

from tests.failed_folders import folders


def test_the_folders_of_what_failed_are_tried_again_once_each() -> None:
    failed = [
        "tests/telephony/sip/test_nat.py::test_a",
        "tests/telephony/sip/test_codecs.py::test_b[1/2]",
        "tests/unit/calls/test_session.py::test_c",
        "tests/unit/test_settings.py::test_d",
    ]
    assert folders(failed) == ["tests/telephony/sip", "tests/unit"]
