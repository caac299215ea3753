"""In which sentences is a waiting caller told the position and the wait?

Of a range the sentence names whole minutes that hold it, so that all sentences are known
beforehand and what is told is never narrower than what is believed.
"""

from voicebot.dialogue.queue_settings import LAST_SAID_POSITION, MINUTES, QueuePhrases


def position_told(phrases: QueuePhrases, position: int) -> str:
    """1 is next."""
    if position <= 1:
        return phrases.next_in_line
    if position > LAST_SAID_POSITION:
        return phrases.many_before
    return phrases.position.format(position=position)


def wait_told(phrases: QueuePhrases, low_s: float, high_s: float) -> str | None:
    """None: longer than anything that is told."""
    high = next((minutes for minutes in MINUTES[1:] if high_s <= minutes * 60), None)
    if high is None:
        return None
    low = max((minutes for minutes in MINUTES if minutes * 60 <= low_s), default=None)
    if low is None or low >= high:
        return phrases.wait_up_to.format(high=high)
    return phrases.wait_between.format(low=low, high=high)


def digits_told(phrases: QueuePhrases, number: str) -> tuple[str, ...]:
    """A telephone number, digit by digit."""
    return tuple(phrases.digits[int(digit)] for digit in number if digit in "0123456789")
