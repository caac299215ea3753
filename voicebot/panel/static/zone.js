// Tells the pages to come in which zone this browser is.
"use strict";
(() => {
  const zone = Intl.DateTimeFormat().resolvedOptions().timeZone;
  const path = document.currentScript?.dataset.path || "/";
  if (zone) document.cookie = `voicebot_zone=${zone}; path=${path}; SameSite=Lax; Max-Age=31536000`;
})();
