// Delivers messages to the channel: over a WebSocket, and over plain HTTP while none can be opened.
// What has no answer yet stays in the outbox and is sent again under the same id; the server answers an
// id once, so that nothing is lost and nothing is doubled.

import { fetchWithin, SignInNeeded } from "./access.js";

const FIRST_DELAY = 500;
const LONGEST_DELAY = 30_000;
const OPENING = 5_000;
const NOTICE = 8_000;
const ANSWER = 30_000;
const STEADY = 10_000;
const BACK_TO_SOCKET = 30_000;
const MAIL = 15_000;
const BAD_TOKEN = 4401;
const BAD_ORIGIN = 4403;

/** Milliseconds to wait before attempt number `attempt` (from 0): exponential, half of it by chance. */
export function backoff(attempt) {
  const longest = Math.min(LONGEST_DELAY, FIRST_DELAY * 2 ** attempt);
  return longest * (0.5 + Math.random() / 2);
}

export class Connection {
  #access;
  #events;
  #outbox = new Map();
  #socket = null;
  #preparing = false;
  #barred = false;
  #ready = false;
  #readySince = 0;
  #http = false;
  #posting = false;
  #attempt = 0;
  #retry = 0;
  #watchdog = 0;
  #renewal = 0;
  #mail = 0;

  /**
   * `access` is of access.js; `events` has the functions state("connecting" | "online" | "offline" | "reconnecting" |
   * "signin" | "barred"), typing(boolean), mail(mail), and reply(messageId, messages) and refused(messageId, messages),
   * after which the message may be sent once more.
   */
  constructor(access, events) {
    this.#access = access;
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

  /** Whether a message still waits for its answer. */
  waitsFor(id) {
    return this.#outbox.has(id);
  }

  #again() {
    if (this.#ready || this.#http || this.#barred) return;
    this.#attempt = 0;
    this.#open();
  }

  async #open() {
    clearTimeout(this.#retry);
    if (this.#socket || this.#preparing) return;
    this.#preparing = true;
    let first;
    let socket;
    try {
      first = await this.#access.firstFrame();
    } catch (error) {
      this.#lost(error);
      return;
    } finally {
      this.#preparing = false;
    }
    try {
      socket = new WebSocket(this.#access.socketUrl().href);
    } catch {
      this.#post();
      return;
    }
    this.#socket = socket;
    const opening = setTimeout(() => this.#closed(socket), OPENING);
    socket.onopen = () => {
      if (first) socket.send(JSON.stringify(first));
    };
    socket.onmessage = (event) => {
      clearTimeout(opening);
      if (socket === this.#socket) this.#receive(JSON.parse(event.data));
    };
    socket.onclose = ({ code }) => {
      clearTimeout(opening);
      this.#closed(socket, code);
    };
  }

  #receive(frame) {
    this.#watch(ANSWER);
    if (frame.type === "hello") {
      this.#ready = true;
      this.#readySince = Date.now();
      this.#http = false;
      clearTimeout(this.#mail);
      this.#events.state("online");
      this.#renewWithin(frame.expires_in);
      for (const [id, text] of this.#outbox) this.#transmit(id, text);
    } else if (frame.type === "typing") {
      this.#events.typing(true);
    } else if (frame.type === "reply") {
      this.#settle(frame.in_reply_to, () => this.#events.reply(frame.in_reply_to, frame.messages));
    } else if (frame.type === "mail") {
      this.#events.mail(frame);
    } else if (frame.type === "token") {
      this.#renewWithin(frame.expires_in);
    } else if (frame.type === "error" && frame.in_reply_to) {
      this.#settle(frame.in_reply_to, () =>
        this.#events.refused(frame.in_reply_to, frame.messages ?? []));
    }
  }

  #transmit(id, text) {
    this.#socket.send(JSON.stringify({ type: "message", message_id: id, text }));
    this.#watch(this.#outbox.size === 1 ? NOTICE : ANSWER);
  }

  // At two thirds of the token's life; a refused one costs nothing until the server closes the socket.
  #renewWithin(seconds) {
    clearTimeout(this.#renewal);
    if (seconds === undefined) return;
    const socket = this.#socket;
    this.#renewal = setTimeout(async () => {
      try {
        const token = await this.#access.fresh();
        if (socket === this.#socket) socket.send(JSON.stringify({ type: "token", token }));
      } catch {
        // The next socket asks again.
      }
    }, (seconds * 2_000) / 3);
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

  #closed(socket, code) {
    if (!socket || socket !== this.#socket) return;
    this.#socket = null;
    clearTimeout(this.#renewal);
    socket.close();
    if (code === BAD_ORIGIN) {
      this.#barred = true;
      this.#events.state("barred");
      return;
    }
    if (code === BAD_TOKEN) {
      this.#access.forget();
      // A token that ran out is replaced without a word; a fresh one that is refused is told.
      this.#lost(this.#ready ? undefined : new SignInNeeded());
      return;
    }
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
    } catch (error) {
      // A socket that is just being opened decides instead.
      if (!this.#socket) this.#lost(error);
    } finally {
      this.#posting = false;
    }
  }

  async #probe() {
    const answer = await fetchWithin(ANSWER, new URL("config", this.#access.base), { cache: "no-store" });
    if (!answer.ok) throw new Error(`HTTP ${answer.status}`);
  }

  async #postOne(id, text) {
    if (this.#http) this.#events.typing(true);
    const answer = await this.#access.post("messages", { message_id: id, text });
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
    this.#fetchMail();
  }

  async #fetchMail() {
    clearTimeout(this.#mail);
    try {
      const answer = await this.#access.get("mail");
      if (answer.ok) for (const mail of (await answer.json()).mail) this.#events.mail(mail);
    } catch {
      // Asked again below.
    }
    if (this.#http) this.#mail = setTimeout(() => this.#fetchMail(), MAIL);
  }

  #lost(error) {
    const socket = this.#socket;
    this.#socket = null;
    this.#ready = false;
    this.#http = false;
    if (socket) socket.close();
    clearTimeout(this.#watchdog);
    clearTimeout(this.#renewal);
    clearTimeout(this.#mail);
    clearTimeout(this.#retry);
    this.#retry = setTimeout(() => this.#open(), backoff(this.#attempt));
    this.#attempt += 1;
    this.#events.typing(false);
    const reachable = error instanceof SignInNeeded ? "signin" : "reconnecting";
    this.#events.state(navigator.onLine ? reachable : "offline");
  }
}
