"""When are two ways to write a telephone number the same number?

Pure. A number with its country code is brought into E.164; anything else stays as
its digits, because nobody knows which country's it is.
"""

import phonenumbers

# 00 is the international prefix that the ITU recommends (E.164, annex A).
_INTERNATIONAL = "00"


def number_key(number: str) -> str:
    """Equal for all ways to write one number; "" when there are no digits in it."""
    digits = "".join(str(int(sign)) for sign in number if sign.isdecimal())
    if number.lstrip().startswith("+"):
        international = digits
    elif digits.startswith(_INTERNATIONAL):
        international = digits.removeprefix(_INTERNATIONAL)
    else:
        return digits
    try:
        parsed = phonenumbers.parse(f"+{international}", None)
    except phonenumbers.NumberParseException:
        return digits
    return phonenumbers.format_number(parsed, phonenumbers.PhoneNumberFormat.E164)
