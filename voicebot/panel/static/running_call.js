// Shows what is said on a call as it is said; when it is over, the page of the ended call comes.
"use strict";
(() => {
  const part = (id) => document.getElementById(id);
  const root = part("running");
  const says = root.dataset;
  const shown = new Map(); // number of a turn → its element, and what it shows
  const put = (element, text) => { if (element.textContent !== text) element.textContent = text; };

  const length = () => {
    const s = Math.max(0, Math.floor(Date.now() / 1000 - says.since));
    put(part("length"), `${Math.floor(s / 60)}:${String(s % 60).padStart(2, "0")}`);
  };

  const fill = (element, turn) => {
    const [heard, said, how] = element.children;
    heard.hidden = !turn.heard;
    put(heard.children[0], says.caller);
    put(heard.children[1], turn.heard ?? "");
    said.hidden = !turn.said && !turn.toCome;
    put(said.children[0], says.agent);
    put(said.children[1], turn.said ?? "");
    // What was cut is struck out; what is still to come is only pale.
    put(said.children[2], turn.wasCut ? turn.toCome ?? "" : "");
    put(said.children[3], turn.wasCut ? "" : turn.toCome ?? "");
    const ms = turn.latency === null ? "" : `${turn.latency} ms`;
    put(how, [turn.tierText, ms, turn.wasCut ? says.cut : ""].filter(Boolean).join(" · "));
    element.classList.toggle("now", !turn.isOver);
  };

  const receive = (call) => {
    const isAtEnd = innerHeight + scrollY >= document.body.scrollHeight - 120;
    put(part("caller"), call.caller);
    put(part("agent"), call.agent);
    put(part("state"), call.stateText);
    part("state").closest(".figure").dataset.state = call.state;
    put(part("speaker"), call.speakerText);
    part("speaker").dataset.speaker = call.speaker;
    put(part("latency"), call.latency === null ? "–" : `${call.latency} ms`);
    for (const [number, element] of shown) {
      if (!call.turns.some((turn) => turn.number === number)) { element.remove(); shown.delete(number); }
    }
    for (const turn of call.turns) {
      let element = shown.get(turn.number);
      if (!element) {
        element = part("turn").content.firstElementChild.cloneNode(true);
        shown.set(turn.number, element);
        part("turns").append(element);
      }
      if (says.private !== "true") put(element.children[2], `${says.hidden} ${turn.latency === null ? "" : `${turn.latency} ms`}`);
      else fill(element, turn);
    }
    part("no-turns").hidden = call.turns.length > 0;
    live("live");
    if (isAtEnd) scrollTo(0, document.body.scrollHeight);
  };

  const live = (is) => {
    part("live").dataset.is = is === "live" ? "live" : "stale";
    put(part("live"), says[is]);
  };

  const stream = new EventSource(says.stream);
  stream.addEventListener("message", (event) => receive(JSON.parse(event.data)));
  stream.addEventListener("stale", () => live("stale"));
  stream.addEventListener("out", () => location.reload());
  stream.addEventListener("over", (event) => {
    stream.close();
    clearInterval(ticking);
    if (event.data === "true") location.reload();
    else live("over");
  });
  stream.addEventListener("error", () => {
    live("stale");
    // Refused, not broken off: it is over, or somebody must sign in again.
    if (stream.readyState === EventSource.CLOSED) setTimeout(() => location.reload(), 2000);
  });
  const ticking = setInterval(length, 1000);
  length();
})();
