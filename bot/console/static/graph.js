// The link graph under the hand: nodes can be moved, the picture moved and zoomed, and what hangs together shows.

export function enhanceGraphs(root) {
  for (const figure of root.querySelectorAll(".graph")) enhance(figure);
}

function enhance(figure) {
  const picture = figure.querySelector("svg");
  const world = picture.querySelector("g");
  const nodes = new Map([...world.querySelectorAll(".node")].map((node) => [node.dataset.id, { node, ...place(node) }]));
  const lines = [...world.querySelectorAll("line")];
  const reset = figure.querySelector("[data-reset]");
  const start = new Map([...nodes].map(([id, { x, y }]) => [id, { x, y }]));
  let view = { x: 0, y: 0, zoom: 1 };
  let held = null;

  const draw = () => {
    world.setAttribute("transform", `translate(${view.x} ${view.y}) scale(${view.zoom})`);
    for (const { node, x, y } of nodes.values()) node.setAttribute("transform", `translate(${x} ${y})`);
    for (const line of lines) {
      const a = nodes.get(line.dataset.a);
      const b = nodes.get(line.dataset.b);
      for (const [name, value] of [["x1", a.x], ["y1", a.y], ["x2", b.x], ["y2", b.y]]) line.setAttribute(name, value);
    }
    reset.hidden = false;
  };
  const where = (event) => {
    const point = new DOMPoint(event.clientX, event.clientY).matrixTransform(picture.getScreenCTM().inverse());
    return { x: point.x, y: point.y };
  };
  const highlight = (id) => {
    const near = new Set([id]);
    for (const line of lines) {
      const mine = line.dataset.a === id || line.dataset.b === id;
      line.classList.toggle("faded", Boolean(id) && !mine);
      if (mine) near.add(line.dataset.a).add(line.dataset.b);
    }
    for (const [key, { node }] of nodes) node.classList.toggle("faded", Boolean(id) && !near.has(key));
  };

  picture.addEventListener("pointerdown", (event) => {
    const node = event.target.closest(".node");
    held = { id: node?.dataset.id, from: where(event), view: { ...view }, moved: false };
    if (held.id) Object.assign(held, { x: nodes.get(held.id).x, y: nodes.get(held.id).y });
  });
  picture.addEventListener("pointermove", (event) => {
    if (!held) return;
    const now = where(event);
    const dx = now.x - held.from.x;
    const dy = now.y - held.from.y;
    if (!held.moved && Math.hypot(dx, dy) < 4) return;
    if (!held.moved) picture.setPointerCapture(event.pointerId);
    held.moved = true;
    if (held.id) Object.assign(nodes.get(held.id), { x: held.x + dx / view.zoom, y: held.y + dy / view.zoom });
    else view = { ...view, x: held.view.x + dx, y: held.view.y + dy };
    draw();
  });
  picture.addEventListener("pointerup", () => setTimeout(() => { held = null; }));
  picture.addEventListener("pointercancel", () => { held = null; });
  picture.addEventListener("click", (event) => { if (held?.moved) event.preventDefault(); }, true);
  picture.addEventListener("dragstart", (event) => event.preventDefault());
  picture.addEventListener("wheel", (event) => {
    event.preventDefault();
    const at = where(event);
    const zoom = Math.min(5, Math.max(0.3, view.zoom * Math.exp(-event.deltaY / 500)));
    const factor = zoom / view.zoom;
    view = { zoom, x: at.x - (at.x - view.x) * factor, y: at.y - (at.y - view.y) * factor };
    draw();
  }, { passive: false });
  for (const [id, { node }] of nodes) {
    node.addEventListener("pointerenter", () => highlight(id));
    node.addEventListener("pointerleave", () => highlight(""));
    node.addEventListener("focusin", () => highlight(id));
    node.addEventListener("focusout", () => highlight(""));
  }
  reset.addEventListener("click", () => {
    view = { x: 0, y: 0, zoom: 1 };
    for (const [id, spot] of start) Object.assign(nodes.get(id), spot);
    draw();
    reset.hidden = true;
  });
}

function place(node) {
  const { e, f } = node.transform.baseVal.consolidate().matrix;
  return { x: e, y: f };
}
