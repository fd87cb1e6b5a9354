// Jingzhong on an institution's own pages: a button, and the chat in a frame. Loaded by one script tag; defines the global
// Jingzhong and no other. How it is used stands in docs/widget.md.
(() => {
  "use strict";
  if (window.Jingzhong) return;

  const strings = /* filled in by the server */ JINGZHONG_STRINGS;
  const script = document.currentScript;
  const service = new URL(script.src);
  const { position = "right", zIndex = "2147483000", button = "show" } = script.dataset;
  const color = /^#[0-9a-f]{6}$/i.test(script.dataset.color ?? "") ? script.dataset.color : "#0d6672";
  const ANSWER = 4_000;
  const LOADING = 25_000;
  const CSS = `
    :host { all: initial; }
    [hidden] { display: none !important; }
    button {
      position: fixed; bottom: calc(20px + env(safe-area-inset-bottom)); z-index: 1; width: 56px; height: 56px;
      padding: 0; border: 0; border-radius: 50%; background: var(--color); color: var(--ink); cursor: pointer;
      box-shadow: 0 4px 16px rgb(0 0 0 / 28%);
    }
    button:focus-visible { outline: 3px solid var(--color); outline-offset: 3px; box-shadow: 0 0 0 3px #fff; }
    svg { display: block; margin: auto; }
    .badge {
      position: absolute; top: -4px; right: -4px; min-width: 22px; padding: 0 6px; border-radius: 11px;
      background: #b3261e; color: #fff; font: 600 13px/22px system-ui, sans-serif; box-sizing: border-box;
    }
    .panel {
      position: fixed; bottom: calc(88px + env(safe-area-inset-bottom)); width: 400px;
      height: min(680px, 100vh - 112px); overflow: hidden; border-radius: 18px; background: Canvas; color: CanvasText;
      color-scheme: light dark; box-shadow: 0 12px 48px rgb(0 0 0 / 30%);
    }
    .panel.closed { visibility: hidden; }
    .right { right: 20px; }
    .left { left: 20px; }
    iframe { display: block; width: 100%; height: 100%; border: 0; color-scheme: light dark; }
    p { position: absolute; inset: 0; display: grid; place-content: center; margin: 0; padding: 32px; background: Canvas;
      font: 17px/1.7 system-ui, sans-serif; text-align: center; }
    @media (max-width: 480px), (max-height: 480px) {
      .panel { inset: 0; width: 100%; height: 100%; border-radius: 0; }
      .ready.open > button { display: none; }
    }`;

  let askToken = null;
  let root = null;
  let parts = null;
  let frame = null;
  let port = null;
  let opened = false;
  let focused = null;
  let timer = 0;
  let overflow = null;

  function make(tag, fields) {
    return Object.assign(document.createElement(tag), fields);
  }

  // White or black, whichever is easier to see on the colour.
  function ink() {
    const [r, g, b] = [1, 3, 5].map((at) => (parseInt(color.slice(at, at + 2), 16) / 255) ** 2.2);
    return 0.2126 * r + 0.7152 * g + 0.0722 * b > 0.18 ? "#000" : "#fff";
  }

  function icon() {
    const svg = document.createElementNS("http://www.w3.org/2000/svg", "svg");
    const path = document.createElementNS(svg.namespaceURI, "path");
    const look = { viewBox: "0 0 24 24", width: 28, height: 28, fill: "none", stroke: "currentColor" };
    for (const [name, value] of Object.entries(look)) svg.setAttribute(name, value);
    path.setAttribute("stroke-width", "1.8");
    path.setAttribute("stroke-linejoin", "round");
    path.setAttribute("d", "M5 5h14a2 2 0 0 1 2 2v8a2 2 0 0 1-2 2h-7l-5 4v-4H5a2 2 0 0 1-2-2V7a2 2 0 0 1 2-2ZM8 11h.1M12 11h.1M16 11h.1");
    svg.append(path);
    return svg;
  }

  function build() {
    if (root) return;
    root = make("div");
    Object.assign(root.style, { position: "fixed", zIndex });
    root.style.setProperty("--color", color);
    root.style.setProperty("--ink", ink());
    const shadow = root.attachShadow({ mode: "open" });
    const side = position === "left" ? "left" : "right";
    const box = make("div");
    const opener = make("button", { type: "button", className: side, hidden: button === "hide" });
    const badge = make("span", { className: "badge", hidden: true });
    const panel = make("div", { className: `panel closed ${side}` });
    const note = make("p", { hidden: true });
    note.setAttribute("role", "status");
    panel.setAttribute("role", "dialog");
    panel.setAttribute("aria-label", strings.widget_open);
    panel.inert = true;
    opener.append(icon(), badge);
    opener.addEventListener("click", () => (opened ? close() : open()));
    panel.append(note);
    box.append(opener, panel);
    style(shadow);
    shadow.append(box);
    parts = { box, opener, badge, panel, note };
    shadow.addEventListener("keydown", escape);
    count(0);
    document.body.append(root);
  }

  // A constructed sheet is not subject to the page's Content-Security-Policy; old browsers know none.
  function style(shadow) {
    try {
      const sheet = new CSSStyleSheet();
      sheet.replaceSync(CSS);
      shadow.adoptedStyleSheets = [sheet];
    } catch {
      shadow.append(make("style", { textContent: CSS }));
    }
  }

  function escape(event) {
    if (event.key === "Escape" && opened) close();
  }

  function count(number) {
    const unread = strings.widget_unread.replace("{count}", String(number));
    parts.badge.hidden = number === 0;
    parts.badge.textContent = String(number);
    parts.opener.setAttribute("aria-label", number ? `${strings.widget_open}, ${unread}` : strings.widget_open);
  }

  function tell(text) {
    parts.note.textContent = text;
    parts.note.hidden = text === "";
    parts.box.classList.toggle("ready", text === "");
  }

  function connect(options = {}) {
    if (options.token) askToken = options.token;
    build();
    if (frame) return;
    tell(strings.widget_loading);
    frame = make("iframe", { src: new URL("./#widget", service).href, title: strings.widget_open });
    frame.allow = "";
    frame.addEventListener("load", introduce);
    parts.panel.append(frame);
    timer = setTimeout(refused, LOADING);
  }

  // The frame gets one end of a channel, if it is a page of the service: the browser delivers this to no other origin.
  function introduce() {
    port?.close();
    const channel = new MessageChannel();
    port = channel.port1;
    port.onmessage = ({ data }) => hear(data);
    const hello = { type: "jingzhong", color, shown: opened, signedIn: askToken !== null };
    clearTimeout(timer);
    timer = setTimeout(refused, ANSWER);
    frame.contentWindow.postMessage(hello, service.origin, [channel.port2]);
  }

  async function hear(data) {
    const from = port;
    if (data.type === "ready") {
      clearTimeout(timer);
      tell("");
    } else if (data.type === "close") close();
    else if (data.type === "unread") count(opened ? 0 : data.count);
    else if (data.type === "token") {
      let token = null;
      try {
        token = await askToken();
      } catch {
        // The chat is told that there is none.
      }
      from.postMessage({ type: "token", number: data.number, token });
    }
  }

  function refused() {
    frame?.remove();
    frame = null;
    tell(strings.widget_refused);
  }

  function show(shown) {
    opened = shown;
    parts.panel.classList.toggle("closed", !shown);
    parts.panel.inert = !shown;
    parts.box.classList.toggle("open", shown);
    parts.opener.setAttribute("aria-expanded", String(shown));
    port?.postMessage({ type: "shown", shown });
    // On a phone the chat is the whole screen, and the page behind it stays where it is.
    const whole = matchMedia("(max-width: 480px), (max-height: 480px)").matches;
    const { style: page } = document.documentElement;
    if (shown && whole) {
      overflow ??= page.overflow;
      page.overflow = "hidden";
    } else if (overflow !== null) {
      page.overflow = overflow;
      overflow = null;
    }
  }

  function open(options) {
    connect(options);
    if (opened) return;
    focused = document.activeElement === root ? parts.opener : document.activeElement;
    show(true);
    count(0);
    frame.focus();
    document.addEventListener("keydown", escape);
  }

  function close() {
    if (!opened) return;
    document.removeEventListener("keydown", escape);
    show(false);
    const back = focused?.isConnected && focused !== document.body ? focused : parts.opener;
    back.focus();
  }

  function leave() {
    if (!root) return;
    if (opened) close();
    clearTimeout(timer);
    port?.close();
    root.remove();
    root = parts = frame = port = askToken = null;
    begin();
  }

  function begin() {
    if (button === "hide") return;
    if (document.body) build();
    else document.addEventListener("DOMContentLoaded", build, { once: true });
  }

  window.Jingzhong = Object.freeze({ open, close, connect, leave });
  begin();
})();
