// Lets the words of a call run along with its recording, and both sides of it play as one.
"use strict";
(() => {
  const players = [...document.querySelectorAll("audio[data-side]")];
  const [leader, ...others] = players;
  if (!leader) return;
  const lines = [...document.querySelectorAll("#lines > li")];
  const spans = (element) => ({ element, start: +element.dataset.start, end: +element.dataset.end });
  const timed = lines.map((line) => ({ ...spans(line), words: [...line.querySelectorAll("span[data-start]")].map(spans) }));
  // Two files of one call drift no further apart than an ear forgives.
  const APART_S = 0.08;

  const follow = () => {
    for (const other of others) {
      if (Math.abs(other.currentTime - leader.currentTime) > APART_S) other.currentTime = leader.currentTime;
    }
  };
  for (const other of others) {
    other.hidden = true;
    other.closest(".side").hidden = true;
  }
  leader.addEventListener("play", () => { follow(); for (const other of others) other.play(); });
  leader.addEventListener("pause", () => { for (const other of others) other.pause(); });
  leader.addEventListener("seeked", follow);
  leader.addEventListener("ratechange", () => { for (const other of others) other.playbackRate = leader.playbackRate; });
  leader.addEventListener("volumechange", () => { for (const other of others) { other.volume = leader.volume; other.muted = leader.muted; } });

  const show = () => {
    const now = leader.currentTime * 1000;
    for (const line of timed) {
      const isNow = now >= line.start && now < line.end;
      if (isNow && !line.element.classList.contains("now")) line.element.scrollIntoView({ block: "nearest" });
      line.element.classList.toggle("now", isNow);
      for (const word of line.words) word.element.classList.toggle("spoken", isNow && now >= word.start && now < word.end);
    }
    if (!leader.paused) requestAnimationFrame(show);
  };
  leader.addEventListener("play", () => requestAnimationFrame(show));
  leader.addEventListener("timeupdate", () => { if (leader.paused) show(); });
  for (const line of timed) {
    line.element.querySelector("button").addEventListener("click", () => {
      leader.currentTime = line.start / 1000;
      leader.play();
    });
  }
})();
