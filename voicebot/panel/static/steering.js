// What is ordered about a call, in a dialog that tells what came of it.
"use strict";

const steer = document.getElementById("steer");
const steered = document.getElementById("steer-said");
const choice = document.getElementById("steer-target");
let steeredCall = "";

function steerAt(path) {
  return `${steer.dataset.calls}${encodeURIComponent(steeredCall)}/${path}`;
}

function tell(text, isDone) {
  steered.textContent = text;
  steered.dataset.is = isDone ? "done" : "wrong";
}

async function openSteering(id, caller, state) {
  steeredCall = id;
  document.getElementById("steer-title").textContent = caller;
  tell("", true);
  choice.replaceChildren();
  document.getElementById("steer-transfer").hidden = true;
  for (const form of ["steer-offer", "steer-next"]) document.getElementById(form).hidden = state !== "waiting";
  steer.showModal();
  try {
    const answer = await fetch(steerAt("targets"));
    if (!answer.ok || steeredCall !== id) return;
    for (const one of await answer.json()) choice.append(new Option(one.topic, one.id));
    document.getElementById("steer-transfer").hidden = !choice.options.length;
  } catch {
    tell(steer.dataset.away, false);
  }
}

async function order(event) {
  const form = event.currentTarget;
  event.preventDefault();
  const button = event.submitter ?? form.querySelector("button");
  if (button.getAttribute("aria-disabled") === "true") return;
  button.setAttribute("aria-disabled", "true");
  tell(steer.dataset.asking, true);
  try {
    const answer = await fetch(steerAt(form.dataset.do), { method: "POST", body: new URLSearchParams(new FormData(form, event.submitter)) });
    const isJson = (answer.headers.get("content-type") ?? "").startsWith("application/json");
    tell(isJson ? (await answer.json()).text : steer.dataset.refused, answer.ok);
  } catch {
    tell(steer.dataset.away, false);
  } finally {
    button.removeAttribute("aria-disabled");
  }
}

if (steer) {
  for (const form of steer.querySelectorAll("form[data-do]")) form.addEventListener("submit", order);
  steeredCall = steer.dataset.call ?? "";
  document.getElementById("calls")?.addEventListener("click", (event) => {
    const row = event.target.closest("button[data-act]")?.closest("tr");
    if (row) openSteering(row.dataset.id, row.querySelector("[data-cell='caller']").textContent, row.dataset.state);
  });
}
