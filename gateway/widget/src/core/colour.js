// The inbox's colour, corrected until text on it and text in it can be read (WCAG AA, 4.5 : 1).

const SURFACE = { light: [255, 255, 255], dark: [28, 26, 24] };

/**
 * From "#rrggbb" the accent set of a theme: `fill` for bubbles and buttons, `on` for text upon it,
 * `ink` for text and marks in the accent on the panel. Null when the colour cannot be read.
 */
export function accent(hex, theme) {
  const colour = parse(hex);
  if (!colour) return null;
  const on = luminance(colour) > 0.45 ? [0, 0, 0] : [255, 255, 255];
  const surface = SURFACE[theme];
  const away = theme === "dark" ? [255, 255, 255] : [0, 0, 0];
  const fill = until(colour, on[0] ? [0, 0, 0] : [255, 255, 255], on, 4.6);
  return { fill: css(fill), on: css(on), ink: css(until(colour, away, surface, 5.2)) };
}

/** Contrast ratio of two colours, 1 to 21. */
export function contrast(a, b) {
  const [high, low] = [luminance(a), luminance(b)].sort((x, y) => y - x);
  return (high + 0.05) / (low + 0.05);
}

/** Mixes `colour` towards `target` in small steps until it stands out enough against `against`. */
function until(colour, target, against, ratio) {
  let mixed = colour;
  for (let step = 1; step <= 20 && contrast(mixed, against) < ratio; step++) {
    mixed = colour.map((part, i) => Math.round(part + ((target[i] - part) * step) / 20));
  }
  return mixed;
}

function luminance(colour) {
  const [r, g, b] = colour.map((part) => {
    const share = part / 255;
    return share <= 0.04045 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4;
  });
  return 0.2126 * r + 0.7152 * g + 0.0722 * b;
}

function parse(hex) {
  const short = /^#([\da-f])([\da-f])([\da-f])$/i.exec(hex || "");
  const full = /^#([\da-f]{2})([\da-f]{2})([\da-f]{2})$/i.exec(short ? hex.replace(/[\da-f]/gi, "$&$&") : hex || "");
  return full && full.slice(1).map((part) => parseInt(part, 16));
}

const css = (colour) => `rgb(${colour.join(" ")})`;
