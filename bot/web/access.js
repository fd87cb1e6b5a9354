// Who the page speaks for: a random session in the demo, or a user whom the institution's own site has logged in.

const ANSWER = 30_000;
const SPARE = 5_000;

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

/** No token was to be had, or the server did not take it: the user has to log in at the institution's site. */
export class SignInNeeded extends Error {}

/** What both kinds have in common. `base` is the channel's address, `owner` tells people apart in this tab. */
class Access {
  constructor(channel) {
    this.base = new URL(`webhooks/${channel}/`, document.baseURI);
  }

  /** The answer to a GET. */
  get(path) {
    const url = new URL(path, this.base);
    for (const [name, value] of Object.entries(this.fields())) url.searchParams.set(name, value);
    return this.#ask(url, { cache: "no-store" });
  }

  /** The answer to a POST of JSON. */
  post(path, body) {
    return this.#ask(new URL(path, this.base), {
      method: "POST",
      headers: { "Content-Type": "application/json" },
      body: JSON.stringify({ ...this.fields(), ...body }),
    });
  }

  async #ask(url, options) {
    for (let attempt = 0; ; attempt += 1) {
      const headers = { ...options.headers, ...(await this.headers()) };
      const answer = await fetchWithin(ANSWER, url, { ...options, headers });
      if (answer.status !== 401) return answer;
      this.forget();
      if (attempt > 0) throw new SignInNeeded();
    }
  }

  socketUrl() {
    const url = new URL("ws", this.base);
    url.protocol = url.protocol.replace("http", "ws");
    return url;
  }
}

/** An anonymous visitor of the demo. */
export class Visitor extends Access {
  owner = "";
  #session;

  constructor(session) {
    super("chat");
    this.#session = session;
  }

  fields() {
    return { session: this.#session };
  }

  socketUrl() {
    const url = super.socketUrl();
    url.searchParams.set("session", this.#session);
    return url;
  }

  async headers() {
    return {};
  }

  /** The frame that a socket begins with, if any. */
  async firstFrame() {
    return null;
  }

  forget() {}
}

/** A user of the institution's site, which is asked for tokens by `askToken()`. */
export class Customer extends Access {
  #askToken;
  #asking = null;
  #token = null;
  #claims = {};

  constructor(askToken) {
    super("app");
    this.#askToken = askToken;
  }

  /** The institution's id of the user; known once a token is there. */
  get owner() {
    return this.#claims.sub ?? "";
  }

  fields() {
    return {};
  }

  async headers() {
    return { Authorization: `Bearer ${await this.token()}` };
  }

  async firstFrame() {
    return { type: "token", token: await this.token() };
  }

  /** A token that is good for some seconds more, the one at hand or a fresh one. */
  async token() {
    if (this.#token && this.#claims.exp * 1000 - Date.now() > SPARE) return this.#token;
    return this.fresh();
  }

  /** A token fresh from the institution's site; many at once ask one time. */
  async fresh() {
    this.#asking ??= this.#ask().finally(() => {
      this.#asking = null;
    });
    return this.#asking;
  }

  /** The token at hand is not good. */
  forget() {
    this.#token = null;
  }

  async #ask() {
    try {
      const token = await this.#askToken();
      const claims = claimsOf(token);
      // Another person's conversation must not go on in this page.
      if (this.#claims.sub !== undefined && this.#claims.sub !== claims.sub) location.reload();
      this.#claims = claims;
      this.#token = token;
    } catch {
      throw new SignInNeeded();
    }
    return this.#token;
  }
}

// Read, not verified: the server does that. It tells users apart and when to ask for the next token.
function claimsOf(token) {
  const part = token.split(".")[1].replace(/-/g, "+").replace(/_/g, "/");
  const bytes = Uint8Array.from(atob(part), (character) => character.charCodeAt(0));
  return JSON.parse(new TextDecoder().decode(bytes));
}
