// Opens a conversation from the list in place: the list keeps its scroll, its focus and its rows.
const WIDE = matchMedia("(min-width: 760px)");

export function startOpen() {
  document.addEventListener("click", (event) => {
    const link = event.target.closest("#rows .row");
    if (
      !link ||
      !document.querySelector(".inbox") ||
      event.defaultPrevented ||
      event.button !== 0 ||
      event.metaKey ||
      event.ctrlKey ||
      event.shiftKey ||
      event.altKey
    )
      return;
    event.preventDefault();
    open(link.href, { push: true });
  });
  document.addEventListener("click", (event) => {
    const back = event.target.closest("[data-back]");
    if (!back || !document.querySelector(".inbox") || WIDE.matches || !history.state?.fromList) return;
    event.preventDefault();
    history.back();
  });
  addEventListener("popstate", () => {
    if (document.querySelector(".inbox")) open(location.href, { push: false });
  });
}

/** Shows the conversation at `address` in the third pane. */
export async function open(address, { push }) {
  const pane = document.querySelector(".inbox > .conversation");
  pane?.setAttribute("aria-busy", "true");
  let response;
  try {
    response = await fetch(address, { headers: { Accept: "text/html" } });
  } catch {
    response = null;
  }
  if (!response?.ok || response.redirected) return location.assign(address);
  const fresh = new DOMParser().parseFromString(await response.text(), "text/html");
  const theirs = fresh.querySelector(".inbox > .conversation");
  if (!theirs || !pane) return location.assign(address);
  if (push) history.pushState({ fromList: true }, "", address);
  show(fresh, pane, theirs);
}

function show(fresh, pane, theirs) {
  const fromRow = document.activeElement?.closest(".row");
  pane.replaceWith(document.adoptNode(theirs));
  document.querySelector(".inbox").dataset.open = fresh.querySelector(".inbox").dataset.open;
  document.title = fresh.title;
  document.body.dataset.liveFrom = fresh.body.dataset.liveFrom ?? "";
  document.body.dataset.path = fresh.body.dataset.path;
  const current = theirs.dataset.conversation;
  for (const row of document.querySelectorAll("#rows .row")) {
    row.toggleAttribute("aria-current", row.parentElement.dataset.key === current);
    if (row.hasAttribute("aria-current")) row.setAttribute("aria-current", "true");
  }
  document.dispatchEvent(new CustomEvent("console:opened"));
  if (!WIDE.matches || !fromRow?.isConnected) document.getElementById("scroller")?.focus({ preventScroll: true });
}
