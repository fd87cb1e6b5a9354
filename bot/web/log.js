// Shows the conversation. Everything is inserted as text: nothing that a person or the assistant writes
// becomes markup or a link.

import { fill } from "./fill.js";

const GAP = 5 * 60_000;
const NEAR = 80;
const FADING = 1_500;
const NUMBER = /(\d[\d-]{3,18}\d)/;

/** An element with a class and, if given, a text. */
export function element(tag, className, text) {
  const made = document.createElement(tag);
  made.className = className;
  if (text !== undefined) made.textContent = text;
  return made;
}

/** A row of buttons that can be used once; `chosen` is the index of the one already used. */
export function choices(titles, label, chosen, choose) {
  const row = element("div", "choices");
  row.setAttribute("role", "group");
  row.setAttribute("aria-label", label);
  const buttons = titles.map((title, index) => {
    const button = element("button", "choice", title);
    button.type = "button";
    button.addEventListener("click", (event) => {
      settle(index);
      choose(index, event);
    });
    return button;
  });
  function settle(index) {
    buttons.forEach((button, other) => {
      button.disabled = true;
      button.setAttribute("aria-pressed", String(other === index));
    });
  }
  row.append(...buttons);
  if (chosen !== undefined) settle(chosen);
  return row;
}

export class Log {
  #root;
  #scroller;
  #newest;
  #strings;
  #events;
  #sent = new Map();
  #last = 0;
  #pinned = true;

  /** `events` has choose(button, event) and retry(entry). */
  constructor({ root, scroller, newest }, strings, events) {
    this.#root = root;
    this.#scroller = scroller;
    this.#newest = newest;
    this.#strings = strings;
    this.#events = events;
    newest.addEventListener("click", () => this.toEnd());
    scroller.addEventListener("scroll", () => {
      this.#pinned = this.#atEnd();
      if (this.#pinned) newest.hidden = true;
    });
    // The keyboard of a phone, a growing input or a status line must not cover the last words.
    new ResizeObserver(() => {
      if (this.#pinned) this.toEnd();
    }).observe(scroller);
  }

  /**
   * Shows what the user said: `{id, text, shown?, pictures?, at, state: "waiting" | "answered" | "refused"}`, and the
   * pictures with it as far as there are URLs of them.
   */
  addUser(entry, urls = []) {
    this.#time(entry.at);
    const turn = element("div", "turn user");
    turn.append(element("span", "unseen", this.#strings.me));
    if (entry.pictures) turn.append(this.#pictures(entry, urls));
    const words = entry.shown ?? entry.text;
    if (words) turn.append(this.#bubble(words));
    turn.append(element("p", "mark waiting", this.#strings.pending));
    const refused = element("p", "mark refused", this.#strings.failed);
    const retry = element("button", "retry", this.#strings.retry);
    retry.type = "button";
    retry.addEventListener("click", () => this.#events.retry(entry));
    // Pictures are not kept over a reload: they have to be chosen again.
    if (!entry.pictures || urls.length > 0) refused.append(retry);
    turn.append(refused);
    this.#sent.set(entry.id, turn);
    this.mark(entry);
    this.#root.append(turn);
  }

  /** Shows the state of what the user said. */
  mark(entry) {
    this.#sent.get(entry.id).dataset.state = entry.state;
  }

  /** Shows how much of the pictures has arrived, from 0 to 1. */
  progress(entry, share) {
    const turn = this.#sent.get(entry.id);
    const bar = turn?.querySelector("progress");
    if (!bar) return;
    bar.value = share;
    const percent = Math.round(share * 100);
    turn.querySelector(".uploaded").textContent =
      share < 1 ? fill(this.#strings.uploading, { percent }) : this.#strings.reading;
  }

  /** Takes everything off the screen, to be shown anew without being read out again. */
  clear() {
    this.#sent.clear();
    this.#last = 0;
    this.#root.setAttribute("aria-live", "off");
    this.#root.replaceChildren();
    setTimeout(() => this.#root.setAttribute("aria-live", "polite"), FADING);
  }

  /**
   * Shows a reply or mail: `{id, messages: [{text?, buttons?, image?, custom?}], at, chosen: {message index: button
   * index}}`; returns its element.
   */
  addReply(entry) {
    const stay = !this.#pinned;
    this.#time(entry.at);
    const turn = element("div", "turn assistant");
    const avatar = element("img", "avatar");
    avatar.src = "favicon.svg";
    avatar.alt = "";
    avatar.width = avatar.height = 28;
    const person = entry.messages.find(({ custom }) => custom?.from === "agent")?.custom;
    if (person) {
      turn.classList.add("person");
      turn.append(avatar, element("p", "by", `${this.#strings.agent} ${person.name ?? ""}`.trim()));
    } else {
      turn.append(avatar, element("span", "unseen", this.#strings.assistant));
    }
    entry.messages.forEach((message, index) => {
      const image = this.#image(message.image);
      if (image) turn.append(image);
      if (message.text) turn.append(this.#bubble(message.text));
      if (message.buttons?.length) turn.append(this.#choices(entry, message, index));
    });
    this.#root.append(turn);
    if (stay) this.#newest.hidden = false;
    else this.#show(turn);
    return turn;
  }

  /** Scrolls to the end of the conversation. */
  toEnd() {
    this.#pinned = true;
    this.#newest.hidden = true;
    this.#scroller.scrollTop = this.#scroller.scrollHeight;
  }

  /** Scrolls to the end if the end was in sight. */
  follow() {
    if (this.#pinned) this.toEnd();
  }

  #bubble(text) {
    const bubble = element("p", "bubble");
    bubble.dir = "auto";
    // A number that is to be dialled must not break at its hyphen; every second part is one.
    text.split(NUMBER).forEach((part, index) => {
      bubble.append(index % 2 ? element("span", "number", part) : part);
    });
    return bubble;
  }

  // Only pictures of our own server: an address elsewhere would tell who reads this, and when.
  #image(path) {
    if (typeof path !== "string") return null;
    const url = new URL(path, document.baseURI);
    if (url.origin !== location.origin) return null;
    const image = element("img", "picture");
    image.src = url.href;
    image.alt = this.#strings.picture;
    image.addEventListener("load", () => this.follow());
    return image;
  }

  #pictures(entry, urls) {
    if (urls.length === 0) {
      return element("p", "bubble", fill(this.#strings.pictures_sent, { count: entry.pictures }));
    }
    const row = element("div", "sent-pictures");
    for (const url of urls) {
      const image = element("img", "thumb");
      image.src = url;
      image.alt = this.#strings.picture;
      row.append(image);
    }
    const bar = element("progress", "bar");
    bar.max = 1;
    bar.setAttribute("aria-label", this.#strings.picture);
    row.append(bar, element("p", "uploaded"));
    return row;
  }

  #choices(entry, message, index) {
    const titles = message.buttons.map((button) => button.title);
    return choices(titles, this.#strings.quick_replies_label, entry.chosen[index], (chosen, event) => {
      entry.chosen[index] = chosen;
      this.#events.choose(message.buttons[chosen], event);
    });
  }

  #time(at) {
    if (at - this.#last > GAP) {
      const today = new Date().toDateString() === new Date(at).toDateString();
      const day = today ? {} : { month: "long", day: "numeric" };
      const form = { ...day, hour: "2-digit", minute: "2-digit", hourCycle: "h23" };
      const shown = new Intl.DateTimeFormat(document.documentElement.lang, form).format(at);
      const time = element("time", "time", shown);
      time.dateTime = new Date(at).toISOString();
      this.#root.append(time);
    }
    this.#last = at;
  }

  #atEnd() {
    const { scrollHeight, scrollTop, clientHeight } = this.#scroller;
    return scrollHeight - scrollTop - clientHeight < NEAR;
  }

  // A reply longer than the screen is read from its beginning.
  #show(turn) {
    const top = turn.getBoundingClientRect().top - this.#scroller.getBoundingClientRect().top;
    const end = this.#scroller.scrollHeight - this.#scroller.clientHeight;
    this.#scroller.scrollTop = Math.min(end, this.#scroller.scrollTop + top - 12);
  }
}
