// A sheet that rises over the thread and shows the passage behind a source.
import { h, icon, iconButton } from "../core/dom.js";
import { safe, webAddress } from "./safe.js";
import { t } from "../core/words.js";

/** The sheet: {element, open(citation, from), close(), isOpen()}. While it is open, `behind` is inert. */
export function createSheet(behind, base) {
  const element = h("div.veil", { hidden: true, onclick: (event) => event.target === element && close() });
  let from = null;

  function open(citation, opener) {
    if (!citation) return;
    from = opener;
    // A path is a page of this server, such as a guide.
    const address = webAddress(citation.url?.replace(/^\//, base));
    const shut = iconButton("close", t("back"), close);
    const heading = citation.heading && citation.heading !== citation.title && h("p.quiet", { dir: "auto" }, citation.heading);
    const passage = h("div.body.passage", { dir: "auto", tabindex: "0" });
    if (citation.html) passage.append(safe(citation.html, citation.text));
    else passage.append(h("p.plain", {}, citation.text));
    element.replaceChildren(
      h(
        "div.sheet",
        { role: "dialog", "aria-modal": "true", "aria-label": t("source", citation) },
        h("div.top", {}, h("b.number", {}, String(citation.n)), h("h3", { dir: "auto" }, citation.title), shut),
        heading,
        passage,
        address && h("a.open", { href: address, target: "_blank", rel: "noopener nofollow" }, t("source_open"), icon("away")),
      ),
    );
    element.hidden = false;
    for (const part of behind) part.inert = true;
    shut.focus();
  }

  function close() {
    if (element.hidden) return;
    element.hidden = true;
    for (const part of behind) part.inert = false;
    from?.focus();
  }

  return { element, open, close, isOpen: () => !element.hidden };
}
