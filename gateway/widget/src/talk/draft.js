// A streamed draft is Markdown that is still growing. This shows it close to what the finished message
// will look like, so that nothing jumps when the server's own rendering takes its place.
import { h } from "../core/dom.js";

/** The blocks of a growing Markdown text, as elements. */
export function draftBlocks(text) {
  const blocks = [];
  let kind = "";
  let fence = false;
  const block = (wanted) => {
    if (kind !== wanted) blocks.push(h(wanted));
    kind = wanted;
    return blocks.at(-1);
  };
  for (const line of text.split("\n")) {
    const [, mark, item] = /^\s*([-*+]|\d+[.)])\s+(.*)$/.exec(line) || [];
    if (/^\s*```/.test(line)) {
      fence = !fence;
      kind = "";
    } else if (fence) {
      block("pre").append(line + "\n");
    } else if (!line.trim()) {
      if (kind === "p") kind = "";
    } else if (mark) {
      block(/\d/.test(mark) ? "ol" : "ul").append(h("li", {}, ...inline(item)));
    } else if (/^#+\s/.test(line)) {
      blocks.push(h("h4", {}, ...inline(line.replace(/^#+\s+/, ""))));
      kind = "";
    } else {
      const paragraph = block("p");
      paragraph.append(paragraph.firstChild ? " " : "", ...inline(line));
    }
  }
  return blocks;
}

/** Strong, code and citation marks; the rest is text. A link shows its words. */
function inline(text) {
  return text
    .replace(/\[([^\]]+)\]\([^)]*\)/g, "$1")
    .split(/(\*\*[^*]+\*\*|`[^`]+`|\[\d+\])/)
    .map((piece) => {
      if (/^\*\*.+\*\*$/.test(piece)) return h("strong", {}, piece.slice(2, -2));
      if (/^`.+`$/.test(piece)) return h("code", {}, piece.slice(1, -1));
      if (/^\[\d+\]$/.test(piece)) return h("span.cite", {}, piece.slice(1, -1));
      return piece;
    });
}

/** One line of plain words for a preview or a screen reader: no marks, no citation numbers. */
export function plainWords(text) {
  return text
    .replace(/\[([^\]]+)\]\([^)]*\)/g, "$1")
    .replace(/\[\d+\]|[*`#>|]+/g, "")
    .replace(/\s+/g, " ")
    .trim();
}
