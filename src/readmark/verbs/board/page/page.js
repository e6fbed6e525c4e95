"use strict";
// The tables stand in the page without this. It sorts and filters them, compares a model with the others, and shows the
// items. Text from models and authors becomes text nodes alone; the page's policy allows no other way.
// The view stands in the address: #sort=qa:rank:up&q=part&tag=small&vs=ID&item=ID&condition=twin&items=words

let data = null; // what is behind the tables, once it is unpacked
const $ = (id) => document.getElementById(id);
const WORDS = { r: "right", w: "wrong", a: "abstained, though the article answers", f: "failed", m: "missing", n: "not asked" };
const CHUNK = 100; // rows of the matrix that are made at once
const state = { sort: new Map(), q: "", tags: new Set(), vs: "", item: "", as: "", condition: "", items: "", show: "", order: "", model: "" };

/** Make an element with attributes and children; strings become text. */
function make(name, attributes = {}, ...children) {
  const element = document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) {
    if (value === true) element.setAttribute(key, "");
    else if (value !== false && value !== null && value !== undefined) element.setAttribute(key, value);
  }
  element.append(...children.filter((child) => child !== null && child !== undefined));
  return element;
}

/** A long name cut in the middle, for those that begin alike. */
const short = (name, longest) => (name.length <= longest ? name : `${name.slice(0, Math.ceil(longest / 2) - 1)}…${name.slice(1 - Math.floor(longest / 2))}`);

/** Text as text: what would steer the screen, or turn the direction of writing by force, becomes a visible mark. */
const plain = (text) => String(text).replace(/[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u202d\u202e]/g, "\ufffd");

// The address

const KEYS = ["q", "vs", "items", "show", "order", "condition", "item", "as", "model"];

function readAddress() {
  const wanted = new URLSearchParams(location.hash.includes("=") ? location.hash.slice(1) : "");
  state.sort = new Map(
    wanted.getAll("sort").map((one) => one.match(/^([^:]*):(.*):(up|down)$/)).filter(Boolean).map(([, task, key, way]) => [task, [key, way]])
  );
  for (const key of KEYS) state[key] = wanted.get(key) ?? "";
  state.tags = new Set(wanted.getAll("tag").filter((tag) => [...document.querySelectorAll(".toggle")].some((button) => button.dataset.tag === tag)));
}

function address() {
  const shown = new URLSearchParams();
  for (const [task, [key, way]] of state.sort) shown.append("sort", `${task}:${key}:${way}`);
  for (const tag of state.tags) shown.append("tag", tag);
  for (const key of KEYS) if (state[key]) shown.set(key, state[key]);
  return `#${shown}`;
}

/** What of the view the tables and the matrix show. */
const tablesView = () => JSON.stringify([[...state.sort], state.q, [...state.tags], state.vs, state.condition, state.items, state.show, state.order, data !== null]);
let before = null; // as they were last drawn
let isPushed = false; // whether the opened item is the newest entry of the history

/** Put the view into the address: a new entry of the history for an opened item, else in place of the last. */
function writeAddress(isNew = false) {
  before = tablesView();
  const wanted = address();
  if (wanted === location.hash || (wanted === "#" && !location.hash)) return;
  if (isNew) {
    history.pushState(null, "", wanted);
    isPushed = true;
  }
  else history.replaceState(null, "", wanted);
}

// The tables

const tables = [...document.querySelectorAll("table.board")];
const firstOrder = new Map(tables.map((table) => [table, [...table.tBodies[0].rows]]));
const pairs = JSON.parse($("pairs").textContent);

for (const table of tables) {
  for (const th of table.tHead.querySelectorAll("th[data-key]")) {
    const heading = th.querySelector(".heading");
    const button = make("button", { type: "button" }, heading.textContent);
    button.addEventListener("click", () => {
      const now = state.sort.get(table.dataset.task) ?? (table.querySelector('th[data-key="rank"]') ? ["rank", "up"] : ["", ""]);
      const first = "descends" in th.dataset ? "down" : "up";
      const way = now[0] === th.dataset.key ? (now[1] === "up" ? "down" : "up") : first;
      state.sort.set(table.dataset.task, [th.dataset.key, way]);
      sortTable(table);
      writeAddress();
    });
    heading.replaceWith(button);
  }
  const compared = new Set((pairs[table.dataset.task] ?? []).flatMap((pair) => [pair[0], pair[1]]));
  for (const row of table.tBodies[0].rows) {
    if (!compared.has(row.dataset.id)) continue;
    const name = row.querySelector(".name");
    const button = make("button", { type: "button", class: "name", "aria-pressed": "false", title: "compare the others with this one" });
    name.replaceWith(button);
    name.classList.remove("name");
    button.append(name);
    button.addEventListener("click", () => {
      state.vs = state.vs === row.dataset.id ? "" : row.dataset.id;
      compare();
      writeAddress();
    });
  }
}

function sortTable(table) {
  const [key, way] = state.sort.get(table.dataset.task) ?? ["", ""];
  const heads = [...table.tHead.rows[0].cells];
  const column = heads.findIndex((th) => th.dataset.key === key);
  for (const th of heads) th.removeAttribute("aria-sort");
  const rows = [...firstOrder.get(table)];
  if (column < 0) heads.find((th) => th.dataset.key === "rank")?.setAttribute("aria-sort", "ascending");
  else {
    const sign = way === "up" ? 1 : -1;
    const value = (row) => (key === "model" ? nameOf(row) : parseFloat(row.cells[column].dataset.sort));
    const known = (row) => key === "model" || !Number.isNaN(value(row));
    rows.sort((one, other) => {
      const apart = one.classList.contains("ceiling") - other.classList.contains("ceiling"); // never among the models
      if (apart) return apart;
      if (!known(one) || !known(other)) return known(other) - known(one); // what is not known stands last, either way
      const [a, b] = [value(one), value(other)];
      return sign * (a < b ? -1 : a > b ? 1 : 0);
    });
    heads[column].setAttribute("aria-sort", way === "up" ? "ascending" : "descending");
  }
  table.tBodies[0].append(...rows);
}

const nameOf = (row) => row.querySelector("bdi").textContent.toLowerCase();

/** Whether a row's model is one that the filter lets through. */
function passes(row) {
  const tags = JSON.parse(row.dataset.tags);
  return nameOf(row).includes(state.q.toLowerCase()) && [...state.tags].every((tag) => tags.includes(tag));
}

const passing = new Set();

function filterTables() {
  passing.clear();
  const all = new Set();
  for (const table of tables) {
    for (const row of table.tBodies[0].rows) {
      row.hidden = !passes(row);
      if (!row.classList.contains("ceiling")) all.add(row.dataset.id);
      if (!row.hidden) passing.add(row.dataset.id);
    }
  }
  for (const mark of document.querySelectorAll(".mark")) mark.classList.toggle("out", !passing.has(mark.dataset.id));
  for (const button of document.querySelectorAll(".toggle")) button.setAttribute("aria-pressed", state.tags.has(button.dataset.tag));
  if ($("q").value !== state.q) $("q").value = state.q;
  const left = [...all].filter((id) => passing.has(id)).length;
  $("shown").textContent = left === all.size ? `${left} models` : `${left} of ${all.size} models shown`;
  $("reset").hidden = !state.q && !state.tags.size;
}

/** Show a column in which each model stands against the chosen one. */
function compare() {
  for (const table of tables) {
    table.querySelectorAll(".versus").forEach((cell) => cell.remove());
    const mine = pairs[table.dataset.task] ?? [];
    const chosen = [...table.tBodies[0].rows].find((row) => row.dataset.id === state.vs);
    for (const row of table.tBodies[0].rows) {
      row.classList.toggle("chosen", row === chosen);
      row.querySelector("button.name")?.setAttribute("aria-pressed", row === chosen);
    }
    if (!chosen || !mine.some((pair) => pair[0] === state.vs || pair[1] === state.vs)) continue;
    const name = chosen.querySelector("bdi").textContent;
    table.tHead.rows[0].cells[0].after(make("th", { scope: "col", class: "versus" }, "Against ", make("bdi", { title: name }, short(name, 24))));
    for (const row of table.tBodies[0].rows) row.cells[0].after(versus(mine, row.dataset.id));
  }
}

function versus(mine, id) {
  const pair = mine.find(([first, second]) => (first === id && second === state.vs) || (second === id && first === state.vs));
  if (!pair) return make("td", { class: "versus" }, "–");
  const sign = pair[0] === id ? 1 : -1;
  const points = (value) => (100 * sign * value).toFixed(1).replace("-", "−").replace(/^(?=\d)/, "+");
  const ends = pair[3] === null ? "" : [pair[3], pair[4]].sort((a, b) => sign * (a - b)).map(points).join(" to ");
  const surely = sign * pair[5];
  const [kind, sign_, words] = surely > 0 ? ["higher", "▲ ", "surely higher"] : surely < 0 ? ["lower", "▼ ", "surely lower"] : ["", "≈ ", "cannot be told apart"];
  return make(
    "td", { class: `versus ${kind}` },
    make("span", { "aria-hidden": "true", title: words }, sign_), make("span", { class: "sr" }, `${words}, `),
    pair[2] === null ? "–" : points(pair[2]), make("span", { class: "ends" }, ends)
  );
}

$("filter").hidden = false;
$("filter").addEventListener("submit", (event) => event.preventDefault());
$("q").addEventListener("input", () => {
  state.q = $("q").value;
  filterTables();
  drawMatrix();
  writeAddress();
});
for (const button of document.querySelectorAll(".toggle")) {
  button.addEventListener("click", () => {
    if (!state.tags.delete(button.dataset.tag)) state.tags.add(button.dataset.tag);
    filterTables();
    drawMatrix();
    writeAddress();
  });
}
$("reset").addEventListener("click", () => {
  state.q = "";
  state.tags.clear();
  filterTables();
  drawMatrix();
  writeAddress();
  $("q").focus();
});

// The items

let listed = []; // the items that the filter lets through, in order
let drawn = 0;

async function unpack() {
  const letters = atob($("packed").textContent);
  const packed = new Uint8Array(letters.length);
  for (let n = 0; n < letters.length; n++) packed[n] = letters.charCodeAt(n);
  const stream = new Blob([packed]).stream().pipeThrough(new DecompressionStream("gzip"));
  return JSON.parse(await new Response(stream).text());
}

const condition = () => (Object.hasOwn(data.conditions, state.condition) ? state.condition : Object.keys(data.conditions)[0]);
const models = () => data.models.map((model, place) => ({ ...model, place })).filter((model) => passing.has(model.id));
/** The models that were asked any of the items listed. */
const columns = () => {
  const here = condition();
  return models().filter((model) => listed.some((item) => item.answers[here][model.place]));
};
const kind = (answer) => (answer === null ? "n" : typeof answer[0] === "number" ? "s" : answer[0]);

/** How well an item went: the mean over the models shown that have a verdict; the references' own answers are none. */
function easiness(item, shown) {
  const verdicts = shown.filter((model) => model.is_model).map((model) => item.answers[condition()]?.[model.place]).filter((answer) => answer && !"fm".includes(answer[0]));
  return verdicts.length ? verdicts.reduce((sum, answer) => sum + (answer[0] === "r" ? 1 : Number(answer[0]) || 0), 0) / verdicts.length : NaN;
}

function isListed(item, shown) {
  const answers = item.answers[condition()];
  if (!answers || !shown.some((model) => answers[model.place])) return false;
  if ((state.show === "qa" || state.show === "summary") && item.task !== state.show) return false;
  if (state.items && !`${item.id} ${item.question}`.toLowerCase().includes(state.items.toLowerCase())) return false;
  const ease = easiness(item, shown);
  if (state.show === "split") return ease > 0 && ease < 1;
  if (state.show === "none") return ease === 0;
  if (state.show === "all") return ease === 1;
  if (state.show === "failed") return shown.some((model) => "fm".includes(answers[model.place]?.[0] ?? "-"));
  return true;
}

function drawMatrix() {
  if (!data) return;
  const passed = models();
  listed = data.items.filter((item) => isListed(item, passed));
  if (state.order === "hard") {
    const ease = new Map(listed.map((item) => [item, easiness(item, passed)]));
    listed.sort((one, other) => (Number.isNaN(ease.get(one)) ? 2 : ease.get(one)) - (Number.isNaN(ease.get(other)) ? 2 : ease.get(other)));
  }
  const shown = columns();
  const heads = shown.map((model) => make("th", { scope: "col" }, make("span", { title: model.name }, make("bdi", {}, short(model.name, 28)))));
  $("matrix").tHead.replaceChildren(make("tr", {}, make("th", { scope: "col" }, "Item"), ...heads));
  [...$("matrix").tBodies].forEach((body) => body.remove());
  drawn = 0;
  drawMore(shown);
  $("items-shown").textContent = listed.length === data.items.length ? `${listed.length} items` : `${listed.length} of ${data.items.length} items`;
  for (const [id, value] of [["items-q", state.items], ["items-show", state.show], ["items-order", state.order], ["items-condition", condition()]]) {
    if ($(id).value !== value) $(id).value = value;
  }
}

/** Make the next rows; the rest follow when the reader comes near the last, and all of them before printing. */
function drawMore(shown = columns(), count = CHUNK) {
  if (drawn >= listed.length) return;
  const body = make("tbody");
  for (const item of listed.slice(drawn, drawn + count)) {
    const link = make("a", { href: itemAddress(item.id), title: plain(item.question).slice(0, 300) }, make("bdi", {}, plain(item.question).slice(0, 200)));
    const row = make("tr", { "data-item": item.id }, make("th", { scope: "row" }, link));
    for (const model of shown) {
      const answer = item.answers[condition()][model.place];
      const verdict = kind(answer);
      const cell = make("td", { class: `v ${verdict}`, "data-model": model.id });
      if (verdict === "s") cell.textContent = Math.round(100 * answer[0]);
      else cell.setAttribute("aria-label", WORDS[verdict]);
      row.append(cell);
    }
    body.append(row);
  }
  drawn += count;
  $("matrix").append(body);
  nearEnd.disconnect();
  nearEnd.observe(body.rows[body.rows.length - 1]);
}

const nearEnd = new IntersectionObserver((entries) => entries.some((entry) => entry.isIntersecting) && drawMore(), { root: $("matrix-scroll"), rootMargin: "800px" });
window.addEventListener("beforeprint", () => data && !state.item && drawMore(columns(), listed.length));

/** The address of the view with an item opened. */
function itemAddress(id) {
  const kept = [state.item, state.as, state.model];
  [state.item, state.as, state.model] = [id, "", ""];
  const found = address();
  [state.item, state.as, state.model] = kept;
  return found;
}

// One item

let closing = ""; // the item that was opened last

function open(id, model = "") {
  [state.item, state.as, state.model] = [id, "", model];
  writeAddress(true);
  drawItem();
}

/** Text with marks: spans are [start, end, class, label], and may overlap. */
function marked(text, spans) {
  const edges = [...new Set([0, text.length, ...spans.flatMap(([start, end]) => [Math.min(start, text.length), Math.min(end, text.length)])])].sort((a, b) => a - b);
  const pieces = document.createDocumentFragment();
  for (let n = 0; n + 1 < edges.length; n++) {
    const [start, end] = [edges[n], edges[n + 1]];
    const here = spans.filter((span) => span[0] < end && span[1] > start);
    const piece = plain(text.slice(start, end));
    if (!here.length) pieces.append(piece);
    else {
      const mark = make("mark", { class: here.some((span) => span[2] === "wrong") ? "wrong" : null }, piece);
      const ending = here.filter((span) => span[1] === end && span[3]);
      if (ending.length) mark.append(make("sup", {}, ending.map((span) => span[3]).join(" ")));
      pieces.append(mark);
    }
  }
  return pieces;
}

function drawItem() {
  const dialog = $("item");
  const item = data.items.find((one) => one.id === state.item);
  if (!item) {
    if (dialog.open) dialog.close();
    return;
  }
  closing = item.id;
  const names = Object.keys(item.answers);
  const here = [state.as, condition()].find((name) => names.includes(name)) ?? names[0];
  const asked = here === "twin" && item.twin ? item.twin : item;
  dialog.replaceChildren(topBar(item, names, here), make("div", { class: "panes" }, articlePane(item, asked, here), answersPane(item, asked, here)));
  if (!dialog.open) dialog.showModal();
  dialog.querySelector(".panes mark")?.scrollIntoView({ block: "center" });
  dialog.querySelector(".asked")?.scrollIntoView({ block: "nearest" });
}

function topBar(item, names, here) {
  const bar = make("div", { class: "bar-top" }, make("h2", { id: "item-title", tabindex: "-1", autofocus: true }, plain(item.id), item.process ? ` · ${item.process}` : ""));
  if (names.length > 1) {
    const chooser = make("select", { "aria-label": "Condition" }, ...names.map((name) => make("option", { value: name, selected: name === here }, data.conditions[name])));
    chooser.addEventListener("change", () => {
      state.as = chooser.value;
      writeAddress();
      drawItem();
      $("item").querySelector("select").focus();
    });
    bar.append(chooser);
  }
  const at = listed.indexOf(item);
  for (const [text, step, key] of [["‹ Previous", -1, "ArrowLeft"], ["Next ›", 1, "ArrowRight"]]) {
    const other = at < 0 ? undefined : listed[at + step];
    const button = make("button", { type: "button", disabled: !other, "aria-keyshortcuts": key, "data-step": step }, text);
    button.addEventListener("click", () => move(step));
    bar.append(button);
  }
  const close = make("button", { type: "button", id: "close" }, "Close");
  close.addEventListener("click", () => $("item").close());
  bar.append(close);
  return bar;
}

/** Show the next or the previous item; the focus stays on the same button. */
function move(step) {
  const other = listed[listed.findIndex((one) => one.id === state.item) + step];
  if (!other) return;
  state.item = other.id;
  writeAddress();
  drawItem();
  ($("item").querySelector(`[data-step="${step}"]:not([disabled])`) ?? $("close")).focus();
}

function articlePane(item, asked, here) {
  const article = data.articles[item.article];
  const text = here === "twin" ? (data.twins[item.article] ?? article.text) : article.text;
  const spans = (asked.evidence ?? []).map(([start, end, label]) => [start, end, "evidence", label ?? ""]);
  return make(
    "div", { tabindex: "0", role: "region", "aria-label": "Article" },
    make("h3", {}, make("bdi", {}, plain(article.title))),
    make("p", { class: "rule" }, `Shown was ${item.task === "summary" && here === "reading" ? "the article" : data.conditions[here]}.${["reading", "twin"].includes(here) ? "" : " Here stands the item's own article."}${spans.length ? " The evidence is marked." : ""}`),
    make("div", { class: "article", dir: "auto" }, marked(text, spans))
  );
}

function answersPane(item, asked, here) {
  const isSummary = item.task === "summary";
  const pane = make("div", { tabindex: "0", role: "region", "aria-label": "Question and answers" }, make("p", { class: "question", dir: "auto" }, plain(asked.question)));
  if (asked.max_words) pane.append(make("p", { class: "rule" }, `Budget: ${asked.max_words} words.`));
  const references = asked.references.map((one) => make("li", { dir: "auto" }, plain(one)));
  const isList = asked.type === "list";
  pane.append(make("h3", {}, isSummary ? "Reference summaries" : isList ? `Accepted: all of these${asked.ordered ? ", in this order" : ""}` : "Accepted: any of these"));
  pane.append(references.length ? make("ul", { class: "references" }, ...references) : make("p", { class: "rule" }, asked.type === "none" ? "The article does not say: leaving it open is right." : "none"));
  pane.append(make("h3", {}, isSummary ? "Summaries" : "Answers"));
  const list = make("ul", { class: "answers" });
  for (const model of models()) {
    const answer = item.answers[here][model.place];
    if (answer) list.append(answerOf(item, model, answer));
  }
  pane.append(list.children.length ? list : make("p", { class: "rule" }, "No model that the filter lets through was asked this."));
  return pane;
}

function answerOf(item, model, [verdict, text = "", rule = "", marks = 0, full = ""]) {
  const shown = typeof verdict === "number" ? "s" : verdict;
  const words = shown === "s" ? `${(100 * verdict).toFixed(0)} percent of the facts, by weight` : WORDS[shown];
  const entry = make("li", { class: model.id === state.model ? "asked" : null }, make("div", { class: "who" }, make("b", {}, make("bdi", {}, model.name)), make("span", { class: `verdict ${shown}` }, words)));
  if (text) entry.append(make("div", { class: "answer", dir: "auto" }, ...(marks ? summaryText(text, marks) : [plain(text)])));
  else if (!"fm".includes(shown)) entry.append(make("div", { class: "rule" }, "(left open)"));
  if (typeof rule === "string" && rule) entry.append(make("p", { class: "rule" }, `rule: ${plain(rule)}`));
  if (marks) entry.append(...summaryPoints(item, rule, marks));
  if (full) {
    const isError = "fm".includes(shown);
    entry.append(isError ? make("p", { class: "said" }, plain(full)) : make("details", {}, make("summary", {}, "all that it said"), make("p", { class: "said", dir: "auto" }, plain(full))));
  }
  return entry;
}

function summaryText(text, marks) {
  const spans = (found, type, sign) => Object.entries(found).flatMap(([number, all]) => all.map(([start, end], n) => [start, end, type, n === all.length - 1 ? `${sign}${Number(number) + 1}` : ""]));
  const all = [...spans(marks.facts, "fact", ""), ...spans(marks.contradictions, "wrong", "✗")];
  if (marks.end === undefined || marks.end >= text.length) return [marked(text, all)];
  const beyond = all.map(([start, end, ...rest]) => [Math.max(0, start - marks.end), end - marks.end, ...rest]).filter(([, end]) => end > 0);
  return [
    marked(text.slice(0, marks.end), all),
    make("details", { open: beyond.length > 0 }, make("summary", {}, "beyond the budget, not read for facts"), make("span", { class: "beyond" }, marked(text.slice(marks.end), beyond))),
  ];
}

function summaryPoints(item, scores, marks) {
  const isWeighed = new Set(item.facts.map((fact) => fact.weight)).size > 1;
  const facts = item.facts.map((fact, n) => {
    const isFound = n in marks.facts;
    return make("li", { class: isFound ? "found" : "missed" }, make("span", { "aria-hidden": "true" }, isFound ? "✓ " : "– "), make("span", { class: "sr" }, isFound ? "found: " : "missed: "), `${n + 1}. ${plain(fact.text)}`, isWeighed ? make("span", { class: "ends" }, ` weight ${fact.weight}`) : null);
  });
  const wrong = Object.keys(marks.contradictions).map((n) => make("li", { class: "said-so" }, make("span", { "aria-hidden": "true" }, "✗ "), make("span", { class: "sr" }, "contradicts the article: "), `${Number(n) + 1}. ${plain(item.contradictions[n])}`));
  const numbers = Object.entries(scores).map(([name, value]) => `${name} ${value >= 100 ? Math.round(value) : Number(value.toPrecision(3))}`).join(" · ");
  return [make("ul", { class: "points" }, ...facts, ...wrong), make("p", { class: "rule" }, numbers)];
}

function setUpItems() {
  const choose = $("items-condition");
  for (const name of Object.keys(data.conditions)) choose.append(make("option", { value: name }, data.conditions[name]));
  choose.parentElement.hidden = choose.options.length < 2;
  for (const [id, key] of [["items-q", "items"], ["items-show", "show"], ["items-order", "order"], ["items-condition", "condition"]]) {
    $(id).addEventListener("input", () => {
      state[key] = $(id).value;
      drawMatrix();
      writeAddress();
    });
  }
  $("item-filter").addEventListener("submit", (event) => event.preventDefault());
  for (const id of ["item-filter", "legend", "matrix-scroll"]) $(id).hidden = false;
  $("matrix").addEventListener("click", (event) => {
    const row = event.target.closest("tr[data-item]");
    if (!row || event.ctrlKey || event.metaKey || event.shiftKey) return;
    event.preventDefault();
    open(row.dataset.item, event.target.closest("td")?.dataset.model ?? "");
  });
  $("item").addEventListener("close", () => {
    $("matrix").querySelector(`tr[data-item="${CSS.escape(closing)}"] a`)?.focus();
    if ($("item").open || !state.item) return; // the address closed it, or opened it again meanwhile
    if (isPushed) history.back(); // over the entry that opening it made
    else {
      state.item = state.as = state.model = "";
      writeAddress();
    }
  });
  $("item").addEventListener("click", (event) => event.target === $("item") && $("item").close());
  $("item").addEventListener("keydown", (event) => {
    if (event.altKey || event.ctrlKey || event.metaKey || event.target.closest("select, .panes")) return;
    if (event.key === "ArrowLeft") move(-1);
    if (event.key === "ArrowRight") move(1);
  });
}

function show() {
  if (tablesView() !== before) {
    tables.forEach(sortTable);
    filterTables();
    compare();
    drawMatrix();
  }
  before = tablesView();
  if (data) drawItem();
}

readAddress();
show();
window.addEventListener("hashchange", () => {
  if (location.hash && !location.hash.includes("=")) return; // a heading of the page
  isPushed = false;
  readAddress();
  show();
});
for (const link of document.querySelectorAll("nav a, .skip")) {
  link.addEventListener("click", (event) => {
    if (!location.hash.includes("=")) return; // else the address would lose the view
    event.preventDefault();
    const target = document.querySelector(link.getAttribute("href"));
    target.tabIndex = -1;
    target.focus({ preventScroll: true });
    target.scrollIntoView();
  });
}
if ($("packed")) {
  unpack().then((found) => {
    data = found;
    setUpItems();
    show();
    document.documentElement.dataset.ready = "";
  }, (error) => {
    $("items-lead").textContent = `The items cannot be shown here (${error.message}). Every answer also lies in the folder entries beside this page.`;
  });
} else document.documentElement.dataset.ready = "";
