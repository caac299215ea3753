import re
from pathlib import Path
from string import Formatter

from voicebot.calls.transitions import CallState
from voicebot.panel import catalogue
from voicebot.panel.access import Role
from voicebot.panel.catalogue import LANGUAGES, language_of, text, texts
from voicebot.panel.floor import Speaker

TEMPLATES = Path(catalogue.__file__).parent.parent / "templates"
GONE = {CallState.CLEARING, CallState.LEAVING, CallState.ENDED}


def test_every_language_says_the_same_with_the_same_values() -> None:
    def fields(words: str) -> set[str | None]:
        return {field for _, field, _, _ in Formatter().parse(words) if field is not None}

    first, *others = (texts(language) for language in LANGUAGES)
    for other in others:
        assert other.keys() == first.keys()
        assert all(fields(first[key]) == fields(other[key]) for key in first)
        assert all(isinstance(words, str) for words in other.values())


def test_every_word_that_a_template_asks_for_is_there() -> None:
    for template in TEMPLATES.glob("*.html"):
        for key in re.findall(r"""\bt\(["']([a-z_.]+[a-z_])["'][,)]""", template.read_text()):
            assert key in texts("en"), (template.name, key)


def test_every_state_speaker_and_role_has_a_name() -> None:
    for name in [
        *(f"state.{state}" for state in CallState if state not in GONE),
        *(f"speaker.{one}" for one in Speaker),
        *(f"role.{role}" for role in Role),
    ]:
        assert text("de", name)


def test_the_readers_choice_goes_before_what_the_browser_accepts() -> None:
    assert language_of("de", "en") == "de"
    assert language_of("xx", "fr, de-AT;q=0.8, en;q=0.5") == "de"
    assert language_of(None, None) == "en"
