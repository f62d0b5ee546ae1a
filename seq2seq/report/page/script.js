"use strict";
// The samples of the page: sorting, filtering, searching and paging, and what each word of an output looked at.
// All texts enter the page as text, never as HTML.

let data, rowCount, isSure; // see budget.py
const ROWS_A_PAGE = 50, PRINTED_ROWS = 12, LONG = 900; // letters that fill a screen
const DIGITS = "0123456789abcdefghijklmnopqrstuvwxyz";
const MARKS = { 1: "near", 2: "other" };
const ROLES = { TBODY: "rowgroup", TR: "row", TH: "rowheader", TD: "cell" }; // which a style of blocks would take away
const byId = (id) => document.getElementById(id);
const state = { column: "number", descending: false, preset: "order", page: 0 };

// ---- small helpers

function make(tag, attributes = {}, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (value === false || value === null || value === undefined) continue;
    if (name in element && name !== "role" && name !== "colSpan") element[name] = value;
    else element.setAttribute(name, value === true ? "" : value);
  }
  element.append(...children.filter((child) => child !== null && child !== undefined));
  return element;
}

function chip(index) {
  const name = "http://www.w3.org/2000/svg";
  const svg = document.createElementNS(name, "svg"), use = document.createElementNS(name, "use");
  const look = index % 8 + 1;
  svg.setAttribute("class", `chip fill-s${look}`);
  svg.setAttribute("viewBox", "0 0 12 12");
  svg.setAttribute("aria-hidden", "true");
  use.setAttribute("href", `#marker-${look}`);
  svg.append(use);
  return svg;
}

const wordsOf = (text) => text.split(/[ \u001f]/);
const plain = (text) => text.replaceAll("\u001f", "");
const folded = (text) => plain(text).normalize("NFD").replace(/[\u0300-\u036f]/g, "").toLowerCase(); // case, accents
const count = (number) => number.toLocaleString("en");
const percent = (share) => `${Math.round(100 * share)} %`;
const mean = (values) => (values.length ? values.reduce((sum, value) => sum + value, 0) / values.length : null);
const known = (values) => values.filter((value) => value !== null && value !== undefined);
const share = (digit) => DIGITS.indexOf(digit) / 35;

// ---- the values of a row

function chosenSystems() {
  const chosen = byId("which").value;
  return chosen === "all" ? data.systems : [data.systems[Number(chosen)]];
}

const VALUES = {
  number: (row) => data.numbers[row],
  length: (row) => wordsOf(data.captions || !data.sources[row] ? data.references[row][0] : data.sources[row]).length,
  score: (row) => mean(known(chosenSystems().map((system) => system.scores[row]))),
  confidence: (row) => mean(known(chosenSystems().map((system) => system.confidences && system.confidences[row]))),
  spread: (row) => {
    const scores = known(data.systems.map((system) => system.scores[row]));
    return scores.length > 1 ? Math.max(...scores) - Math.min(...scores) : null;
  },
};

const PRESETS = {
  order: ["number", false],
  best: ["score", true],
  worst: ["score", false],
  divided: ["spread", true],
  unsure: ["confidence", false],
};

// ---- which rows are shown

function textsOf(row, where) {
  if (where === "source") return [data.sources[row]];
  if (where === "references") return data.references[row];
  if (where !== "all") return [data.systems[Number(where)].outputs[row]];
  return [data.sources[row], ...data.references[row], ...data.systems.map((system) => system.outputs[row])];
}

function range(id, scale) {
  const [low, high] = [["low", -Infinity], ["high", Infinity]].map(([end, otherwise]) => {
    const input = byId(`${id}-${end}`);
    return input.value === "" ? otherwise : input.valueAsNumber * scale;
  });
  if (low === -Infinity && high === Infinity) return () => true;
  return (value) => value !== null && value >= low - 1e-9 && value <= high + 1e-9;
}

function visibleRows() {
  const sought = folded(byId("search").value.trim()), where = byId("where").value;
  const scoreFits = range("score", 1), confidenceFits = range("confidence", 0.01);
  const rows = [];
  for (let row = 0; row < rowCount; row++) {
    if (sought && !textsOf(row, where).some((text) => folded(text).includes(sought))) continue;
    if (scoreFits(VALUES.score(row)) && confidenceFits(VALUES.confidence(row))) rows.push(row);
  }
  const values = rows.map(VALUES[state.column]), sign = state.descending ? -1 : 1;
  const order = rows.map((_, place) => place);
  order.sort((one, other) => {
    const [first, second] = [values[one], values[other]];
    if (first === null || second === null) return (first === null) - (second === null); // the unknown come last
    return sign * (first - second) || one - other;
  });
  return order.map((place) => rows[place]);
}

// ---- drawing rows

function words(text, attributes = () => ({})) {
  const nodes = [];
  text.split(/([ \u001f])/).forEach((part, place) => {
    if (place % 2) nodes.push(part === " " ? " " : document.createElement("wbr"));
    else nodes.push(make("span", { className: "word", ...attributes(place / 2) }, part));
  });
  return nodes;
}

function outputCell(system, row) {
  const text = system.outputs[row];
  const sure = system.words && system.words[row], looked = system.looked && system.looked[row];
  const line = make("p", { className: "output", dir: "auto", lang: data.language });
  for (const node of words(text)) line.append(node);
  [...line.querySelectorAll(".word")].forEach((word, place) => {
    const mark = MARKS[system.marks[row][place]];
    if (mark) word.classList.add(mark);
    if (mark === "other") word.setAttribute("role", "mark");
    if (sure && sure[place]) word.style.setProperty("--doubt", percent(1 - share(sure[place])).replace(" ", ""));
  });
  if (!text) line.append(make("span", { className: "nothing" }, "empty"));
  line.classList.toggle("long", text.length > LONG);
  if (sure || looked) {
    line.tabIndex = 0;
    line.classList.add("told");
    line.setAttribute("role", "group");
    line.setAttribute("aria-label", `${system.name}: ${plain(text)}. The arrow keys go from word to word.`);
  }
  const missing = system.missing[row];
  if (missing) {
    const named = (word) => make("span", { dir: "auto", lang: data.language }, plain(word));
    const lacking = missing.split(" ").flatMap((word) => [" ", named(word)]);
    line.append(make("wbr"), make("span", { className: "missing" }, "lacks", ...lacking));
  }
  const whole = make("div", { className: "line" }, line);
  if (looked && (!data.captions || system.grid)) {
    const name = data.captions ? "Attention" : "Alignment";
    whole.append(make("button", { type: "button", className: "open-map", "aria-expanded": "false" }, name));
  }
  return make("td", { className: "text" }, whole);
}

function scoreCell(value, full, text, label) {
  const cell = make("td", { className: "number" }, make("span", { className: "label" }, label), text);
  if (value === null || value === undefined) return cell;
  const bar = make("span", { className: "bar" });
  bar.style.setProperty("--share", `${Math.min(100, (100 * value) / full)}%`);
  cell.append(bar);
  return cell;
}

function textRow(kind, who, texts) {
  const lang = kind === "reference" ? data.language : null;
  const lengthClass = (text) => (text.length > LONG ? "long" : "");
  const lines = texts.map((text) => make("p", { className: lengthClass(text), dir: "auto", lang }, ...words(text)));
  const empty = (isSure ? [0, 1] : [0]).map(() => make("td", { className: "number none" }));
  const cells = [make("td", { className: "who" }, who), make("td", { className: "text" }, ...lines)];
  return make("tr", { className: kind }, ...cells, ...empty);
}

function image(small, alt) {
  return make("img", { src: small.uri, alt, width: small.width, height: small.height });
}

function picture(row) {
  const small = data.pictures[row];
  if (!small) return null;
  if (!small.uri) return make("span", { className: "problem" }, `No picture: ${small.problem}`);
  return make("span", { className: "picture" }, image(small, `Picture ${data.sources[row]}`));
}

function sample(row) {
  const references = data.references[row];
  const lines = [textRow("reference", references.length > 1 ? "References" : "Reference", references)];
  if (!data.captions && data.sources[row]) lines.unshift(textRow("source", "Source", [data.sources[row]]));
  data.systems.forEach((system, place) => {
    const sure = system.confidences && system.confidences[row];
    const who = make("td", { className: "who" }, chip(place), make("span", { dir: "auto" }, system.name));
    const cells = [who, outputCell(system, row)];
    const score = system.scores[row];
    cells.push(scoreCell(score, 100, score === null ? "–" : score.toFixed(1), data.metric));
    if (isSure) cells.push(scoreCell(sure, 1, sure === null ? "–" : percent(sure), "confidence"));
    lines.push(make("tr", { className: "system", "data-system": place }, ...cells));
  });
  const number = make("span", {}, count(data.numbers[row]));
  const head = make("th", { scope: "rowgroup", className: "head" }, number, picture(row));
  head.rowSpan = lines.length;
  lines[0].prepend(head);
  const body = make("tbody", { className: "sample", "data-row": row }, ...lines);
  for (const node of [body, ...body.querySelectorAll("tr, th, td")]) node.setAttribute("role", ROLES[node.tagName]);
  return body;
}

function draw(printing = false) {
  clearLook();
  const rows = visibleRows(), pages = Math.max(1, Math.ceil(rows.length / ROWS_A_PAGE));
  state.page = Math.min(state.page, pages - 1);
  const start = state.page * ROWS_A_PAGE;
  const table = byId("rows");
  for (const body of [...table.tBodies]) body.remove();
  table.append(...rows.slice(start, start + (printing ? PRINTED_ROWS : ROWS_A_PAGE)).map(sample));
  byId("printed").hidden = !printing;
  byId("printed").textContent = `${count(Math.min(PRINTED_ROWS, rows.length - start))} of ${count(rows.length)} are printed.`;
  const unit = data.captions ? "pictures" : "sentences";
  const found = rows.length === rowCount ? "" : `${count(rows.length)} of `;
  byId("count").textContent = `${found}${count(rowCount)} ${unit}${found && " match"}`;
  byId("page").textContent = `Page ${state.page + 1} of ${pages}`;
  byId("pages").hidden = pages < 2;
  byId("previous").disabled = state.page === 0;
  byId("next").disabled = state.page === pages - 1;
  for (const heading of table.tHead.querySelectorAll("[data-column]")) {
    const sorted = heading.dataset.column === state.column;
    if (sorted) heading.setAttribute("aria-sort", state.descending ? "descending" : "ascending");
    else heading.removeAttribute("aria-sort");
  }
  for (const button of document.querySelectorAll("[data-preset]")) {
    button.setAttribute("aria-pressed", button.dataset.preset === state.preset);
  }
}

// ---- what a word looked at

let lookedFrom = null;

function clearLook() {
  for (const word of document.querySelectorAll(".looked")) word.classList.remove("looked");
  for (const word of document.querySelectorAll(".current")) word.classList.remove("current");
  for (const heat of document.querySelectorAll(".head .heat")) heat.remove();
  byId("readout").hidden = true;
  lookedFrom = null;
}

function pairs(text) {
  return text ? text.split(",").map((pair) => [parseInt(pair.slice(0, -1), 36), share(pair.slice(-1))]) : [];
}

function heat(cells, grid, seen) { // amber where it looked, the rest darkened; the browser smooths the few cells
  const canvas = make("canvas", { className: "heat", width: grid[1], height: grid[0] });
  const context = canvas.getContext("2d"), pixels = context.createImageData(grid[1], grid[0]);
  [...cells].forEach((digit, place) => {
    const weight = share(digit);
    pixels.data.set([255 * weight, 180 * weight, 30 * weight, 165 * (1 - weight) + 95 * weight], 4 * place);
  });
  context.putImageData(pixels, 0, 0);
  const [left, top, right, bottom] = seen || [0, 0, 1, 1]; // the style fades what is beside it
  const edges = { left, top, width: right - left, height: bottom - top };
  for (const [edge, part] of Object.entries(edges)) canvas.style[edge] = `${100 * part}%`;
  return canvas;
}

const PLACES = [["upper left", "top", "upper right"], ["left", "middle", "right"], ["lower left", "bottom", "lower right"]];

function lookedMostAt(cells, grid, seen) { // in words, for those who do not see it
  const best = [...cells].reduce((most, digit, place) => (share(digit) > share(cells[most]) ? place : most), 0);
  const [left, top, right, bottom] = seen || [0, 0, 1, 1];
  const down = top + ((bottom - top) * (Math.floor(best / grid[1]) + 0.5)) / grid[0];
  const across = left + ((right - left) * ((best % grid[1]) + 0.5)) / grid[1];
  return `looked most at the ${PLACES[Math.floor(3 * down)][Math.floor(3 * across)]} of the picture`;
}

function look(word) {
  if (word === lookedFrom) return;
  clearLook();
  lookedFrom = word;
  const body = word.closest("tbody"), system = data.systems[Number(word.closest("tr").dataset.system)];
  const row = Number(body.dataset.row), place = [...word.parentElement.querySelectorAll(".word")].indexOf(word);
  const looked = system.looked && system.looked[row] ? system.looked[row].split(" ")[place] || "" : "";
  const told = [`“${word.textContent}”`];
  word.classList.add("current");
  if (data.captions && looked && system.grid) {
    const frame = body.querySelector(".picture");
    if (frame) frame.append(heat(looked, system.grid, system.seen[row]));
    told.push(lookedMostAt(looked, system.grid, system.seen[row]));
  } else if (looked) {
    const sources = body.querySelectorAll(".source .word");
    for (const [index, weight] of pairs(looked)) {
      sources[index].style.setProperty("--weight", percent(0.12 + 0.88 * weight).replace(" ", ""));
      sources[index].classList.add("looked");
    }
    const named = pairs(looked).map(([index, weight]) => `${sources[index].textContent} ${percent(weight)}`);
    told.push(`looked at ${named.join(", ")}`);
  }
  const sure = system.words && system.words[row] && system.words[row][place];
  if (sure) told.push(`confidence ${percent(share(sure))}`);
  byId("readout").textContent = told.join(" · ");
  byId("readout").hidden = told.length < 2;
}

function alignmentMap(system, row) {
  const columns = wordsOf(data.sources[row]), outputs = wordsOf(system.outputs[row]);
  const looked = system.looked[row].split(" ").map(pairs);
  const headings = columns.map((word) => make("th", { scope: "col", dir: "auto" }, word));
  const head = make("tr", {}, make("td"), ...headings);
  const rows = outputs.map((word, place) => {
    const weights = new Map(looked[place]);
    const cells = columns.map((_, column) => {
      const cell = make("td", {}, weights.has(column) ? String(Math.round(100 * weights.get(column))) : "");
      cell.style.setProperty("--weight", weights.has(column) ? percent(weights.get(column)).replace(" ", "") : "0%");
      return cell;
    });
    return make("tr", {}, make("th", { scope: "row", dir: "auto", lang: data.language }, word), ...cells);
  });
  const text = "How much each word of the output (left) looked at each word of the source (above), in percent.";
  const named = { "aria-label": "Alignment" };
  const table = make("table", { className: "heat-map", ...named }, make("thead", {}, head), make("tbody", {}, ...rows));
  const scroll = make("div", { className: "scroll", tabIndex: 0, role: "region", ...named }, table);
  return make("div", { className: "map" }, make("p", {}, text), scroll);
}

function pictureMap(system, row) {
  const small = data.pictures[row], looked = system.looked[row].split(" ");
  const panels = wordsOf(system.outputs[row]).map((word, place) => {
    const where = looked[place] ? [looked[place], system.grid, system.seen[row]] : null;
    const alt = where ? `The word “${plain(word)}” ${lookedMostAt(...where)}` : "";
    const frame = make("span", { className: "picture" }, image(small, alt));
    if (where) frame.append(heat(...where));
    return make("figure", {}, frame, make("figcaption", { dir: "auto", lang: data.language }, word));
  });
  const scale = make("span", { className: "scale" }, "not at all", make("span", { className: "ramp" }), "most");
  const text = make("p", {}, "Where each word looked: ", scale);
  const named = { role: "group", "aria-label": "Attention over the picture, a panel for each word" };
  return make("div", { className: "map", ...named }, text, make("div", { className: "panels" }, ...panels));
}

function toggleMap(button) {
  const cell = button.closest("td"), open = cell.querySelector(".map");
  button.setAttribute("aria-expanded", open ? "false" : "true");
  if (open) return open.remove();
  const system = data.systems[Number(button.closest("tr").dataset.system)];
  const row = Number(button.closest("tbody").dataset.row);
  cell.append(data.captions ? pictureMap(system, row) : alignmentMap(system, row));
}

// ---- what the reader does

function order(column, descending, preset = null) {
  Object.assign(state, { column, descending, preset, page: 0 });
  draw();
}

function turn(step) {
  state.page += step;
  draw();
  byId("tools").scrollIntoView({ block: "start" });
  byId("count").textContent = `${byId("page").textContent}. ${byId("count").textContent}`;
}

function stepToWord(line, step) {
  const all = [...line.querySelectorAll(".word")];
  const current = all.findIndex((word) => word.classList.contains("current"));
  look(all[Math.max(0, Math.min(all.length - 1, current + step))]);
}

function listen() {
  const table = byId("rows");
  for (const id of ["search", "where", "which", "score-low", "score-high", "confidence-low", "confidence-high"]) {
    byId(id).addEventListener("input", () => { state.page = 0; draw(); });
  }
  byId("reset").addEventListener("click", () => {
    for (const input of byId("tools").querySelectorAll(".filters input")) input.value = "";
    for (const select of byId("tools").querySelectorAll("select")) select.value = "all";
    order(...PRESETS.order, "order");
  });
  byId("shade").addEventListener("change", () => table.classList.toggle("shaded", byId("shade").checked));
  byId("previous").addEventListener("click", () => turn(-1));
  byId("next").addEventListener("click", () => turn(1));
  for (const button of document.querySelectorAll("[data-preset]")) {
    button.addEventListener("click", () => order(...PRESETS[button.dataset.preset], button.dataset.preset));
  }
  for (const heading of table.tHead.querySelectorAll("[data-column]")) {
    const column = heading.dataset.column;
    const turnOver = () => order(column, state.column === column && !state.descending);
    heading.querySelector("button").addEventListener("click", turnOver);
  }
  const tellsOf = (target) => target instanceof Element && target.closest(".told .word");
  document.addEventListener("pointerover", (event) => {
    const word = tellsOf(event.target);
    if (word) look(word);
    else if (lookedFrom && !lookedFrom.closest(".told").matches(":focus")) clearLook();
  });
  table.addEventListener("click", (event) => {
    const word = tellsOf(event.target), button = event.target.closest(".open-map");
    if (word) look(word);
    if (button) toggleMap(button);
  });
  table.addEventListener("keydown", (event) => {
    const step = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
    if (event.key === "Escape") clearLook();
    if (!step || !event.target.classList.contains("told")) return;
    event.preventDefault();
    stepToWord(event.target, step);
  });
  table.addEventListener("focusout", clearLook);
  const phone = matchMedia("(max-width: 44rem)"); // as in the style
  const foldFilters = () => { byId("narrow").open = !phone.matches; };
  phone.addEventListener("change", foldFilters);
  foldFilters();
  window.addEventListener("beforeprint", () => {
    for (const details of document.querySelectorAll("details.more")) details.open = true;
    draw(true);
  });
  window.addEventListener("afterprint", () => draw());
}

async function unpack(text) {
  const bytes = Uint8Array.from(atob(text), (letter) => letter.charCodeAt(0));
  return new Response(new Blob([bytes]).stream().pipeThrough(new DecompressionStream("deflate"))).json();
}

async function start() {
  byId("samples").setAttribute("aria-busy", "true");
  try {
    data = await unpack(byId("data").textContent);
  } catch (error) {
    byId("trouble").textContent = `The samples cannot be shown (${error}); a browser of 2023 or later can show them.`;
    byId("trouble").hidden = false;
  }
  if (data) begin();
  byId("samples").removeAttribute("aria-busy");
}

function begin() {
  rowCount = data.numbers.length;
  isSure = data.systems.some((system) => system.confidences);
  const option = (value, text) => make("option", { value }, text);
  const named = () => data.systems.map((system, place) => option(String(place), system.name));
  const source = option("source", data.captions ? "file names" : "sources");
  byId("where").append(option("all", "all texts"), source, option("references", "references"), ...named());
  byId("which").append(option("all", "all systems (mean)"), ...named());
  byId("which-label").hidden = data.systems.length < 2;
  document.querySelector("[data-preset=divided]").hidden = data.systems.length < 2;
  const unsure = document.querySelector("[data-preset=unsure]");
  const heading = document.querySelector("[data-column=confidence]");
  for (const node of [byId("confidence-range"), byId("shade-label"), unsure, heading]) node.hidden = !isSure;
  const hints = [];
  if (data.systems.some((system) => system.looked)) {
    const where = data.captions ? "where in the picture it looked" : "which words of the source it looked at";
    const how = data.captions ? "" : ": the stronger its colour, the more";
    hints.push(`Point at a word of an output, or tap it, to see ${where}${how}.`);
  }
  if (rowCount < data.whole) {
    hints.push(`Of ${count(data.whole)}, ${count(rowCount)} are here, evenly spread; all are in scores.json.`);
  }
  if (data.left_out) {
    hints.push(`The alignments of the ${count(data.left_out)} longest outputs are left out to keep the page small.`);
  }
  byId("hint").textContent = hints.join(" ");
  for (const id of ["tools", "rows"]) byId(id).hidden = false;
  listen();
  draw();
}

start();
