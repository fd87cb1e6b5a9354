// What pages do beyond links and forms. Everything works without it, only less comfortably.

import { enhanceCharts } from "./charts.js";
import { enhanceGraphs } from "./graph.js";

// data-live="SECONDS" on an element with an id: it is fetched anew and exchanged, unless somebody works in it.
function keepLive(element) {
  const seconds = Number(element.dataset.live);
  const mark = document.querySelector(`[data-live-mark="${element.id}"]`);
  setTimeout(async () => {
    let current = element;
    try {
      if (!document.hidden && !element.contains(document.activeElement)) {
        const answer = await fetch(location.href, { headers: { "X-Live": "1" }, redirect: "manual" });
        if (answer.type === "opaqueredirect") { location.reload(); return; }
        if (!answer.ok) throw new Error(String(answer.status));
        const page = new DOMParser().parseFromString(await answer.text(), "text/html");
        const fresh = page.getElementById(element.id);
        if (fresh) {
          element.replaceWith(fresh);
          current = fresh;
          enhance(fresh);
        }
      }
      mark?.classList.remove("paused");
      if (mark) mark.textContent = mark.dataset.fine;
    } catch {
      mark?.classList.add("paused");
      if (mark) mark.textContent = mark.dataset.paused;
    }
    keepLive(current);
  }, seconds * 1000);
}

function enhance(root) {
  enhanceCharts(root);
  enhanceGraphs(root);
}

// Filters take effect at once where they are chosen from a list.
for (const form of document.querySelectorAll("form.filters")) {
  form.addEventListener("change", (event) => event.target.matches("select, input[type=date], input[type=checkbox]") && form.requestSubmit());
}

// A form is sent once, and data-sure asks before it is; data-download: what comes back is a file and not a page.
document.addEventListener("submit", (event) => {
  const form = event.target;
  const question = event.submitter?.dataset.sure ?? form.dataset.sure;
  if (question && !confirm(question)) { event.preventDefault(); return; }
  if (form.method !== "post" || "download" in form.dataset) return;
  if (form.getAttribute("aria-busy") === "true") { event.preventDefault(); return; }
  form.setAttribute("aria-busy", "true");
});

// Pages that come back from the browser's memory are not busy any more.
addEventListener("pageshow", () => document.querySelectorAll("[aria-busy]").forEach((form) => form.removeAttribute("aria-busy")));

for (const button of document.querySelectorAll("[data-back]")) {
  button.hidden = history.length < 2;
  button.addEventListener("click", () => history.back());
}

for (const button of document.querySelectorAll("[data-print]")) {
  button.addEventListener("click", () => print());
}

// data-key="1" on a button or link: that key presses it while nobody types.
document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey || event.target.closest("input, select, textarea, [contenteditable]")) return;
  const wanted = document.querySelector(`[data-key="${CSS.escape(event.key)}"]`);
  if (wanted) { event.preventDefault(); wanted.click(); }
});

enhance(document);
document.querySelectorAll("[data-live]").forEach(keepLive);
