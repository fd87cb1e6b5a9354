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
  #owner = "";

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
    this.#owner = kept?.owner ?? "";
  }

  /** Forgets what another person said in this tab. */
  belongsTo(owner) {
    if (owner === this.#owner) return;
    this.#owner = owner;
    this.session = freshId();
    this.entries = [];
    this.save();
  }

  /** Adds an entry and keeps it. */
  add(entry) {
    this.entries.push(entry);
    this.entries.splice(0, this.entries.length - KEPT);
    this.save();
  }

  has(role, id) {
    return this.entries.some((one) => one.role === role && one.id === id && !one.refusal);
  }

  /** Puts entries of the server where they belong in time, but for those that are here; returns whether any was new. */
  merge(entries) {
    let fresh = false;
    for (const entry of entries) {
      if (this.has(entry.role, entry.id)) continue;
      // A reply follows its message, whatever the clock of this device says.
      const asked = this.entries.findIndex((one) => one.role === "user" && one.id === entry.id);
      const later = this.entries.findIndex((one) => one.at > entry.at);
      const place = asked >= 0 ? asked + 1 : later >= 0 ? later : this.entries.length;
      this.entries.splice(place, 0, entry);
      fresh = true;
    }
    if (fresh) this.save();
    return fresh;
  }

  /** Keeps what changed inside the entries. */
  save() {
    const kept = { owner: this.#owner, session: this.session, entries: this.entries };
    try {
      this.#storage?.setItem(KEY, JSON.stringify(kept));
    } catch {
      // A full storage costs the transcript after a reload, not the conversation.
      this.#storage = null;
    }
  }
}
