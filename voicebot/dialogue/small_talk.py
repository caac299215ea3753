"""Which words can do no harm?

What a language model may say in conversation without stating anything about the
business or the world: set sentences, the openings of small talk, and the few words
it is made of. English; in another language nothing passes, and nothing is promised.
"""

import re

_DAY = r"(day|morning|afternoon|evening|night|weekend|ride|trip|time|one|birthday)"
_NICE = r"(nice|good|great|lovely|wonderful|safe|pleasant|fantastic|happy)"

# Set sentences that promise and state nothing, though words of them could.
SET_PHRASES = re.compile(
    r"\b("
    r"how (can|may|could) i (help|assist|be of \w+)( you)?( with)?( today)?|"
    r"what (can|may|could) i (do|help)( for)?( you)?( with)?( today)?|"
    r"(is|was) there (anything|something) else( you (would like|want|need)( to know)?)?"
    r"( i (can|could|may) (help|assist)( you)?( with)?)?( today)?|"
    r"(anything|something|what) else (can|could|may)? ?i (can |could |may )?(help|assist|do)"
    r"( for)?( you)?( with)?( today)?|"
    rf"good {_DAY}|(have|enjoy) (an?|the rest of) {_NICE}? ?(your )?{_DAY}( ahead)?|"
    rf"(enjoy|have) (your|the) {_DAY}|your day|the day|take care|take your time|happy birthday|"
    r"feel free to ask( me)?( (anything|something|away|another question|any questions?))?"
    r"( else)?|"
    r"(just |please )?let me know( if you have (any )?(other |more |further )?questions?)?|"
    r"i('m| am) (always )?here( (to help|for you|to listen))?( you)?|"
    r"thanks a lot|thank you (so|very) much|not at all|all right|no one|good one|that one|"
    r"for (any|the) (mistakes?|misunderstanding|confusion|trouble|inconvenience)|"
    r"that must be|you are (very |so |most )?welcome|you're (very |so |most )?welcome|"
    r"(tell me|know|hear|say)( a bit| a little)? more( about (that|it))?"
    r")\b",
    re.IGNORECASE,
)

_FEELINGS = (
    r"((so|very|really|truly|just) )*(glad|happy|pleased|delighted|sorry|fine|doing|well|good|"
    r"great|not sure|afraid|ready|listening|all ears)"
)
# How a clause of small talk begins.
OPENING = re.compile(
    r"^((and|but|so) )?(oh|ah|wow|ha|haha|hm+|well|thanks|thank you|welcome|glad|happy to hear|"
    r"great|good|nice|wonderful|lovely|awesome|excellent|perfect|fantastic|alright|all right|"
    r"okay|ok|sounds|that sounds|it sounds|that's|that is|hello|hi|hey|enjoy|take care|goodbye|"
    r"bye|sorry|my pleasure|no problem|no worries|congratulations|cheers|anytime|"
    r"please (tell|say|repeat|ask|go ahead)|sure|yes|no|of course|absolutely|"
    r"i (understand|see|hope|wish|do not know|don't know|am not sure)|"
    rf"(i'm|i am) {_FEELINGS})\b",
    re.IGNORECASE,
)
QUESTION_OPENING = re.compile(
    r"^((and|but|so|well|oh|okay|sorry|great|sure) )?(how|what|which|where|when|who|whose|why|do|"
    r"does|did|is|are|was|were|can|could|would|will|have|has|anything|something|pardon|really|"
    r"excuse me)\b",
    re.IGNORECASE,
)
# Where a clause ends; a dash does it, a hyphen does not.
CLAUSE_END = re.compile("[.!?,;:()\u2013\u2014]+|\\s-+\\s")  # en and em dash

WORDS = frozenset(
    re.findall(
        r"[\w']+",
        """
        i i'm i'd am a an the my me you you're you'd your that that's this it's it to of for with
        in on at about from by as if and or but so too very really quite just also is are was be
        do don't does did not no yes have had would could can may must might
        absolutely afraid again ah ahead alright amazing annoying anything anytime appreciate ask
        asked asking asks awesome awful bad beautiful bye call called calling care celebrate
        celebrating certainly chat cheers clever congratulations cool course curious definitely
        delighted difficult doing else enjoy enjoyed enjoying excellent exciting fair fantastic
        feel feeling fine frustrating fun funny glad go good goodbye great guess ha haha happy
        hard hear hearing hello help hey hi hm hmm hope interesting joke kind know laugh like
        listen listening lovely matter mean mind nice oh ok okay patience perfect please pleased
        pleasure problem question repeat rough sad safe say saying see sentence something sorry
        sound sounds speak speaking story sure surely sweet talk talking tell terrible thank
        thanks think thought trouble understand unfortunate welcome well wish wonder wonderful
        worries worry wow
        """,
    )
)
# A question states less: what it may also be made of, beside the caller's own words.
QUESTION_WORDS = frozenset(
    re.findall(
        r"[\w']+",
        """
        how what which where when who whose why were has one it there then will mind need want
        looking look sort type more bit other another exactly else any some catch repeat rephrase
        happened happen wrong here now mine yours or than did
        """,
    )
)
