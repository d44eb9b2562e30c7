"use strict";
const details = JSON.parse(document.getElementById("details").textContent);
const table = document.getElementById("people");
const body = table.tBodies[0];
const rows = [...body.rows];
const search = document.getElementById("search");
const kind = document.getElementById("kind");
const count = document.getElementById("count");
const heads = [...table.tHead.rows[0].cells];
const texts = rows.map((row) => row.textContent.toLowerCase());
let open = null;

const make = (tag, text, className) => {
  const element = document.createElement(tag);
  if (text !== undefined) element.textContent = text;
  if (className) element.className = className;
  return element;
};
const name = (text) => make("bdi", text);
const fixed = (number, digits) => (number === null ? "–" : number.toFixed(digits));

rows.forEach((row, at) => {
  const cell = row.cells[0];
  const button = make("button");
  button.type = "button";
  button.setAttribute("aria-expanded", "false");
  button.append(...cell.childNodes);
  cell.append(button);
  button.addEventListener("click", () => toggle(row, button, details[at]));
});

function toggle(row, button, about) {
  const same = open && open.button === button;
  if (open) {
    open.detail.remove();
    open.button.setAttribute("aria-expanded", "false");
    open = null;
  }
  if (!same) {
    const detail = make("tr", undefined, "detail");
    const cell = make("td");
    cell.colSpan = heads.length;
    cell.append(...describe(about));
    detail.append(cell);
    row.after(detail);
    button.setAttribute("aria-expanded", "true");
    open = { detail, button, row };
  }
  remember();
}

function describe(about) {
  const parts = [make("p")];
  parts[0].append("Asked: ", name(about.question));
  for (const line of about.lines) parts.push(biography(line, about));
  if (about.way) {
    const made = make("p", `Nobody has this name. How it was made: ${about.way}, from `);
    about.lenders.forEach(([lender, answer], at) => {
      made.append(at ? " and " : "", name(lender), " (answer: ", name(answer), ")");
    });
    parts.push(made);
  }
  parts.push(make("h3", "The likeliest places"), places(about));
  parts.push(make("h3", "Letter by letter"));
  const letters = make("p");
  about.letters.forEach(([letter, p]) => letters.append(name(visible(letter)), ` ${fixed(p, 2)}  `));
  parts.push(letters, make("h3", "Layer by layer"));
  const lens = make("ol");
  lens.start = 0;
  for (const [letter, p, answer, place] of about.lens) {
    const line = make("li");
    line.append("it would say ", name(visible(letter)), ` (${fixed(p, 2)}); the answer’s first letter has ${fixed(answer, 2)}`);
    if (place !== null) line.append(`, the right place’s ${fixed(place, 2)}`);
    lens.append(line);
  }
  parts.push(lens, make("h3", "What the last ⁇ reads, by layer (the head that reads most)"));
  const strips = make("div", undefined, "strip");
  strips.tabIndex = 0;
  strips.setAttribute("role", "group");
  strips.setAttribute("aria-label", "What the last ⁇ reads");
  about.reads.forEach((weights, layer) => {
    const strip = make("div", `${layer + 1} `);
    [...about.question, "⁇"].forEach((letter, at) => {
      const cell = make("span", letter);
      cell.style.setProperty("--w", `${weights[at] || 0}%`);
      strip.append(cell);
    });
    strips.append(strip);
  });
  parts.push(strips);
  return parts;
}

// where a phrase stands in a line as whole words; -1 if nowhere
function positionOf(phrase, line) {
  const escaped = phrase.replace(/[.*+?^${}()|[\]\\]/g, "\\$&");
  return line.search(new RegExp(`(?<![\\p{L}\\p{N}_])${escaped}(?![\\p{L}\\p{N}_])`, "u"));
}

function biography(line, about) {
  const text = make("p");
  const found = [[about.place, "truth", "right place"], [about.answer, "", "answer"]]
    .filter(([phrase], at, all) => phrase && (at === 0 || phrase !== all[0][0]))
    .map(([phrase, className, what]) => [positionOf(phrase, line), phrase, className, what])
    .filter(([start]) => start >= 0)
    .sort((a, b) => a[0] - b[0]);
  let from = 0;
  for (const [start, phrase, className, what] of found) {
    if (start < from) continue;
    const marked = make("mark", phrase, className);
    marked.title = what;
    text.append(line.slice(from, start), marked, make("small", ` (${what})`));
    from = start + phrase.length;
  }
  text.append(line.slice(from));
  text.dir = "auto";
  return text;
}

function places(about) {
  const grid = make("div", undefined, "places");
  const add = (label, p) => {
    const bar = make("i");
    bar.style.width = `${100 * p}%`;
    grid.append(label, make("span", fixed(p, 3)), bar);
  };
  for (const [place, p] of about.top) add(name(place), p);
  add(make("span", "other places"), about.other + about.pruned);
  add(make("span", "no known place"), about.outside);
  return grid;
}

const visible = (letter) => ({ " ": "␣", "\n": "⏎" })[letter] || letter;

function show() {
  const words = search.value.toLowerCase();
  let shown = 0;
  rows.forEach((row, at) => {
    row.hidden = !(texts[at].includes(words) && (kind.value === "" || row.dataset.kind === kind.value));
    shown += !row.hidden;
  });
  if (open && open.row.hidden) toggle(open.row, open.button);
  count.textContent = `${shown} of ${rows.length} shown`;
  remember();
}

function sort(at) {
  const down = heads[at].getAttribute("aria-sort") === "ascending";
  heads.forEach((head) => head.removeAttribute("aria-sort"));
  heads[at].setAttribute("aria-sort", down ? "descending" : "ascending");
  const value = (row) => row.cells[at].textContent;
  const order = (a, b) => {
    const [x, y] = [value(a), value(b)];
    if (x === "–" || y === "–") return (x === "–") - (y === "–");
    const numbers = parseFloat(x) - parseFloat(y);
    const first = Number.isNaN(numbers) ? x.localeCompare(y, "en") : numbers;
    return down ? -first : first;
  };
  [...rows].sort(order).forEach((row) => body.append(row));
  if (open) open.row.after(open.detail);
}

heads.forEach((head, at) => head.firstElementChild.addEventListener("click", () => sort(at)));
document.querySelector(".controls").addEventListener("submit", (event) => event.preventDefault());
search.addEventListener("input", show);
kind.addEventListener("change", show);

// The fragment keeps search, filter and person: a link to one person can be sent.
function remember() {
  const state = new URLSearchParams();
  if (search.value) state.set("q", search.value);
  if (kind.value) state.set("kind", kind.value);
  if (open) state.set("p", open.button.textContent);
  const text = state.toString();
  if (text) history.replaceState(null, "", `#${text}`);
  else if (location.hash.includes("=")) history.replaceState(null, "", "#everybody");
}

const state = new URLSearchParams(location.hash.includes("=") ? location.hash.slice(1) : "");
search.value = state.get("q") || "";
kind.value = state.get("kind") || "";
const wanted = state.get("p");
show();
if (wanted) {
  const row = rows.find((one) => one.cells[0].textContent === wanted);
  if (row) {
    row.cells[0].firstElementChild.click();
    row.scrollIntoView();
  }
}
