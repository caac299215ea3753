"""How do the pieces of a reply become phrases, while it is still being written?"""

from collections.abc import AsyncGenerator
from contextlib import aclosing

from voicebot.dialogue.phrases import PhraseSplitter


async def phrases_of(pieces: AsyncGenerator[str]) -> AsyncGenerator[str]:
    """Each phrase as soon as it is whole; whoever stops asking stops the reply, too."""
    splitter = PhraseSplitter(is_live=True)
    async with aclosing(pieces):
        async for piece in pieces:
            for phrase in splitter.receive(piece):
                yield phrase
    for phrase in splitter.finish():
        yield phrase
