"""How long, and how often, before a conversation does something else? In seconds."""

# Lets the last frames of a farewell pass through bridge and RTP before the BYE.
AFTER_FAREWELL_S = 0.2
# So many phrases in a row that nobody could hear: the call cannot be held any more.
FAILURES_TO_GIVE_UP = 2
# So many utterances in a row that could not be recognised: people understand this caller.
UNRECOGNISED_TO_GIVE_UP = 2
# Beyond the longest utterance: whoever should have told its end is gone.
LONGEST_HEARING_S = 40.0
# Asterisk ends a call that is held longer (rtp_timeout_hold).
LONGEST_HOLD_S = 300.0
LONGEST_NOISE_S = 45.0  # of a line that brings music, or a street, and not one word
# A number's next key is waited for so long.
BETWEEN_KEYS_S = 4.0
