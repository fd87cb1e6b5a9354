// A client of the in-app chat (docs/app-chat.md) for a browser or any runtime with fetch and WebSocket.
//
//   const chat = new JingzhongChat("https://chat.example.com", async () => (await fetch("/chat-token")).text(), {
//     reply: (id, messages) => …, refused: (id, messages) => …, mail: ({ id, messages }) => …, state: (name) => …,
//   });
//   await chat.start();
//   chat.say("有人说能帮我停息挂账");

const LONGEST_PAUSE = 30_000;
const BAD_TOKEN = 4401;
const BAD_ORIGIN = 4403;

export class JingzhongChat {
  #base;
  #token;
  #events;
  #waiting = new Map(); // message id -> text, until it is answered
  #shown = new Set(); // "role id" of what was handed to the events
  #socket = null;
  #ready = false;
  #stopped = true;
  #attempt = 0;
  #renewal = 0;
  #retry = 0;

  /** `token()` resolves to a fresh token from the institution's backend. */
  constructor(service, token, events) {
    this.#base = new URL("webhooks/app/", service.endsWith("/") ? service : `${service}/`);
    this.#token = token;
    this.#events = events;
  }

  /** Connects and keeps connected until stop(). */
  async start() {
    this.#stopped = false;
    await this.#open();
  }

  stop() {
    this.#stopped = true;
    clearTimeout(this.#retry);
    clearTimeout(this.#renewal);
    this.#socket?.close();
  }

  /** Sends a message, now or as soon as there is a connection; returns its id. */
  say(text) {
    const id = crypto.randomUUID();
    this.#waiting.set(id, text);
    if (this.#ready) this.#send({ type: "message", message_id: id, text });
    return id;
  }

  /** Call it when mail was on a screen in sight. */
  read(...mailIds) {
    if (this.#ready) this.#send({ type: "receipt", read: mailIds });
  }

  /** The yellow bar of the app, or null. */
  async banner() {
    return (await this.#get("banner")).banner;
  }

  /** The four words that the app shows in its security centre. */
  async phrase() {
    return (await this.#get("phrase")).phrase;
  }

  async #get(path) {
    const headers = { Authorization: `Bearer ${await this.#token()}` };
    const answer = await fetch(new URL(path, this.#base), { headers });
    if (!answer.ok) throw new Error(`${path}: HTTP ${answer.status}`);
    return answer.json();
  }

  async #open() {
    clearTimeout(this.#retry);
    let token;
    try {
      token = await this.#token();
    } catch {
      this.#again("signin");
      return;
    }
    if (this.#stopped) return;
    const url = new URL("ws", this.#base);
    url.protocol = url.protocol.replace("http", "ws");
    const socket = new WebSocket(url);
    this.#socket = socket;
    socket.onopen = () => this.#send({ type: "token", token });
    socket.onmessage = ({ data }) => this.#hear(JSON.parse(data));
    socket.onclose = ({ code }) => this.#closed(code);
  }

  #hear(frame) {
    if (frame.type === "hello") {
      this.#ready = true;
      this.#attempt = 0;
      this.#events.state?.("online");
      this.#renewLater(frame.expires_in);
      this.#send({ type: "history" });
      // Whatever got no answer is sent again under its id; the server answers an id once.
      for (const [id, text] of this.#waiting) this.#send({ type: "message", message_id: id, text });
    } else if (frame.type === "token") {
      this.#renewLater(frame.expires_in);
    } else if (frame.type === "reply" && this.#waiting.delete(frame.in_reply_to)) {
      this.#shown.add(`user ${frame.in_reply_to}`).add(`assistant ${frame.in_reply_to}`);
      this.#events.reply?.(frame.in_reply_to, frame.messages);
    } else if (frame.type === "error" && frame.in_reply_to) {
      this.#refused(frame);
    } else if (frame.type === "mail") {
      // Told that it arrived even if it came before: the receipt may have been lost.
      this.#send({ type: "receipt", delivered: [frame.id] });
      if (this.#isNew("mail", frame.id)) this.#events.mail?.(frame);
    } else if (frame.type === "history") {
      // An entry that is being answered comes by itself.
      const entries = frame.entries.filter(({ role, id }) => !this.#waiting.has(id) && this.#isNew(role, id));
      if (entries.length > 0) this.#events.history?.(entries);
    }
  }

  #refused({ in_reply_to: id, messages = [], retry_after: seconds }) {
    const text = this.#waiting.get(id);
    if (text === undefined) return;
    this.#events.refused?.(id, messages);
    if (seconds === undefined) this.#waiting.delete(id);
    else setTimeout(() => this.#ready && this.#send({ type: "message", message_id: id, text }), seconds * 1000);
  }

  #isNew(role, id) {
    const key = `${role} ${id}`;
    return !this.#shown.has(key) && Boolean(this.#shown.add(key));
  }

  #renewLater(seconds) {
    clearTimeout(this.#renewal);
    this.#renewal = setTimeout(async () => {
      try {
        this.#send({ type: "token", token: await this.#token() });
      } catch {
        // The socket is closed when the old token has run out, and the next one asks again.
      }
    }, (seconds * 2000) / 3);
  }

  #send(frame) {
    if (this.#socket?.readyState === 1) this.#socket.send(JSON.stringify(frame));
  }

  #closed(code) {
    this.#ready = false;
    this.#socket = null;
    clearTimeout(this.#renewal);
    if (this.#stopped) return;
    if (code === BAD_ORIGIN) this.#events.state?.("barred");
    else this.#again(code === BAD_TOKEN ? "signin" : "reconnecting");
  }

  #again(state) {
    if (this.#stopped) return;
    this.#events.state?.(state);
    const longest = Math.min(LONGEST_PAUSE, 500 * 2 ** this.#attempt);
    this.#attempt += 1;
    this.#retry = setTimeout(() => this.#open(), longest * (0.5 + Math.random() / 2));
  }
}
