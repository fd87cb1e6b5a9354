// The words, names and numbers of the page, as the server has them.

import { fetchWithin } from "./access.js";
import { backoff } from "./connection.js";

const PATIENCE = 10_000;

/** What the server tells of the page; asks until it answers, and is null where the channel is not switched on. */
export async function loadConfig(base) {
  for (let attempt = 0; ; attempt += 1) {
    try {
      const answer = await fetchWithin(PATIENCE, new URL("config", base), { cache: "no-store" });
      if (answer.ok) return await answer.json();
      if (answer.status === 404) return null;
    } catch {
      // The loop is the answer to this.
    }
    await new Promise((resolve) => setTimeout(resolve, backoff(attempt)));
  }
}

/** Puts the words where the page has a place for them. */
export function showWords({ institution, hotline, hours, dial, strings }) {
  document.title = strings.title;
  for (const shown of document.querySelectorAll("[data-string]")) {
    shown.textContent = strings[shown.dataset.string];
  }
  for (const labelled of document.querySelectorAll("[data-label]")) {
    labelled.setAttribute("aria-label", strings[labelled.dataset.label]);
  }
  for (const hinted of document.querySelectorAll("[data-placeholder]")) {
    hinted.placeholder = strings[hinted.dataset.placeholder];
  }
  const number = document.getElementById("hotline");
  number.replaceChildren(dial ? callLink(hotline, dial) : hotline);
  document.getElementById("institution").textContent = institution;
  document.getElementById("hours").textContent = hours;
}

// The only link of the page: the institution's own number, from its own register.
function callLink(hotline, dial) {
  const link = document.createElement("a");
  link.href = `tel:${dial}`;
  link.textContent = hotline;
  return link;
}
