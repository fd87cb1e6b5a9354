// Larger letters for those who want them, remembered by the browser.

const KEY = "jingzhong.larger";

export function largerText(button) {
  function apply(larger) {
    document.documentElement.classList.toggle("larger", larger);
    button.setAttribute("aria-pressed", String(larger));
  }
  button.addEventListener("click", () => {
    const larger = button.getAttribute("aria-pressed") !== "true";
    apply(larger);
    try {
      localStorage.setItem(KEY, larger ? "1" : "");
    } catch {
      // It then lasts as long as the page.
    }
  });
  let larger = false;
  try {
    larger = localStorage.getItem(KEY) === "1";
  } catch {
    // As above.
  }
  apply(larger);
}
