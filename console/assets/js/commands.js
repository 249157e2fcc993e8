// The command bar: everything marked data-command on this page, and the conversations of the list.
const LIMIT = 12;

let found = [];
let at = 0;

export function startCommands() {
  const dialog = document.getElementById("commands");
  const input = document.getElementById("command-input");
  if (!dialog || !input) return;
  dialog.addEventListener("console:shown", () => {
    input.value = "";
    show("");
  });
  input.addEventListener("input", () => show(input.value));
  input.addEventListener("keydown", (event) => {
    if (event.isComposing) return;
    if (event.key === "ArrowDown" || event.key === "ArrowUp") {
      event.preventDefault();
      select(at + (event.key === "ArrowDown" ? 1 : -1));
    } else if (event.key === "Enter") {
      event.preventDefault();
      run(at);
    }
  });
  dialog.addEventListener("click", (event) => {
    if (event.target === dialog) return dialog.close();
    const option = event.target.closest("[role=option]");
    if (option) run([...option.parentElement.children].indexOf(option));
  });
}

function show(query) {
  const words = query.trim().toLocaleLowerCase().split(/\s+/);
  found = candidates()
    .filter(({ label }) => words.every((word) => label.toLocaleLowerCase().includes(word)))
    .slice(0, LIMIT);
  document.getElementById("command-list").replaceChildren(...found.map(option));
  document.querySelector(".command-none").hidden = found.length > 0;
  select(0);
}

function candidates() {
  const marked = [...document.querySelectorAll("[data-command]")].map((element) => ({
    element,
    label: label(element),
    glyph: element.querySelector("svg"),
    note: element.dataset.shortcut ?? "",
  }));
  const rows = [...document.querySelectorAll("#rows .row")].map((element) => ({
    element,
    label:
      `${element.querySelector(".row-name")?.textContent ?? ""} ${element.querySelector(".row-ticket")?.lastChild?.textContent ?? ""}`.trim(),
    glyph: null,
    note: element.querySelector(".row-time time")?.textContent ?? "",
  }));
  const inside = (one) => (one.element.closest("#conversation") ? 0 : 1);
  return [...marked.sort((a, b) => inside(a) - inside(b)), ...rows];
}

function label(element) {
  if (element.dataset.commandLabel) return element.dataset.commandLabel;
  const copy = element.cloneNode(true);
  for (const extra of copy.querySelectorAll(".count, kbd")) extra.remove();
  return copy.textContent.trim().replace(/\s+/g, " ");
}

function option({ label: text, glyph, note }, index) {
  const item = document.createElement("div");
  item.className = "command";
  item.id = `command-${index}`;
  item.setAttribute("role", "option");
  if (glyph) item.append(glyph.cloneNode(true));
  const words = document.createElement("span");
  words.textContent = text;
  item.append(words);
  if (note) {
    const mark = document.createElement("span");
    mark.className = "note";
    mark.textContent = note;
    item.append(mark);
  }
  return item;
}

function select(index) {
  if (!found.length) return;
  at = (index + found.length) % found.length;
  const options = document.getElementById("command-list").children;
  [...options].forEach((item, n) => item.setAttribute("aria-selected", String(n === at)));
  options[at].scrollIntoView({ block: "nearest" });
  document.getElementById("command-input").setAttribute("aria-activedescendant", options[at].id);
}

function run(index) {
  const chosen = found[index];
  document.getElementById("commands").close();
  chosen?.element.click();
}
