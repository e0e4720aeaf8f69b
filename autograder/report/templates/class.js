"use strict";
// Without this script the page says the same: it adds sorting and searching, and opens what is folded before printing.
const text = new Intl.Collator(undefined, {numeric: true, sensitivity: "base"});

function value(row, column) {
  const cell = row.cells[column];
  const said = cell.dataset.value ?? cell.textContent.trim();
  return said !== "" && !isNaN(said) ? Number(said) : said;
}

function compare(a, b) {
  if (typeof a === "number" && typeof b === "number") return a - b;
  return text.compare(String(a), String(b));
}

for (const table of document.querySelectorAll("table[data-sortable]")) {
  const heads = [...table.tHead.rows[0].cells];
  heads.forEach((head, column) => {
    const button = document.createElement("button");
    button.type = "button";
    button.append(...head.childNodes);
    head.append(button);
    button.addEventListener("click", () => {
      // Numbers are looked at from above first, names from the beginning.
      const before = head.getAttribute("aria-sort");
      const first = head.classList.contains("num") ? "descending" : "ascending";
      const other = first === "descending" ? "ascending" : "descending";
      const order = before === first ? other : first;
      heads.forEach((one) => one.removeAttribute("aria-sort"));
      head.setAttribute("aria-sort", order);
      const sign = order === "ascending" ? 1 : -1;
      const rows = [...table.tBodies[0].rows].map((row) => [value(row, column), row]);
      rows.sort((a, b) => sign * compare(a[0], b[0]));
      table.tBodies[0].append(...rows.map((pair) => pair[1]));
    });
  });
}

const search = document.getElementById("search");
const only = document.getElementById("only-first");
const found = document.getElementById("found");
const rows = [...document.getElementById("all").tBodies[0].rows];
// The names as they are searched: once, since there may be thousands.
const plain = (said) => said.normalize("NFKD").replace(/\p{M}/gu, "").toLowerCase();
const names = rows.map((row) => plain(`${row.cells[0].textContent} ${row.cells[row.cells.length - 1].textContent}`));

function show() {
  const words = plain(search.value).split(/\s+/).filter(Boolean);
  let count = 0;
  rows.forEach((row, i) => {
    row.hidden = (only.checked && !("first" in row.dataset)) || !words.every((word) => names[i].includes(word));
    count += !row.hidden;
  });
  found.textContent = count === rows.length ? "" : `${count} of ${rows.length} students`;
}

let waiting = 0;
search.addEventListener("input", () => { clearTimeout(waiting); waiting = setTimeout(show, 60); });
only.addEventListener("change", show);
document.querySelector(".tools").hidden = false;
if (search.value || only.checked) show();
addEventListener("beforeprint", () => document.querySelectorAll("details").forEach((one) => { one.open = true; }));
