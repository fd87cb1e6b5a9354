// Figures that follow the pointer. The server writes them as <title>, which shows them without scripts too.

export function enhanceCharts(root) {
  for (const chart of root.querySelectorAll(".chart")) enhance(chart);
}

function enhance(chart) {
  const groups = [...chart.querySelectorAll("g")].filter((group) => group.querySelector(":scope > title"));
  const texts = groups.map((group) => {
    const title = group.querySelector(":scope > title");
    const text = title.textContent;
    title.remove();
    return text;
  });
  const tip = document.createElement("div");
  tip.className = "tip";
  tip.hidden = true;
  chart.append(tip);

  const show = (index) => {
    groups.forEach((group, place) => group.classList.toggle("chosen", place === index));
    tip.hidden = index < 0;
    if (index < 0) return;
    tip.textContent = texts[index];
    const frame = chart.getBoundingClientRect();
    const strip = (groups[index].querySelector(".hit") ?? groups[index]).getBoundingClientRect();
    const middle = strip.left + strip.width / 2 - frame.left;
    const left = middle + 14 + tip.offsetWidth > frame.width ? middle - tip.offsetWidth - 14 : middle + 14;
    tip.style.left = `${Math.max(0, left)}px`;
    tip.style.top = `${strip.top - frame.top + (strip.height > 60 ? 6 : strip.height + 2)}px`;
  };
  groups.forEach((group, index) => group.addEventListener("pointerenter", () => show(index)));
  chart.addEventListener("pointerleave", () => show(-1));

  // With the keyboard: the chart takes the focus, the arrows go through its figures.
  const picture = chart.querySelector("svg");
  picture.setAttribute("tabindex", "0");
  let at = -1;
  picture.addEventListener("keydown", (event) => {
    const step = { ArrowRight: 1, ArrowDown: 1, ArrowLeft: -1, ArrowUp: -1 }[event.key];
    if (!step || !groups.length) return;
    event.preventDefault();
    at = (at + step + groups.length) % groups.length;
    show(at);
    picture.setAttribute("aria-description", texts[at]);
  });
  picture.addEventListener("blur", () => show((at = -1)));
}
