// The institution's page around this one. It hands over one end of a MessageChannel, from an origin that the server
// allows; whatever is said afterwards goes through that channel and can be heard by nobody else.

const PATIENCE = 15_000;

/** Whether the widget shows this page in a frame. */
export const embedded = window.parent !== window && location.hash === "#widget";

const listed = document.querySelector("meta[name=jingzhong-hosts]").content.split(" ");
const hosts = new Set([...listed, location.origin]);

export class Host {
  #port;
  #asked = new Map();
  #number = 0;
  #events = {};

  constructor(port, { color, shown, signedIn }) {
    this.color = color;
    this.shown = shown;
    this.signedIn = signedIn;
    this.#port = port;
    port.onmessage = ({ data }) => this.#hear(data);
    window.addEventListener("keydown", (event) => {
      if (event.key === "Escape" && !event.isComposing) this.close();
    });
  }

  /** `events` has shown(boolean), called when the panel is opened and closed. */
  listen(events) {
    this.#events = events;
  }

  /** A fresh token of the user who is logged in there. */
  token() {
    this.#number += 1;
    const number = this.#number;
    this.#port.postMessage({ type: "token", number });
    return new Promise((resolve, reject) => {
      const timer = setTimeout(() => this.#settle(number, undefined), PATIENCE);
      this.#asked.set(number, { resolve, reject, timer });
    });
  }

  unread(count) {
    this.#port.postMessage({ type: "unread", count });
  }

  close() {
    this.#port.postMessage({ type: "close" });
  }

  #hear(data) {
    if (data.type === "token") this.#settle(data.number, data.token);
    else if (data.type === "shown") {
      this.shown = data.shown;
      this.#events.shown?.(data.shown);
    }
  }

  #settle(number, token) {
    const asked = this.#asked.get(number);
    if (!asked) return;
    this.#asked.delete(number);
    clearTimeout(asked.timer);
    if (typeof token === "string") asked.resolve(token);
    else asked.reject(new Error("the host gave no token"));
  }
}

/** The page around this one, once it has introduced itself; `null` where there is none. */
export const arrived = !embedded
  ? Promise.resolve(null)
  : new Promise((resolve) => {
      window.addEventListener("message", function greet(event) {
        if (event.source !== window.parent || !hosts.has(event.origin)) return;
        if (event.data?.type !== "jingzhong" || !event.ports[0]) return;
        window.removeEventListener("message", greet);
        const host = new Host(event.ports[0], event.data);
        event.ports[0].postMessage({ type: "ready" });
        resolve(host);
      });
    });
