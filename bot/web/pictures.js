// Choosing pictures: camera or album, the limits before anything is sent, a preview, and a way to take each out again.

import { fill } from "./fill.js";
import { element } from "./log.js";

const TYPES = ["image/jpeg", "image/png", "image/webp", "image/gif"];
const MEGABYTE = 1024 * 1024;
const FINE = matchMedia("(pointer: fine)");

export class Pictures {
  #parts;
  #config;
  #changed;
  #chosen = [];

  /** `parts` are the elements of the page by name; `changed(count)` is called with every choice. */
  constructor(parts, config, changed) {
    this.#parts = parts;
    this.#config = config;
    this.#changed = changed;
    const { toggle, camera, album, input } = parts;
    parts.limits.textContent = fill(config.strings.pictures_limits, this.#limits());
    toggle.addEventListener("click", () => this.#open(parts.tray.hidden));
    parts.tray.addEventListener("keydown", (event) => {
      if (event.key !== "Escape") return;
      event.stopPropagation();
      this.#open(false);
      toggle.focus();
    });
    for (const picker of [camera, album]) {
      picker.addEventListener("change", () => {
        this.#add(picker.files);
        picker.value = "";
      });
    }
    input.addEventListener("paste", (event) => {
      if (event.clipboardData.files.length === 0) return;
      event.preventDefault();
      this.#add(event.clipboardData.files);
    });
  }

  /** The pictures chosen, each `{file, url}`; none is chosen afterwards. The caller revokes the URLs. */
  take() {
    const taken = this.#chosen;
    this.#chosen = [];
    this.#open(false);
    this.#show();
    return taken;
  }

  #limits() {
    const { max_pictures: count, max_picture_bytes: bytes } = this.#config;
    return { count, megabytes: Math.floor(bytes / MEGABYTE) };
  }

  #open(open) {
    const { tray, toggle } = this.#parts;
    tray.hidden = !open;
    toggle.setAttribute("aria-expanded", String(open));
    // With a finger the focus would only get in the way.
    if (open && FINE.matches) this.#parts.album.focus({ focusVisible: true });
  }

  #add(files) {
    const { strings } = this.#config;
    let complaint = "";
    for (const file of files) {
      if (!TYPES.includes(file.type)) complaint = strings.picture_wrong_type;
      else if (file.size > this.#config.max_picture_bytes) complaint = strings.picture_too_big;
      else if (this.#chosen.length >= this.#config.max_pictures) complaint = strings.pictures_too_many;
      else this.#chosen.push({ file, url: URL.createObjectURL(file) });
    }
    this.#open(true);
    this.#show();
    this.#parts.complaint.textContent = fill(complaint, this.#limits());
    if (this.#chosen.length > 0 && FINE.matches) this.#parts.input.focus();
  }

  #show() {
    const { strings } = this.#config;
    const shown = this.#chosen.map((picture) => {
      const item = element("li", "preview");
      const image = element("img", "thumb");
      image.src = picture.url;
      image.alt = picture.file.name;
      const remove = element("button", "remove", "×");
      remove.type = "button";
      remove.setAttribute("aria-label", `${strings.picture_remove} ${picture.file.name}`);
      remove.addEventListener("click", () => {
        URL.revokeObjectURL(picture.url);
        this.#chosen = this.#chosen.filter((other) => other !== picture);
        this.#show();
        this.#parts.toggle.focus();
      });
      item.append(image, remove);
      return item;
    });
    this.#parts.previews.replaceChildren(...shown);
    this.#parts.complaint.textContent = "";
    this.#changed(this.#chosen.length);
  }
}
