"""Session timers (RFC 4028), at 90 s: less is below what the standard, and PJSIP, allow."""

from concurrent.futures import Future

from tests.telephony.sip.session_timers import Lapses


def test_a_session_is_refreshed_and_one_that_nobody_refreshes_ends_with_one_record(
    session_timers: "Future[Lapses]",
) -> None:
    lapses = session_timers.result()
    assert lapses.forgetful_is_as_expected, lapses.forgetful_log
    assert lapses.refreshed_is_as_expected, lapses.refreshed_log
    assert "UPDATE sip:" in lapses.refreshed_log
    # It talked all the while: no want of audio ends it.
    assert not lapses.refreshed_was_ended
    assert lapses.dispositions == ("ANSWERED", "ANSWERED")
