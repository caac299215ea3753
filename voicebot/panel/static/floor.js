// Keeps the floor up to date from its event stream. Text goes into cells as text, never as markup.
"use strict";

const part = (id) => document.getElementById(id);
const root = part("floor");
const calls = new Map(); // id → what is known of the call
const rows = { calls: new Map(), line: new Map() };
let callbacks = [];

function lasted(since) {
  const s = Math.max(0, Math.floor(Date.now() / 1000 - since));
  const two = (n) => String(n).padStart(2, "0");
  const minutes = `${Math.floor(s / 60) % 60}`;
  return s < 3600 ? `${minutes}:${two(s % 60)}` : `${Math.floor(s / 3600)}:${two(minutes)}:${two(s % 60)}`;
}

function put(element, text) {
  const shown = text === null || text === undefined ? "" : String(text);
  if (element.textContent !== shown) element.textContent = shown;
}

function newRow(template) {
  const row = part(template).content.firstElementChild.cloneNode(true);
  row.cells_ = [...row.querySelectorAll("[data-cell]")];
  row.clock_ = row.querySelector("[data-since]");
  row.link_ = row.querySelector("[data-call]");
  return row;
}

function fill(row, values, since) {
  for (const cell of row.cells_) put(cell, values[cell.dataset.cell]);
  if (row.clock_) {
    row.since_ = since;
    tick(row);
  }
}

function tick(row) {
  put(row.clock_, lasted(row.since_));
  const isLate = typeof row.until_ === "number" && Date.now() / 1000 - row.since_ > row.until_;
  if (row.dataset.late !== String(isLate)) row.dataset.late = isLate;
}

function matches(call) {
  const wanted = part("filter").value.trim().toLowerCase();
  if (!wanted) return true;
  return `${call.caller} ${call.did} ${call.agent} ${call.stateText} ${call.tier}`.toLowerCase().includes(wanted);
}

function showCall(call) {
  let row = rows.calls.get(call.id);
  if (!row) {
    row = newRow("call-row");
    row.link_.href = row.link_.dataset.call + encodeURIComponent(call.id);
    row.dataset.id = call.id;
    rows.calls.set(call.id, row);
    part("calls").prepend(row);
  }
  row.dataset.state = call.state;
  row.dataset.speaker = call.speaker;
  row.dataset.pace = call.latency === null ? "" : call.latency <= 900 ? "good" : call.latency <= 1500 ? "fair" : "slow";
  row.hidden = !matches(call);
  fill(row, { ...call, latencyText: call.latency === null ? "" : `${call.latency} ms` }, call.since);
}

function drop(kind, id) {
  rows[kind].get(id)?.remove();
  rows[kind].delete(id);
}

function showLine() {
  const waiting = [...calls.values()]
    .filter((call) => call.position !== null)
    .sort((a, b) => a.queue.localeCompare(b.queue) || a.position - b.position);
  const there = new Set(waiting.map((call) => call.id));
  for (const id of [...rows.line.keys()]) if (!there.has(id)) drop("line", id);
  waiting.forEach((call, index) => {
    let row = rows.line.get(call.id);
    if (!row) rows.line.set(call.id, (row = newRow("line-row")));
    if (part("line").children[index] !== row) part("line").insertBefore(row, part("line").children[index] ?? null);
    row.until_ = call.toldUntil;
    fill(row, call, call.waits);
  });
  part("no-line").hidden = waiting.length > 0;
}

function showCallbacks() {
  const shown = kept("callbacks", "callback-row", callbacks.map((one) => one.id));
  callbacks.forEach((one, index) => {
    const row = shown[index];
    if (part("callbacks").children[index] !== row) part("callbacks").insertBefore(row, part("callbacks").children[index] ?? null);
    const form = row.querySelector("form");
    if (form) form.action = `${form.dataset.at}${encodeURIComponent(one.id)}/call-now`;
    const due = new Date(one.due * 1000);
    const isToday = due.toDateString() === new Date().toDateString();
    const time = { hour: "2-digit", minute: "2-digit" };
    const day = isToday ? {} : { weekday: "short", day: "numeric" };
    fill(row, { ...one, dueText: due.toLocaleString(document.documentElement.lang, { ...day, ...time }) });
  });
  part("no-callbacks").hidden = shown.length > 0;
}

function showFigures() {
  const all = [...calls.values()];
  const waits = all.filter((call) => call.position !== null).map((call) => call.waits);
  const turns = all.map((call) => call.latency).filter((ms) => ms !== null).sort((a, b) => a - b);
  put(part("talking"), all.filter((call) => call.state === "talking").length);
  put(part("waiting"), waits.length);
  put(part("longest"), waits.length ? lasted(Math.min(...waits)) : "–");
  put(part("median"), turns.length ? `${turns[Math.floor(turns.length / 2)]} ms` : "–");
  put(part("calls-count"), all.length || "");
  part("no-calls").hidden = all.length > 0;
}

// Rows stay where they are: somebody may be about to press a button in one.
function kept(list, template, names) {
  const rowsOf = new Map([...part(list).children].map((row) => [row.dataset.name, row]));
  for (const [name, row] of rowsOf) if (!names.includes(name)) row.remove();
  return names.map((name) => {
    const row = rowsOf.get(name) ?? newRow(template);
    if (!rowsOf.has(name)) part(list).append(row);
    row.dataset.name = name;
    return row;
  });
}

function offer(row, field, value, what, label) {
  if (!row.querySelector("form")) return;
  row.querySelector(`[name='${field}']`).value = value;
  row.querySelector("[name='do']").value = what;
  for (const shown of row.querySelectorAll("summary, button")) put(shown, label);
}

function showHealth(health) {
  put(part("step"), health ? health.step + (health.forced ? ` (${part("step").dataset.forced})` : "") : "–");
  part("step").dataset.is = !health ? "" : health.isFull ? "full" : "less";
  if (!health) return;
  const shown = kept("agents", "agent-row", health.agents.map((one) => one.agent));
  health.agents.forEach((one, index) => {
    const how = [one.step, one.cause, one.failing, one.draining ? root.dataset.draining : ""];
    fill(shown[index], { agent: one.agent, how: how.filter(Boolean).join(" · ") });
    const what = one.draining ? "undrain" : "drain";
    offer(shown[index], "agent", one.agent, what, root.dataset[what]);
  });
}

function showQueues(queues) {
  const texts = part("queues").dataset;
  const shown = kept("queues", "queue-row", queues.map((one) => one.queue));
  queues.forEach((one, index) => {
    fill(shown[index], { name: one.name, how: one.paused ? texts.paused : "" });
    const what = one.paused ? "resume" : "pause";
    offer(shown[index], "queue", one.queue, what, texts[what]);
  });
}

function showTotals(totals) {
  showHealth(totals.health);
  showQueues(totals.queues);
  put(part("held"), totals.held ?? "–");
  put(part("capacity"), totals.capacity ?? "–");
  const share = totals.capacity ? Math.min(1, totals.held / totals.capacity) : 0;
  part("share").value = share;
  part("share").dataset.is = share >= 0.95 ? "full" : share >= 0.8 ? "near" : "free";
  callbacks = totals.callbacks;
  showCallbacks();
}

function showLive(isLive) {
  part("live").dataset.is = isLive ? "live" : "stale";
  put(part("live"), isLive ? root.dataset.live : root.dataset.stale);
}

function receive(message) {
  for (const call of message.rows) {
    calls.set(call.id, call);
    showCall(call);
  }
  for (const id of message.gone ?? []) {
    calls.delete(id);
    drop("calls", id);
  }
  showLine();
  if (message.totals) {
    showTotals(message.totals);
    showLive(message.live);
  }
  showFigures();
}

const stream = new EventSource(root.dataset.stream);
stream.addEventListener("start", () => {
  for (const id of [...calls.keys()]) drop("calls", id);
  calls.clear();
});
stream.addEventListener("message", (event) => receive(JSON.parse(event.data)));
stream.addEventListener("over", () => location.reload());
stream.addEventListener("error", () => {
  showLive(false);
  // Refused, not broken off: the page to sign in on comes.
  if (stream.readyState === EventSource.CLOSED) setTimeout(() => location.reload(), 2000);
});

part("filter").addEventListener("input", () => {
  for (const call of calls.values()) rows.calls.get(call.id).hidden = !matches(call);
});
setInterval(() => {
  for (const kind of ["calls", "line"])
    for (const row of rows[kind].values()) if (!row.hidden) tick(row);
  showFigures();
}, 1000);
