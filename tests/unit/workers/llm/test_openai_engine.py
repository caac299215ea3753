"""What a stream of server-sent events says, and how servers of other makes take a grammar.

The engine against a real server: tests/contract/engines.
"""

import json
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from workers.contract import FailureReason
from workers.errors import EngineMissing, WorkFailed
from workers.llm.grammar_dialects import DIALECTS
from workers.llm.openai_engine import OpenAiEngine, events, texts


def event(text: str | None) -> str:
    return "data: " + json.dumps({"choices": [{"delta": {"content": text}}]})


def pieces(lines: Iterator[str]) -> Iterator[str]:
    return (text for told in events(lines) for text in texts(told))


@given(st.lists(st.text(min_size=1), max_size=10))
def test_every_piece_comes_in_order(texts: list[str]) -> None:
    lines = [event(text) for text in texts]
    assert list(pieces(iter([*lines, "data: [DONE]"]))) == texts


def test_what_is_no_text_is_passed_over() -> None:
    lines = [": ping", "", event(None), event("Hello"), 'data: {"choices": [], "usage": {}}']
    assert list(pieces(iter(lines))) == ["Hello"]


def test_nothing_is_read_after_the_end() -> None:
    assert list(pieces(iter(["data: [DONE]", event("late")]))) == []


def test_a_server_that_is_not_there_is_named() -> None:
    with pytest.raises(EngineMissing, match=r"http://127\.0\.0\.1:9/v1.*VOICEBOT_LLM_URL"):
        OpenAiEngine("http://127.0.0.1:9/v1", "", "", 1)


@contextmanager
def model_server(says: Callable[[Mapping[str, Any]], str | None]) -> Iterator[str]:
    """A server that answers each request with what `says` returns; None refuses it."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self._answer(200, json.dumps({"data": [{"id": "model"}]}))

        def do_POST(self) -> None:
            request = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            text = says(request)
            if text is None:
                self._answer(400, "{}")
            else:
                self._answer(200, f"{event(text)}\n\ndata: [DONE]\n\n")

        def _answer(self, status: int, body: str) -> None:
            self.send_response(status)
            self.send_header("Content-Length", str(len(body.encode())))
            self.end_headers()
            self.wfile.write(body.encode())

        def log_message(self, *_: object) -> None:
            return None

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    thread = threading.Thread(target=server.serve_forever, args=(0.02,))
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}/v1"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def reply(url: str, grammar: str | None) -> str:
    said: list[str] = []

    def hear(text: str) -> bool:
        said.append(text)
        return True

    with OpenAiEngine(url, "", "", 1) as engine:
        engine.generate(
            "c1",
            [{"role": "user", "content": "Hello"}],
            max_tokens=5,
            temperature=0.0,
            emit=hear,
            grammar=grammar,
        )
    return "".join(said)


@pytest.mark.parametrize("dialect", DIALECTS, ids=lambda dialect: dialect.server)
@pytest.mark.parametrize("is_strict", [True, False])
def test_a_server_of_any_make_is_given_the_grammar_as_it_takes_it(
    dialect: Any, is_strict: bool
) -> None:
    known = set(dialect.fields(""))
    names = {name for other in DIALECTS for name in other.fields("")}

    def says(request: Mapping[str, Any]) -> str | None:
        named = names & request.keys()
        if named & known:
            return "ok-17" if "ok-" in str(request[named.pop()]) else "[goodbye]"
        return None if named and is_strict else "Hello!"

    with model_server(says) as url:
        assert reply(url, 'root ::= "[goodbye]"') == "[goodbye]"
        assert reply(url, None) == "Hello!"


def test_a_server_that_knows_no_grammar_says_so_instead_of_talking_freely() -> None:
    with model_server(lambda _: "Hello!") as url:
        with pytest.raises(WorkFailed) as failure:
            reply(url, 'root ::= "[goodbye]"')
        assert failure.value.reason is FailureReason.GRAMMAR_UNSUPPORTED
        assert reply(url, None) == "Hello!"
