// Delivers messages to the chat channel: over a WebSocket, and over plain HTTP while none can be opened.
// What has no answer yet stays in the outbox and is sent again under the same id; the server answers an
// id once, so that nothing is lost and nothing is doubled.

const FIRST_DELAY = 500;
const LONGEST_DELAY = 30_000;
const OPENING = 5_000;
const NOTICE = 8_000;
const ANSWER = 30_000;
const STEADY = 10_000;
const BACK_TO_SOCKET = 30_000;

/** Milliseconds to wait before attempt number `attempt` (from 0): exponential, half of it by chance. */
export function backoff(attempt) {
  const longest = Math.min(LONGEST_DELAY, FIRST_DELAY * 2 ** attempt);
  return longest * (0.5 + Math.random() / 2);
}

/** `fetch` that gives up after `milliseconds`. */
export async function fetchWithin(milliseconds, url, options) {
  const abort = new AbortController();
  const timer = setTimeout(() => abort.abort(), milliseconds);
  try {
    return await fetch(url, { ...options, signal: abort.signal });
  } finally {
    clearTimeout(timer);
  }
}

export class Connection {
  #base;
  #session;
  #events;
  #outbox = new Map();
  #socket = null;
  #ready = false;
  #readySince = 0;
  #http = false;
  #posting = false;
  #attempt = 0;
  #retry = 0;
  #watchdog = 0;

  /**
   * `base` is the channel's address; `events` has the functions state("connecting" | "online" |
   * "offline" | "reconnecting"), typing(boolean), reply(messageId, messages) and refused(messageId,
   * messages), after which the message may be sent once more.
   */
  constructor(base, session, events) {
    this.#base = base;
    this.#session = session;
    this.#events = events;
  }

  /** Connects, and keeps connected from now on. */
  start() {
    window.addEventListener("online", () => this.#again());
    window.addEventListener("offline", () => this.#lost());
    window.addEventListener("pageshow", () => this.#again());
    document.addEventListener("visibilitychange", () => {
      if (!document.hidden) this.#again();
    });
    this.#events.state("connecting");
    this.#open();
  }

  /** Takes a message, now or before start(); it is kept until it is answered or refused. */
  send(id, text) {
    this.#outbox.set(id, text);
    if (this.#ready) this.#transmit(id, text);
    else if (this.#http) this.#post();
  }

  #again() {
    if (this.#ready || this.#http) return;
    this.#attempt = 0;
    this.#open();
  }

  #open() {
    clearTimeout(this.#retry);
    if (this.#socket) return;
    const url = new URL("ws", this.#base);
    url.protocol = url.protocol.replace("http", "ws");
    url.searchParams.set("session", this.#session);
    let socket;
    try {
      socket = new WebSocket(url.href);
    } catch {
      this.#post();
      return;
    }
    this.#socket = socket;
    const opening = setTimeout(() => this.#closed(socket), OPENING);
    socket.onmessage = (event) => {
      clearTimeout(opening);
      if (socket === this.#socket) this.#receive(JSON.parse(event.data));
    };
    socket.onclose = () => {
      clearTimeout(opening);
      this.#closed(socket);
    };
  }

  #receive(frame) {
    this.#watch(ANSWER);
    if (frame.type === "hello") {
      this.#ready = true;
      this.#readySince = Date.now();
      this.#http = false;
      this.#events.state("online");
      for (const [id, text] of this.#outbox) this.#transmit(id, text);
    } else if (frame.type === "typing") {
      this.#events.typing(true);
    } else if (frame.type === "reply") {
      this.#settle(frame.in_reply_to, () => this.#events.reply(frame.in_reply_to, frame.messages));
    } else if (frame.type === "error" && frame.in_reply_to) {
      this.#settle(frame.in_reply_to, () =>
        this.#events.refused(frame.in_reply_to, frame.messages ?? []));
    }
  }

  #transmit(id, text) {
    this.#socket.send(JSON.stringify({ type: "message", message_id: id, text }));
    this.#watch(this.#outbox.size === 1 ? NOTICE : ANSWER);
  }

  // An answer that comes a second time, after the message was sent a second time, is dropped here.
  #settle(id, tell) {
    if (!this.#outbox.delete(id)) return;
    this.#events.typing(false);
    tell();
    this.#watch(ANSWER);
  }

  // A connection can die without a word. The server takes notice of a first message at once; an answer
  // may take longer.
  #watch(milliseconds) {
    clearTimeout(this.#watchdog);
    const socket = this.#socket;
    if (this.#outbox.size === 0 || !socket) return;
    this.#watchdog = setTimeout(() => this.#closed(socket), milliseconds);
  }

  #closed(socket) {
    if (!socket || socket !== this.#socket) return;
    this.#socket = null;
    socket.close();
    if (!this.#ready) {
      this.#post();
      return;
    }
    this.#ready = false;
    if (Date.now() - this.#readySince > STEADY) this.#attempt = 0;
    this.#lost();
  }

  // Also finds out, with an empty outbox, whether the server can be reached by HTTP at all.
  async #post() {
    if (this.#posting) return;
    this.#posting = true;
    try {
      if (this.#outbox.size === 0) await this.#probe();
      while (this.#outbox.size > 0 && !this.#ready) {
        const [id, text] = this.#outbox.entries().next().value;
        await this.#postOne(id, text);
      }
      if (!this.#ready) this.#reachedByHttp();
    } catch {
      // A socket that is just being opened decides instead.
      if (!this.#socket) this.#lost();
    } finally {
      this.#posting = false;
    }
  }

  async #probe() {
    const answer = await fetchWithin(ANSWER, new URL("config", this.#base), { cache: "no-store" });
    if (!answer.ok) throw new Error(`HTTP ${answer.status}`);
  }

  async #postOne(id, text) {
    if (this.#http) this.#events.typing(true);
    const answer = await fetchWithin(ANSWER, new URL("messages", this.#base), {
      method: "POST",
      headers: { "Content-Type": "application/json" },
      body: JSON.stringify({ session: this.#session, message_id: id, text }),
    });
    // An answer that does not name the message comes from something between us and the channel.
    const { in_reply_to: about, messages = [] } = await answer.json();
    if (answer.ok && about === id) {
      this.#settle(id, () => this.#events.reply(id, messages));
    } else if (about === id || answer.status === 400 || answer.status === 413) {
      this.#settle(id, () => this.#events.refused(id, messages));
    } else {
      throw new Error(`HTTP ${answer.status}`);
    }
  }

  #reachedByHttp() {
    this.#http = true;
    this.#attempt = 0;
    this.#events.state("online");
    clearTimeout(this.#retry);
    this.#retry = setTimeout(() => this.#open(), BACK_TO_SOCKET);
  }

  #lost() {
    const socket = this.#socket;
    this.#socket = null;
    this.#ready = false;
    this.#http = false;
    if (socket) socket.close();
    clearTimeout(this.#watchdog);
    clearTimeout(this.#retry);
    this.#retry = setTimeout(() => this.#open(), backoff(this.#attempt));
    this.#attempt += 1;
    this.#events.typing(false);
    this.#events.state(navigator.onLine ? "reconnecting" : "offline");
  }
}
