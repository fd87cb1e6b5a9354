// Tells the server which mail this page keeps, and which was on a screen in sight.

const GATHER = 400;

export class Receipts {
  #access;
  #visible;
  #waiting = new Map();
  #due = { delivered: [], read: [] };
  #timer = 0;
  #observer;

  /** `visible()` tells whether anybody can see the page. */
  constructor(access, scroller, visible) {
    this.#access = access;
    this.#visible = visible;
    this.#observer = new IntersectionObserver((seen) => this.#look(seen), { root: scroller });
  }

  /** This page has kept a piece of mail and shows it in `element`. */
  delivered(id, element) {
    this.#note("delivered", id);
    this.#waiting.set(element, { id, inSight: false });
    this.#observer.observe(element);
  }

  /** The page came into sight. */
  shown() {
    for (const [element, { id, inSight }] of this.#waiting) {
      if (!inSight || !this.#visible()) continue;
      this.#observer.unobserve(element);
      this.#waiting.delete(element);
      this.#note("read", id);
    }
  }

  #look(seen) {
    for (const { target, isIntersecting } of seen) {
      const waiting = this.#waiting.get(target);
      if (waiting) waiting.inSight = isIntersecting;
    }
    this.shown();
  }

  #note(what, id) {
    this.#due[what].push(id);
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.#send(), GATHER);
  }

  async #send() {
    const due = this.#due;
    this.#due = { delivered: [], read: [] };
    try {
      const answer = await this.#access.post("receipts", due);
      if (answer.ok) return;
    } catch {
      // Sent again with the next one.
    }
    this.#due.delivered.unshift(...due.delivered);
    this.#due.read.unshift(...due.read);
  }
}
