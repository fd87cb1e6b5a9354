// Puts the page together: who speaks, words, memory, connection, log and input.

import { Customer, Visitor } from "./access.js";
import { Bar } from "./banner.js";
import { Composer } from "./composer.js";
import { Connection } from "./connection.js";
import { arrived, embedded } from "./host.js";
import { choices, Log } from "./log.js";
import { freshId, Memory } from "./memory.js";
import { Pictures } from "./pictures.js";
import { largerText } from "./reading.js";
import { Receipts } from "./receipts.js";
import { useColor } from "./theme.js";
import { upload } from "./upload.js";
import { loadConfig, showWords } from "./words.js";

const PATIENCE = 1_000;
const RESTORED = 2_500;
const FIRST_TOKEN = 5_000;
const find = (id) => document.getElementById(id);

function chat(config, access, memory, host) {
  const { strings } = config;
  const app = find("app");
  const files = new Map();
  let notice = 0;
  let unread = 0;

  const visible = () => !document.hidden && (host === null || host.shown);
  const receipts = new Receipts(access, find("scroller"), visible);

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
        deliver(entry);
      },
    },
  );

  const composer = new Composer(
    { form: find("composer"), input: find("input"), button: find("send"), counter: find("counter") },
    strings,
    config.max_characters,
    (text) => say(text, undefined, pictures.take()),
  );

  const pictures = new Pictures(
    {
      toggle: find("pictures"),
      tray: find("tray"),
      camera: find("camera"),
      album: find("album"),
      limits: find("limits"),
      previews: find("previews"),
      complaint: find("complaint"),
      input: find("input"),
    },
    config,
    (count) => composer.mayBeEmpty(count > 0),
  );

  const bar = new Bar(
    { bar: find("bar"), text: find("bar-text"), button: find("bar-button"), close: find("bar-close") },
    (text, event) => {
      if (text) say(text);
      returnFocus(event);
    },
  );

  const connection = new Connection(access, {
    state(state) {
      const before = app.dataset.connection;
      app.dataset.connection = state;
      clearTimeout(notice);
      const back = state === "online" && !["connecting", "online"].includes(before);
      if (state === "connecting") notice = setTimeout(tell, PATIENCE, state);
      else tell(state === "online" && !back ? "" : state);
      if (back) notice = setTimeout(tell, RESTORED, "");
      if (state === "online") catchUp();
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
      hear(id, messages, true);
    },
    mail({ id, at, messages }) {
      if (memory.has("mail", id)) return;
      find("welcome").hidden = true;
      const entry = { role: "mail", id, messages, at: Date.parse(at), chosen: {} };
      memory.add(entry);
      receipts.delivered(id, log.addReply(entry));
      count();
    },
  });

  function hear(id, messages, refusal = false) {
    if (messages.length === 0 || (!refusal && memory.has("assistant", id))) return;
    const entry = { role: "assistant", id, messages, at: Date.now(), chosen: {}, refusal };
    memory.add(entry);
    log.addReply(entry);
    count();
  }

  function count() {
    if (visible()) return;
    unread += 1;
    host?.unread(unread);
  }

  function look() {
    if (!visible()) return;
    if (unread > 0) host?.unread(0);
    unread = 0;
    receipts.shown();
  }

  function tell(state) {
    find("status").textContent = state && strings[`status_${state}`];
  }

  function say(text, shown, chosen = []) {
    find("welcome").hidden = true;
    const entry = { role: "user", id: freshId(), text, shown, at: Date.now(), state: "waiting" };
    if (chosen.length > 0) {
      entry.pictures = chosen.length;
      files.set(entry.id, chosen);
    }
    memory.add(entry);
    log.addUser(entry, chosen.map(({ url }) => url));
    log.toEnd();
    deliver(entry);
  }

  function deliver(entry) {
    if (entry.pictures) sendPictures(entry);
    else connection.send(entry.id, entry.text);
  }

  async function sendPictures(entry) {
    const chosen = files.get(entry.id).map(({ file }) => file);
    log.progress(entry, 0);
    try {
      const answer = await upload(access, entry, chosen, (share) => log.progress(entry, share));
      const taken = answer.status === 200;
      settle(entry.id, taken ? "answered" : "refused");
      const told = answer.messages.length === 0 && !taken ? [{ text: strings.pictures_refused }] : answer.messages;
      hear(entry.id, told, !taken);
    } catch {
      settle(entry.id, "refused");
    }
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

  async function catchUp() {
    bar.load(access);
    let entries;
    try {
      const answer = await access.get("history");
      if (!answer.ok) return;
      ({ entries } = await answer.json());
    } catch {
      return;
    }
    // What is being answered comes by itself.
    const settled = entries.filter((entry) => !connection.waitsFor(entry.id));
    const fresh = settled.map((entry) => ({ ...entry, at: Date.parse(entry.at), chosen: {}, state: "answered" }));
    if (memory.merge(fresh)) {
      log.clear();
      show();
    }
  }

  function show() {
    for (const entry of memory.entries) {
      if (entry.role === "user") log.addUser(entry, (files.get(entry.id) ?? []).map(({ url }) => url));
      else {
        const shown = log.addReply(entry);
        if (entry.role === "mail" && !entry.read) receipts.delivered(entry.id, shown);
      }
    }
    log.toEnd();
    find("welcome").hidden = memory.entries.length > 0;
  }

  for (const entry of memory.entries) {
    if (entry.role !== "user" || entry.state !== "waiting") continue;
    // The pictures themselves are gone with the page that had them.
    if (entry.pictures) entry.state = "refused";
    else connection.send(entry.id, entry.text);
  }
  show();

  find("openers").append(
    choices(config.openers, strings.openers_label, undefined, (index, event) => {
      say(config.openers[index]);
      returnFocus(event);
    }),
  );
  document.addEventListener("visibilitychange", look);
  host?.listen({
    shown(shown) {
      look();
      if (shown && matchMedia("(pointer: fine)").matches) composer.focus();
    },
  });
  app.removeAttribute("aria-busy");
  connection.start();
}

/** Shows why nobody can talk here, with the words of whichever channel there is. */
async function showClosed(base) {
  const other = base.pathname.includes("/chat/") ? "../app/" : "../chat/";
  const config = await loadConfig(new URL(other, base));
  if (config === null) return;
  showWords(config);
  find("app").dataset.connection = "signin";
  find("app").removeAttribute("aria-busy");
  find("status").textContent = config.strings.status_signin;
}

async function start() {
  const host = await arrived;
  document.documentElement.classList.toggle("embedded", embedded);
  useColor(host?.color);
  const memory = new Memory();
  const customer = host?.signedIn ? new Customer(() => host.token()) : null;
  if (!customer) memory.belongsTo("");
  const access = customer ?? new Visitor(memory.session);
  const config = await loadConfig(access.base);
  if (config === null) {
    await showClosed(access.base);
    return;
  }
  showWords(config);
  find("close").addEventListener("click", () => host?.close());
  largerText(find("larger"));
  if (customer) {
    // Whose conversation it is must be known before anything of it is shown.
    while (!customer.owner) {
      try {
        await customer.token();
      } catch {
        find("app").dataset.connection = "signin";
        find("status").textContent = config.strings.status_signin;
        await new Promise((resolve) => setTimeout(resolve, FIRST_TOKEN));
      }
    }
    memory.belongsTo(customer.owner);
  }
  chat(config, access, memory, host);
}

await start();
