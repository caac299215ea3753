"""Which digits did the caller say, and how are digits said to the caller?

English, as telephone numbers are spoken: digit by digit, "oh" for zero, "double five",
and pairs such as "twenty five" where a recognizer writes them as words.
"""

import re
from collections.abc import Iterable, Sequence

from voicebot.dialogue.number_words import ALSO_WORDS, ONES, TEENS, TENS, TIMES
from voicebot.dialogue.spoken_numbers import grouped


def digits_in(text: str) -> str:
    """All digits said in this text, in order; "" when there are none."""
    words = re.findall(r"[a-z]+|\d|\+", text.lower().replace("-", " "))
    has_sure_digit = any(
        word.isdigit() or (word in ONES and word not in ALSO_WORDS) or word in TENS
        for word in words
    )
    if not has_sure_digit:
        return ""
    return "".join(_digits(words))


def _digits(words: Sequence[str]) -> Iterable[str]:
    index = 0
    while index < len(words):
        word = words[index]
        following = words[index + 1] if index + 1 < len(words) else ""
        if word.isdigit() or (word == "+" and index == 0):
            yield word
        elif word in TIMES and (following in ONES or following.isdigit()):
            yield ONES.get(following, following) * TIMES[word]
            index += 1
        elif word in TENS:
            follows_one = following in ONES and following not in ALSO_WORDS
            yield TENS[word] + (ONES[following] if follows_one else "0")
            index += 1 if follows_one else 0
        elif word in TEENS:
            yield TEENS[word]
        elif word in ONES and not (
            # "to" before anything but another digit is a word.
            word in ALSO_WORDS and not (following in ONES or following.isdigit() or index)
        ):
            yield ONES[word]
        elif word == "hundred":
            yield "00"
        index += 1


def spoken_digits(number: str) -> str:
    """A number to be read aloud: digit by digit, in groups with a pause between."""
    return ", ".join(" ".join(group) for group in grouped(number))
