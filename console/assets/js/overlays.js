// Navigation and panel on small screens: without a script they open by their address (#nav, #panel).
export function startOverlays() {
  document.addEventListener("click", (event) => {
    if (event.target.closest("[data-nav]")) return show(event, "nav");
    if (event.target.closest("[data-nav-close], .side-shade")) return hide(event, "nav");
    if (event.target.closest("[data-panel]")) return toggle(event);
    if (event.target.closest("[data-panel-close]")) return hide(event, "panel");
    const panel = document.getElementById("panel");
    if (panel?.dataset.open !== undefined && !panel.contains(event.target)) hide(null, "panel");
  });
  document.addEventListener("keydown", (event) => {
    if (event.key !== "Escape") return;
    for (const id of ["panel", "nav"]) if (document.getElementById(id)?.dataset.open !== undefined) hide(event, id);
  });
}

function show(event, id) {
  event?.preventDefault();
  const element = document.getElementById(id);
  if (!element) return;
  element.dataset.open = "";
  const first = id === "nav" ? element.querySelector("[aria-current], a") : element;
  requestAnimationFrame(() => first?.focus());
}

function hide(event, id) {
  event?.preventDefault();
  const element = document.getElementById(id);
  if (!element || element.dataset.open === undefined) return;
  delete element.dataset.open;
  if (location.hash === `#${id}`) history.replaceState(history.state, "", location.pathname + location.search);
  document.querySelector(id === "nav" ? "[data-nav]" : "[data-panel]")?.focus();
}

function toggle(event) {
  if (document.getElementById("panel")?.dataset.open === undefined) show(event, "panel");
  else hide(event, "panel");
}
