// What this tab remembers of its conversation, so that a reload neither loses nor repeats anything.
// It lives as long as the tab: a chat about money troubles should not stay on a shared phone.

const KEY = "jingzhong.chat";
const KEPT = 200;

/** A fresh id of 128 random bits in hexadecimal digits. */
export function freshId() {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
}

export class Memory {
  #storage;

  /** The memory of this tab; without storage (a browser may forbid it) it ends with the page. */
  constructor() {
    let kept = null;
    try {
      this.#storage = window.sessionStorage;
      kept = JSON.parse(this.#storage.getItem(KEY));
    } catch {
      this.#storage = null;
    }
    this.session = kept?.session ?? freshId();
    this.entries = kept?.entries ?? [];
  }

  /** Adds an entry and keeps it. */
  add(entry) {
    this.entries.push(entry);
    this.entries.splice(0, this.entries.length - KEPT);
    this.save();
  }

  /** Keeps what changed inside the entries. */
  save() {
    try {
      this.#storage?.setItem(KEY, JSON.stringify({ session: this.session, entries: this.entries }));
    } catch {
      // A full storage costs the transcript after a reload, not the conversation.
      this.#storage = null;
    }
  }
}
