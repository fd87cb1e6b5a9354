// Shows the conversation. Everything is inserted as text: nothing that a person or the assistant writes
// becomes markup or a link.

const GAP = 5 * 60_000;
const NEAR = 80;
const NUMBER = /(\d[\d-]{3,18}\d)/;

/** An element with a class and, if given, a text. */
function element(tag, className, text) {
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

  /** Shows what the user said: `{id, text, shown?, at, state: "waiting" | "answered" | "refused"}`. */
  addUser(entry) {
    this.#time(entry.at);
    const turn = element("div", "turn user");
    turn.append(element("span", "unseen", this.#strings.me), this.#bubble(entry.shown ?? entry.text));
    turn.append(element("p", "mark waiting", this.#strings.pending));
    const refused = element("p", "mark refused", this.#strings.failed);
    const retry = element("button", "retry", this.#strings.retry);
    retry.type = "button";
    retry.addEventListener("click", () => this.#events.retry(entry));
    refused.append(retry);
    turn.append(refused);
    this.#sent.set(entry.id, turn);
    this.mark(entry);
    this.#root.append(turn);
  }

  /** Shows the state of what the user said. */
  mark(entry) {
    this.#sent.get(entry.id).dataset.state = entry.state;
  }

  /** Shows a reply: `{id, messages: [{text, buttons?}], at, chosen: {message index: button index}}`. */
  addReply(entry) {
    const stay = !this.#pinned;
    this.#time(entry.at);
    const turn = element("div", "turn assistant");
    const avatar = element("img", "avatar");
    avatar.src = "favicon.svg";
    avatar.alt = "";
    avatar.width = avatar.height = 28;
    turn.append(avatar, element("span", "unseen", this.#strings.assistant));
    entry.messages.forEach((message, index) => {
      if (message.text) turn.append(this.#bubble(message.text));
      if (message.buttons?.length) turn.append(this.#choices(entry, message, index));
    });
    this.#root.append(turn);
    if (stay) this.#newest.hidden = false;
    else this.#show(turn);
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
