// The input: Enter sends, Shift+Enter breaks the line, an input method's own Enter does neither.

import { fill } from "./fill.js";

const COUNTED_FROM = 0.8;
const TALLEST = 148;

export class Composer {
  #input;
  #button;
  #counter;
  #strings;
  #limit;
  #send;
  #mayBeEmpty = false;

  /** `limit` in characters; `send(text)` gets what was entered, without blanks around it. */
  constructor({ form, input, button, counter }, strings, limit, send) {
    this.#input = input;
    this.#button = button;
    this.#counter = counter;
    this.#strings = strings;
    this.#limit = limit;
    this.#send = send;
    form.addEventListener("submit", (event) => {
      event.preventDefault();
      this.#submit();
    });
    input.addEventListener("input", () => this.#measure());
    input.addEventListener("keydown", (event) => {
      // Some input methods report their Enter with the old code 229 only.
      const composing = event.isComposing || event.keyCode === 229;
      if (event.key !== "Enter" || event.shiftKey || composing) return;
      event.preventDefault();
      this.#submit();
    });
    // Keeps the keyboard of a phone open when the button is tapped.
    button.addEventListener("pointerdown", (event) => event.preventDefault());
    this.#measure();
  }

  /** Pictures may be sent without words. */
  mayBeEmpty(may) {
    this.#mayBeEmpty = may;
    this.#measure();
  }

  /** Puts the cursor into the input. */
  focus() {
    this.#input.focus();
  }

  #submit() {
    if (this.#button.disabled) return;
    const text = this.#input.value.trim();
    this.#input.value = "";
    this.#measure();
    this.focus();
    this.#send(text);
  }

  #measure() {
    const count = Array.from(this.#input.value.trim()).length;
    const over = count - this.#limit;
    this.#button.disabled = (count === 0 && !this.#mayBeEmpty) || over > 0;
    this.#input.setAttribute("aria-invalid", String(over > 0));
    this.#counter.classList.toggle("over", over > 0);
    this.#counter.textContent =
      over > 0
        ? fill(this.#strings.too_long, { over })
        : count >= this.#limit * COUNTED_FROM
          ? fill(this.#strings.counter, { count, limit: this.#limit })
          : "";
    const { style } = this.#input;
    style.height = "auto";
    const border = this.#input.offsetHeight - this.#input.clientHeight;
    style.height = `${Math.min(this.#input.scrollHeight + border, TALLEST)}px`;
  }
}
