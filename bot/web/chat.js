// Puts the page together: words, memory, connection, log and input.

import { Composer } from "./composer.js";
import { backoff, Connection, fetchWithin } from "./connection.js";
import { choices, Log } from "./log.js";
import { freshId, Memory } from "./memory.js";

const BASE = new URL("webhooks/chat/", document.baseURI);
const PATIENCE = 1_000;
const RESTORED = 2_500;
const find = (id) => document.getElementById(id);

/** The names, numbers and words of the page; asks until the server answers. */
async function loadConfig() {
  for (let attempt = 0; ; attempt += 1) {
    try {
      const answer = await fetchWithin(10_000, new URL("config", BASE), { cache: "no-store" });
      if (answer.ok) return await answer.json();
    } catch {
      // The loop is the answer to this.
    }
    await new Promise((resolve) => setTimeout(resolve, backoff(attempt)));
  }
}

function showWords({ institution, hotline, hours, dial, strings }) {
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
  find("institution").textContent = institution;
  find("hours").textContent = hours;
  find("hotline").replaceChildren(dial ? callLink(hotline, dial) : hotline);
}

// The only link of the page: the institution's own number, from its own register.
function callLink(hotline, dial) {
  const link = document.createElement("a");
  link.href = `tel:${dial}`;
  link.textContent = hotline;
  return link;
}

function chat(config) {
  const { strings } = config;
  const app = find("app");
  const memory = new Memory();
  let notice = 0;

  const log = new Log(
    { root: find("log"), scroller: find("scroller"), newest: find("newest") },
    strings,
    {
      choose(button, event) {
        memory.save();
        say(button.payload, button.title);
        returnFocus(event);
      },
      retry(entry) {
        entry.state = "waiting";
        memory.save();
        log.mark(entry);
        connection.send(entry.id, entry.text);
      },
    },
  );

  const composer = new Composer(
    { form: find("composer"), input: find("input"), button: find("send"), counter: find("counter") },
    strings,
    config.max_characters,
    (text) => say(text),
  );

  const connection = new Connection(BASE, memory.session, {
    state(state) {
      const before = app.dataset.connection;
      app.dataset.connection = state;
      clearTimeout(notice);
      const back = state === "online" && (before === "offline" || before === "reconnecting");
      if (state === "connecting") notice = setTimeout(tell, PATIENCE, state);
      else tell(state === "online" && !back ? "" : state);
      if (back) notice = setTimeout(tell, RESTORED, "");
    },
    typing(typing) {
      find("typing").hidden = !typing;
      find("typing-text").textContent = typing ? strings.typing : "";
      if (typing) log.follow();
    },
    reply(id, messages) {
      settle(id, "answered");
      hear(id, messages);
    },
    refused(id, messages) {
      settle(id, "refused");
      hear(id, messages);
    },
  });

  function hear(id, messages) {
    if (messages.length === 0) return;
    const entry = { role: "assistant", id, messages, at: Date.now(), chosen: {} };
    memory.add(entry);
    log.addReply(entry);
  }

  function tell(state) {
    find("status").textContent = state && strings[`status_${state}`];
  }

  function say(text, shown) {
    find("welcome").hidden = true;
    const entry = { role: "user", id: freshId(), text, shown, at: Date.now(), state: "waiting" };
    memory.add(entry);
    log.addUser(entry);
    log.toEnd();
    connection.send(entry.id, text);
  }

  // After a tap on a phone the focus would open the keyboard over the answer.
  function returnFocus(event) {
    const byKeyboard = event.detail === 0;
    if (byKeyboard || matchMedia("(pointer: fine)").matches) composer.focus();
  }

  function settle(id, state) {
    const entry = memory.entries.find((one) => one.role === "user" && one.id === id);
    if (!entry) return;
    entry.state = state;
    memory.save();
    log.mark(entry);
  }

  for (const entry of memory.entries) {
    if (entry.role === "assistant") log.addReply(entry);
    else {
      log.addUser(entry);
      if (entry.state === "waiting") connection.send(entry.id, entry.text);
    }
  }
  log.toEnd();

  find("welcome").hidden = memory.entries.length > 0;
  find("openers").append(
    choices(config.openers, strings.openers_label, undefined, (index, event) => {
      say(config.openers[index]);
      returnFocus(event);
    }),
  );
  app.removeAttribute("aria-busy");
  connection.start();
}

const config = await loadConfig();
showWords(config);
chat(config);
