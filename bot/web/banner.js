// The yellow bar: a warning that fits what the user told lately. The general hint is for the app's other screens; here the
// safety card says as much.

export class Bar {
  #parts;
  #closed = null;

  /** `act(say)` is called by the bar's button; `say` is null if it only leads to the input. */
  constructor(parts, act) {
    this.#parts = parts;
    parts.close.addEventListener("click", () => {
      this.#closed = parts.text.textContent;
      parts.bar.hidden = true;
    });
    parts.button.addEventListener("click", (event) => {
      parts.bar.hidden = true;
      this.#closed = parts.text.textContent;
      act(parts.button.value || null, event);
    });
  }

  /** Asks the server and shows what it says; one that was closed stays so until it says something else. */
  async load(access) {
    const { bar, text, button } = this.#parts;
    let banner = null;
    try {
      const answer = await access.get("banner");
      if (answer.ok) ({ banner } = await answer.json());
    } catch {
      return;
    }
    if (banner?.level !== "warning" || banner.text === this.#closed) {
      bar.hidden = true;
      return;
    }
    text.textContent = banner.text;
    button.textContent = banner.action.title;
    button.value = banner.action.say ?? "";
    bar.hidden = false;
  }
}
