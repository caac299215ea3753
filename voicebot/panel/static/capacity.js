// Reads a plot's numbers out: under the pointer, or by the arrow keys. They are those of its table.
"use strict";
for (const plot of document.querySelectorAll(".plot")) {
  const field = plot.querySelector(".field");
  const read = plot.querySelector(".read");
  if (!field) continue;
  const rows = plot.querySelectorAll("tbody tr");
  const names = [...plot.querySelectorAll("thead th")].slice(1).map((one) => one.textContent);
  const cursor = document.createElement("div");
  cursor.className = "cursor";
  cursor.hidden = true;
  field.append(cursor);
  const last = rows.length - 1;
  const hint = read.textContent;
  let at = last;

  field.tabIndex = 0;
  field.setAttribute("role", "slider");
  field.setAttribute("aria-labelledby", plot.querySelector("h2").id);
  field.setAttribute("aria-valuemin", "0");
  field.setAttribute("aria-valuemax", String(last));

  const tell = () => {
    const [time, ...values] = [...rows[at].children].map((cell) => cell.textContent);
    field.setAttribute("aria-valuenow", String(at));
    const said = values.map((value, number) => `${names[number]} ${value}`);
    field.setAttribute("aria-valuetext", `${time}: ${said.join(", ")}`);
    return [time, said];
  };
  const show = (number) => {
    at = Math.min(last, Math.max(0, number));
    const [time, said] = tell();
    cursor.hidden = false;
    cursor.style.left = `${(100 * at) / Math.max(1, last)}%`;
    const head = document.createElement("b");
    head.textContent = time;
    read.replaceChildren(head, ...said.map((text) => {
      const part = document.createElement("span");
      part.textContent = text;
      return part;
    }));
    // What stands below must not jump under the pointer.
    read.style.minHeight = `${read.offsetHeight}px`;
  };
  const leave = () => {
    cursor.hidden = true;
    read.textContent = hint;
  };
  const moves = { ArrowLeft: -1, ArrowRight: 1, ArrowDown: -1, ArrowUp: 1, PageDown: -6, PageUp: 6, Home: -last, End: last };

  tell();
  field.addEventListener("pointermove", (event) => {
    const box = field.getBoundingClientRect();
    show(Math.round(((event.clientX - box.left) / box.width) * last));
  });
  field.addEventListener("pointerleave", leave);
  field.addEventListener("focus", () => { if (field.matches(":focus-visible")) show(at); });
  field.addEventListener("blur", leave);
  field.addEventListener("keydown", (event) => {
    if (!(event.key in moves)) return;
    event.preventDefault();
    show(at + moves[event.key]);
  });
}
