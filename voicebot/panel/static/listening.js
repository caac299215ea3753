// Plays what is heard on a call that somebody listens in to: one request, as long as it lasts.
"use strict";
(() => {
  const form = document.getElementById("steer-listen");
  if (!form) return;
  const part = (name) => document.getElementById(`listening${name}`);
  const bar = part("");
  const RATE = 8000;
  const AHEAD_S = 0.25; // kept in hand against a network that stutters
  const MOST_AHEAD_S = 1.5; // beyond it the sound is let go: late is worse than missed
  let current = null; // what ends the listening that goes on

  // G.711, as every exchange speaks it.
  const HEARD = Float32Array.from({ length: 256 }, (_, byte) => {
    const code = ~byte & 0xff;
    const size = ((((code & 0x0f) << 3) + 0x84) << ((code >> 4) & 7)) - 0x84;
    return (code & 0x80 ? -size : size) / 32768;
  });

  const say = (text) => { part("-said").textContent = text; };

  function player() {
    const sound = new AudioContext({ sampleRate: RATE });
    const volume = sound.createGain();
    volume.gain.value = part("-volume").value;
    volume.connect(sound.destination);
    let next = 0;
    return {
      sound,
      volume,
      play(bytes) {
        const buffer = sound.createBuffer(1, bytes.length, RATE);
        const samples = buffer.getChannelData(0);
        let power = 0;
        bytes.forEach((byte, at) => { samples[at] = HEARD[byte]; power += samples[at] ** 2; });
        // Speech at -20 dB is about the middle of it.
        part("-level").value = Math.min(1, Math.sqrt(Math.sqrt(power / bytes.length)) * 1.5);
        const now = sound.currentTime;
        if (next < now) next = now + AHEAD_S;
        if (next > now + MOST_AHEAD_S) return;
        const source = sound.createBufferSource();
        source.buffer = buffer;
        source.connect(volume);
        source.start(next);
        next += buffer.duration;
      },
    };
  }

  async function listen(path, body, caller) {
    current?.abort();
    const mine = current = new AbortController();
    const heard = player();
    part("-caller").textContent = caller;
    part("-volume").oninput = () => { heard.volume.gain.value = part("-volume").value; };
    bar.hidden = false;
    say(bar.dataset.opening);
    part("-stop").focus();
    try {
      const answer = await fetch(path, { method: "POST", body, signal: mine.signal });
      if (!answer.ok) {
        const isJson = (answer.headers.get("content-type") ?? "").startsWith("application/json");
        say(isJson ? (await answer.json()).text : bar.dataset.refused);
        return;
      }
      const reader = answer.body.getReader();
      for (let got = await reader.read(); !got.done; got = await reader.read()) {
        if (part("-said").textContent !== bar.dataset.live) say(bar.dataset.live);
        heard.play(got.value);
      }
      say(bar.dataset.over);
    } catch {
      if (!mine.signal.aborted) say(bar.dataset.away);
    } finally {
      heard.sound.close();
      if (current === mine) {
        current = null;
        part("-level").value = 0;
      }
    }
  }

  form.addEventListener("submit", (event) => {
    event.preventDefault();
    // On the floor it is in a dialog, on the call's own page it is not.
    const caller = (document.getElementById("steer-title") ?? document.getElementById("caller")).textContent;
    form.closest("dialog")?.close();
    listen(steerAt("listen"), new URLSearchParams(new FormData(form)), caller);
  });
  part("-stop").addEventListener("click", () => {
    current?.abort();
    bar.hidden = true;
  });
})();
