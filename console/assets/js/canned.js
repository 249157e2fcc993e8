// Canned replies: `/` at the beginning of a word opens the list, further letters filter it.
let place = null;

/** `insert(text, from, to)` puts text into the reply box. */
export function startCanned(insert) {
  document.addEventListener("input", (event) => {
    if (event.target.id === "body") look(event.target);
  });
  document.addEventListener(
    "keydown",
    (event) => {
      if (event.target.id === "body" && place) walk(event, insert);
    },
    true,
  );
  document.addEventListener("click", (event) => {
    const item = event.target.closest("[data-canned]");
    if (item) choose(item, insert);
  });
  document.addEventListener("focusout", (event) => {
    if (event.target.id === "body" && place && !event.relatedTarget?.closest("#composer")) close();
  });
}

function look(field) {
  const before = field.value.slice(0, field.selectionStart);
  const match = /(?:^|\s)\/(\S*)$/.exec(before);
  const menu = document.querySelector("[data-menu=canned]");
  if (!match || !menu) return close();
  place = { from: before.length - match[1].length - 1, to: before.length };
  const query = match[1].toLocaleLowerCase();
  let shown = 0;
  for (const item of items(menu, false)) {
    item.hidden = !item.textContent.toLocaleLowerCase().includes(query);
    item.id ||= `canned-${item.dataset.canned}`;
    if (!item.hidden) shown += 1;
  }
  if (!shown) return close();
  menu.dataset.filter = "true";
  menu.open = true;
  point(field, items(menu)[0]);
}

function walk(event, insert) {
  const menu = document.querySelector("[data-menu=canned]");
  const list = items(menu);
  const at = list.findIndex((item) => item.dataset.pointed !== undefined);
  if (event.key === "ArrowDown" || event.key === "ArrowUp") {
    stop(event);
    point(event.target, list[(at + (event.key === "ArrowDown" ? 1 : -1) + list.length) % list.length]);
  } else if ((event.key === "Enter" && !event.ctrlKey && !event.metaKey && !event.isComposing) || event.key === "Tab") {
    stop(event);
    if (list[at]) choose(list[at], insert);
  } else if (event.key === "Escape") {
    stop(event);
    close();
  }
}

function choose(item, insert) {
  const text = item.querySelector(".preview").textContent;
  const { from, to } = place ?? {};
  close();
  item.closest("details").open = false;
  insert(text, from, to);
}

function close() {
  place = null;
  const menu = document.querySelector("[data-menu=canned]");
  document.getElementById("body")?.removeAttribute("aria-activedescendant");
  if (!menu?.dataset.filter) return;
  delete menu.dataset.filter;
  menu.open = false;
  for (const item of items(menu, false)) {
    item.hidden = false;
    delete item.dataset.pointed;
  }
}

function point(field, item) {
  for (const other of items(item.closest("details"), false)) delete other.dataset.pointed;
  item.dataset.pointed = "";
  item.scrollIntoView({ block: "nearest" });
  field.setAttribute("aria-activedescendant", item.id);
}

function items(menu, shown = true) {
  return [...menu.querySelectorAll("[data-canned]")].filter((item) => !shown || !item.hidden);
}

function stop(event) {
  event.preventDefault();
  event.stopPropagation();
}
