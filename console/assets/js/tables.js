// Tables marked sortable sort by a click on a heading.
export function startTables() {
  for (const table of document.querySelectorAll("table[data-sortable]")) {
    [...table.tHead.rows[0].cells].forEach((cell, column) => {
      if (cell.querySelector(".hidden")) return;
      const button = document.createElement("button");
      button.type = "button";
      button.className = "sort";
      button.append(...cell.childNodes);
      cell.append(button);
      button.addEventListener("click", () => sort(table, cell, column));
    });
  }
}

function sort(table, cell, column) {
  const down = cell.getAttribute("aria-sort") !== "descending";
  for (const other of table.tHead.rows[0].cells) other.removeAttribute("aria-sort");
  cell.setAttribute("aria-sort", down ? "descending" : "ascending");
  const body = table.tBodies[0];
  const rows = [...body.rows].sort((a, b) => compare(a.cells[column], b.cells[column]));
  body.append(...(down ? rows.reverse() : rows));
}

function compare(a, b) {
  const [x, y] = [a, b].map(
    (cell) => cell.dataset.value ?? cell.querySelector("time")?.dateTime ?? cell.textContent.trim(),
  );
  const [p, q] = [x, y].map((text) => Number(text.replace(/[,\s]/g, "")));
  return Number.isNaN(p) || Number.isNaN(q) ? x.localeCompare(y) : p - q;
}
