// The colour of the institution's page, where white letters can be read on it.

const ENOUGH = 4.5;

function luminance(hex) {
  const [r, g, b] = [1, 3, 5].map((at) => {
    const share = parseInt(hex.slice(at, at + 2), 16) / 255;
    return share <= 0.04045 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4;
  });
  return 0.2126 * r + 0.7152 * g + 0.0722 * b;
}

/** Uses `color`, such as #0d6672, for the user's bubbles and the send button; any other value changes nothing. */
export function useColor(color) {
  if (!/^#[0-9a-f]{6}$/i.test(color ?? "")) return;
  if (1.05 / (luminance(color) + 0.05) < ENOUGH) return;
  document.documentElement.style.setProperty("--brand", color);
  document.documentElement.style.setProperty("--brand-hover", color);
}
