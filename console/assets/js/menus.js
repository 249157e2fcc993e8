// Menus are <details>: one open at a time, closed by Escape or a click elsewhere, walked by arrows.
export function startMenus() {
  document.addEventListener(
    "toggle",
    (event) => {
      const menu = event.target;
      if (!menu.matches?.("details.menu") || !menu.open) return;
      for (const other of document.querySelectorAll("details.menu[open]")) {
        if (other !== menu && !other.contains(menu)) other.open = false;
      }
      // One in the flow of the talk makes the page longer.
      if (menu.matches(".change")) menu.querySelector(".menu-body").scrollIntoView({ block: "nearest" });
    },
    true,
  );
  document.addEventListener("pointerdown", (event) => {
    for (const menu of document.querySelectorAll("details.menu[open]")) {
      if (!menu.contains(event.target) && !menu.dataset.filter) menu.open = false;
    }
  });
  document.addEventListener("keydown", (event) => {
    const menu = document.activeElement?.closest?.("details.menu[open]");
    if (!menu) return;
    if (event.key === "Escape") {
      event.stopPropagation();
      menu.open = false;
      menu.querySelector("summary").focus();
    } else if (event.key === "ArrowDown" || event.key === "ArrowUp") {
      if (document.activeElement.matches("select, textarea, input")) return;
      event.preventDefault();
      step(menu, event.key === "ArrowDown" ? 1 : -1);
    }
  });
}

function step(menu, by) {
  const items = [...menu.querySelectorAll(".menu-item")].filter((item) => !item.hidden);
  const at = items.indexOf(document.activeElement);
  items[(at + by + items.length) % items.length]?.focus();
}
