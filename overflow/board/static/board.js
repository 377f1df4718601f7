// The live board: asks the API with the viewer's key and shows what it says.
//
// Everything from outside goes into the page as text (textContent), never as markup. The key is in
// sessionStorage and in the Authorization header, nowhere else. Elements are made once and then
// only told what has changed, so that nothing jumps and an idle board costs next to nothing.

const BEAT = 2000; // ms between two looks
const HEALTH_EVERY = 2; // looks; it counts the whole service, so it is asked less often
const SWITCHES_EVERY = 2; // looks; people change them
const LETTERS_EVERY = 5; // looks; how many there are is part of the health
const PATIENCE = 8000; // ms that an answer may take
const STALE = 7000; // ms after which figures are called old
const SHOWN = 60; // decisions in the stream
const OVERLAP = 5000; // ms asked again: what was decided first may be written last
const HOME = "inhouse";

const page = document.documentElement;
const at = (id) => document.getElementById(id);
const session = {
  key: read("overflow.key"),
  shop: read("overflow.shop"),
  shops: read("overflow.shops").split(" ").filter(Boolean),
};
const seen = { situation: null, health: null, switches: [], letters: [] };

// --- elements ---------------------------------------------------------------------------------

function el(tag, attributes = {}, ...children) {
  const made = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (value !== undefined && value !== null) made.setAttribute(name, value);
  }
  made.append(...children);
  return made;
}

/** Set a text, if it is another one. */
function put(node, text) {
  const wanted = String(text);
  if (node.textContent !== wanted) node.textContent = wanted;
}

/** Set or take away an attribute, if it is another one. */
function mark(node, name, value) {
  if (value === null || value === undefined || value === false) node.removeAttribute(name);
  else if (node.getAttribute(name) !== String(value)) node.setAttribute(name, value);
}

/** How full a bar is, 0 to 1. */
function fill(node, share) {
  const wanted = String(Math.max(0, Math.min(1, share || 0)));
  if (node.dataset.fill !== wanted) {
    node.dataset.fill = wanted;
    node.style.setProperty("--fill", wanted);
  }
}

/** Children of a parent by key, in this order; made when first wanted. */
function keyed(parent, keys, make) {
  const there = (parent.kept ??= new Map());
  for (const [key, node] of there) {
    if (!keys.includes(key)) {
      node.remove();
      there.delete(key);
    }
  }
  keys.forEach((key, index) => {
    if (!there.has(key)) there.set(key, make(key));
    const node = there.get(key);
    if (parent.children[index] !== node) parent.insertBefore(node, parent.children[index] ?? null);
  });
  return there;
}

function read(name) {
  try {
    return sessionStorage.getItem(name) ?? "";
  } catch {
    return "";
  }
}

function keep(name, value) {
  try {
    if (value) sessionStorage.setItem(name, value);
    else sessionStorage.removeItem(name);
  } catch {
    // Storage is forbidden here: the key lives as long as the page.
  }
}

// --- words ------------------------------------------------------------------------------------

const MEASURES = {
  backlog: "backlog",
  expected_wait: "expected wait",
  breach: "risk of a late answer",
  breach_probability: "risk of a late answer",
};
const OUTCOMES = {
  keep: "kept",
  overflow: "handed over",
  late_overflow: "handed over late",
  recall: "taken back",
  returned: "back home",
  accept: "stays",
};
const TESTS = {
  closed: "Is open",
  channel: "Answers on the channel",
  language: "Speaks the language",
  full: "Has a free place",
  daily_limit: "Is below its daily limit",
  switched_off: "Is not switched off",
  move_limit: "May be moved to it",
  refused: "Has not returned it",
};
const INPUTS = {
  helpdesk: "last word of the helpdesk",
  helpdesk_api: "last answer of the helpdesk",
  import: "first walk",
};
const MODES = {
  live: "live",
  observe: "observing: nothing is moved",
  off: "off: nothing is decided",
};

const word = (code) => String(code ?? "").replaceAll("_", " ");
const team = (name) => (name === HOME ? "Home" : name);
const many = (n, one, more = `${one}s`) => `${n} ${n === 1 ? one : more}`;
const figure = (n) => (Number.isInteger(n) ? String(n) : String(Math.round(n * 10) / 10));

/** `40 s`, `12 min`, `5 h`, `3 d`: as the service's own sentences have it. */
function duration(seconds) {
  if (seconds > 0 && seconds < 1) return "under 1 s";
  for (const [unit, size, until] of [["s", 1, 120], ["min", 60, 7200], ["h", 3600, 172800]]) {
    if (seconds < until) return `${Math.round(seconds / size)} ${unit}`;
  }
  return `${Math.round(seconds / 86400)} d`;
}

function share(value) {
  if (value > 0 && value < 0.005) return "under 1 %";
  return value >= 0.995 && value < 1 ? "over 99 %" : `${Math.round(100 * value)} %`;
}

/** Epoch milliseconds of an ISO 8601 text or of epoch seconds; null for none. */
function moment(value) {
  if (value === null || value === undefined || value === "" || value === 0) return null;
  const found = typeof value === "number" ? value * 1000 : Date.parse(value);
  return Number.isFinite(found) ? found : null;
}

const CLOCK = new Intl.DateTimeFormat("en-GB", { timeStyle: "medium" });
const DAY = new Intl.DateTimeFormat("en-GB", { dateStyle: "medium" });
const SHORT = new Intl.DateTimeFormat("en-GB", { timeStyle: "short" });
const clock = (value) => (moment(value) === null ? "–" : CLOCK.format(moment(value)));

/** A time of day, with its date where that is another one than today's. */
function until(value, times = SHORT) {
  const found = moment(value);
  if (found === null) return "";
  const isToday = DAY.format(found) === DAY.format(serverNow());
  return isToday ? times.format(found) : `${DAY.format(found)}, ${times.format(found)}`;
}

let offset = 0; // ms that the service's clock is before ours
const serverNow = () => Date.now() + offset;
const since = (value) => duration(Math.max(0, (serverNow() - moment(value)) / 1000));

// --- the API ----------------------------------------------------------------------------------

class Refused extends Error {
  constructor(status, detail) {
    super(detail);
    this.status = status;
  }
}

/** The answer as JSON. Raises Refused, or whatever fetch raises when nobody answers. */
async function ask(path, { mayFail = false } = {}) {
  const answer = await fetch(path, {
    headers: { Authorization: `Bearer ${session.key}`, Accept: "application/json" },
    cache: "no-store",
    credentials: "omit",
    redirect: "error",
    referrerPolicy: "no-referrer",
    signal: AbortSignal.timeout(PATIENCE),
  });
  const told = await answer.json().catch(() => null);
  if (!answer.ok && !(mayFail && told?.status === "failing")) {
    throw new Refused(answer.status, told?.detail ?? `it answers ${answer.status}`);
  }
  if (told === null) throw new Refused(502, "what answers there is not the API");
  return told;
}

const ofShop = (rest) => `v1/shops/${encodeURIComponent(session.shop)}/${rest}`;

// --- the door ---------------------------------------------------------------------------------

function openDoor(fault = "") {
  stop();
  page.dataset.state = "out";
  at("board").hidden = true;
  at("door").hidden = false;
  at("alarm").hidden = true;
  at("leave").hidden = true;
  at("shops").hidden = true;
  put(at("shop-name"), "Live board");
  put(at("facts"), "");
  put(at("pulse-text"), "Not connected");
  put(at("fault"), fault);
  if (at("trace").open) at("trace").close();
  forget();
  const field = session.key && !session.shop ? at("shop") : at("key");
  field.focus();
}

function forget() {
  Object.assign(seen, { situation: null, health: null, switches: [], letters: [] });
  queuesKnown.clear();
  latest = "";
  stream.waiting = [];
  stream.known.clear();
  pressed.clear();
  for (const id of ["tiles", "queues-table", "partners", "letters", "stream"]) {
    at(id).replaceChildren();
    delete at(id).kept;
  }
  at("queues-table").shape = "";
  at("stream-none").hidden = false;
}

async function signIn(event) {
  event.preventDefault();
  const key = at("key").value.trim() || session.key;
  session.key = key;
  session.shop = at("shop").value.trim();
  put(at("fault"), "");
  if (!key) return complain(at("key"), "A key is needed; `overflow keys create` makes one.");
  if (!/^[\x21-\x7e]+$/.test(key)) return complain(at("key"), "That is no key: it has letters that no key has.");
  const button = at("sign-in").querySelector("button");
  button.disabled = true;
  try {
    if (!(await chooseShop())) return undefined;
    await ask(ofShop("situation"));
  } catch (error) {
    session.key = error.status === 401 ? "" : session.key;
    return complain(error.status === 404 ? at("shop") : at("key"), explain(error));
  } finally {
    button.disabled = false;
  }
  return enter();
}

/** Whether a shop is chosen: the one typed, or the operator's first one. */
async function chooseShop() {
  session.shops = [];
  if (session.shop) return true;
  try {
    session.shops = (await ask("v1/shops")).items;
  } catch (error) {
    if (error.status !== 403) throw error;
    return complain(at("shop"), "This key is not an operator's: type its shop's name.");
  }
  [session.shop = ""] = session.shops;
  if (!session.shop) complain(at("shop"), "There is no shop yet: apply a policy first.");
  return Boolean(session.shop);
}

function complain(field, text) {
  put(at("fault"), text);
  for (const each of [at("key"), at("shop")]) mark(each, "aria-invalid", each === field);
  field.focus();
  return false;
}

function explain(error) {
  switch (error.status) {
    case 401:
      return "This key is not valid, or not any more.";
    case 403:
      return "This key may not see a shop: the board needs the shop's key, or an operator's.";
    case 404:
      return `There is no shop ${session.shop}, or not for this key.`;
    case undefined:
      return "The API does not answer. Try again in a moment.";
    default:
      return `The API cannot tell: ${error.message}`;
  }
}

function enter() {
  keep("overflow.key", session.key);
  keep("overflow.shop", session.shop);
  keep("overflow.shops", session.shops.join(" "));
  for (const field of [at("key"), at("shop")]) {
    field.value = "";
    mark(field, "aria-invalid", null);
  }
  forget();
  at("door").hidden = true;
  at("board").hidden = false;
  at("leave").hidden = false;
  put(at("shop-name"), session.shop);
  document.title = `${session.shop} · overflow`;
  at("shops").hidden = session.shops.length < 2;
  at("shops").replaceChildren(...session.shops.map((name) => el("option", { value: name }, name)));
  at("shops").value = session.shop;
  start();
}

function leave(fault = "") {
  keep("overflow.key", "");
  session.key = "";
  at("shop").value = session.shop;
  document.title = "Overflow board";
  openDoor(fault);
}

// --- the loop ---------------------------------------------------------------------------------

let run = 0; // a number for each time the board is opened: late answers of an older one are dropped
let timer = 0;
let looks = 0;
let fresh = -Infinity; // when the figures came, on the browser's steady clock
let trouble = "";

function start() {
  run += 1;
  looks = 0;
  fresh = -Infinity;
  trouble = "";
  look(run);
}

function stop() {
  run += 1;
  clearTimeout(timer);
}

async function look(mine) {
  const wanted = [
    ask(ofShop("situation")),
    ask(ofShop(latest ? `decisions?limit=${SHOWN}&start=${latest}` : `decisions?limit=${SHOWN}`)),
    looks % HEALTH_EVERY ? seen.health : ask("healthz", { mayFail: true }),
    looks % SWITCHES_EVERY ? seen.switches : ask(ofShop("switches")).then((told) => told.items),
    looks % LETTERS_EVERY ? seen.letters : ask(ofShop("dead-letters?limit=20")).then((told) => told.items),
  ];
  const [situation, decisions, health, switches, letters] = await Promise.allSettled(wanted);
  if (mine !== run) return;
  const failed = [situation, decisions, switches, letters].find((each) => each.status === "rejected");
  const told = failed?.reason.status;
  if (told === 401 || told === 403 || told === 404) {
    leave(explain(failed.reason));
    return;
  }
  looks = failed ? 0 : looks + 1;
  trouble = failed ? away(failed.reason) : "";
  if (health.status === "fulfilled") seen.health = health.value;
  if (!failed) {
    Object.assign(seen, {
      situation: situation.value,
      switches: switches.value,
      letters: letters.value,
    });
    fresh = performance.now();
    offset = moment(situation.value.at) - Date.now();
    show();
    fall(decisions.value.items);
  }
  tick();
  if (!document.hidden) timer = setTimeout(look, BEAT, mine);
}

function away(error) {
  if (error.status === undefined) return "The API does not answer.";
  return error.status === 503
    ? `The API answers, and cannot tell anything now: ${error.message}`
    : `The API cannot tell: ${error.message}`;
}

/** What goes on between two looks: ages, and whether the figures are still true. */
function tick() {
  if (at("board").hidden) return;
  const age = performance.now() - fresh;
  const isKnown = Number.isFinite(age);
  const state = trouble ? "away" : !isKnown ? "waiting" : age > STALE ? "stale" : "live";
  const old = isKnown ? `figures are ${duration(age / 1000)} old` : "no figures yet";
  const text = {
    away: isKnown ? `Away, ${old}` : "Away",
    waiting: "Asking …",
    stale: `Late, ${old}`,
    live: age < 1500 ? "Live, now" : `Live, ${duration(age / 1000)} ago`,
  }[state];
  put(at("pulse-text"), text);
  if (page.dataset.state !== state) {
    if (state === "away") speak(`${trouble} The board shows old figures.`);
    else if (state === "live" && ["away", "stale"].includes(page.dataset.state)) speak("The board is live again.");
    page.dataset.state = state;
  }
  at("alarm").hidden = state !== "away";
  if (state === "away") put(at("alarm"), `${trouble} What you see is old; the board goes on asking.`);
  for (const node of document.querySelectorAll("[data-since]")) put(node, since(Number(node.dataset.since)));
}

function speak(text) {
  put(at("spoken"), text);
}

// --- the board --------------------------------------------------------------------------------

function show() {
  const { situation } = seen;
  const teams = [HOME, ...situation.partners.map((each) => each.partner)];
  for (const queue of situation.queues) {
    for (const load of queue.teams) if (!teams.includes(load.team)) teams.push(load.team);
  }
  showFacts(situation);
  showTiles(situation);
  showQueues(situation, teams);
  showPartners(situation, teams);
  showLetters();
}

function showFacts(situation) {
  const agents = situation.agents === null ? "agents unknown" : many(situation.agents, "agent") + " on shift";
  const facts = {
    mode: [MODES[situation.mode] ?? situation.mode, situation.mode === "live" ? "good" : "warn"],
    open: [situation.is_open ? "home is open" : "home is closed", situation.is_open ? "" : "warn"],
    agents: [agents, ""],
    policy: [`policy ${situation.policy_version}`, ""],
  };
  const there = keyed(at("facts"), Object.keys(facts), () => el("span"));
  for (const [name, [text, tone]] of Object.entries(facts)) {
    put(there.get(name), text);
    mark(there.get(name), "data-tone", tone || null);
  }
}

function showTiles(situation) {
  const tiles = { ...ofLoads(situation), ...ofHealth() };
  const there = keyed(at("tiles"), Object.keys(tiles), (key) =>
    el("div", { "data-tile": key }, el("dt"), el("dd", { class: "value" }), el("dd", { class: "more" })),
  );
  for (const [key, [label, value, more, tone]] of Object.entries(tiles)) {
    const [name, number, note] = there.get(key).children;
    put(name, label);
    put(number, value);
    put(note, more);
    mark(there.get(key), "data-tone", tone || null);
  }
}

function ofLoads({ queues, partners, mode }) {
  const home = queues.flatMap((queue) => queue.teams.filter((load) => load.team === HOME));
  const sum = (list, name) => list.reduce((total, each) => total + each[name], 0);
  const waits = queues.filter((queue) => queue.expected_wait.value !== null);
  const longest = waits.reduce((a, b) => (b.expected_wait.value > (a?.expected_wait.value ?? -1) ? b : a), null);
  const on = queues.filter((queue) => queue.pressure.on);
  const held = sum(partners, "held");
  const today = sum(partners, "today");
  return {
    waiting: ["Waiting at home", sum(home, "waiting"), "without an answer"],
    wip: ["In work at home", sum(home, "wip"), "somebody is at it"],
    wait: longest
      ? ["Longest wait", duration(longest.expected_wait.value), `expected, in ${longest.queue}`]
      : ["Longest wait", "unknown", queues[0]?.expected_wait.method ?? "no queue yet"],
    pressure: ["Under pressure", on.length, `of ${many(queues.length, "queue")}`, on.length ? "warn" : ""],
    partners: ["With partners", held, `${today} handed over today${mode === "observe" ? " (observed)" : ""}`],
  };
}

function ofHealth() {
  const told = seen.health?.shops?.[session.shop];
  const dead = Math.max(told?.dead ?? 0, seen.letters.length);
  const letters = ["Dead letters", told ? dead : seen.letters.length === 20 ? "20+" : dead, dead ? "given up, see below" : "nothing was given up", dead ? "bad" : ""];
  const workers = seen.health?.workers;
  const alive = (workers ?? []).filter((each) => each.is_alive).length;
  const failing = seen.health?.status === "failing";
  const secret = seen.health === null ? "not known yet" : failing ? "health fails, details need an operator's key" : "details need an operator's key";
  const behind = (told?.dirty ?? 0) + (told?.to_read ?? 0);
  const lag = told && behind ? `, ${duration(told.lag)} behind` : "";
  const isStill = told && !told.is_imported;
  const missing = told?.missing_groups ?? [];
  return {
    sync: missing.length
      ? ["Sync outstanding", behind, `no group ${missing.join(", ")} in the helpdesk: renamed?`, "bad"]
      : told
      ? ["Sync outstanding", behind, isStill ? "first walk still under way" : behind ? `${told.dirty} to write, ${told.to_read} to read${lag}` : "in step", told.lag > 120 ? "bad" : isStill ? "warn" : ""]
      : ["Sync outstanding", "–", secret, failing ? "bad" : ""],
    letters,
    workers: workers
      ? ["Workers alive", alive, alive ? `last sign ${duration(Math.min(...workers.map((each) => each.age)))} ago` : "nothing is written now", alive ? "" : "bad"]
      : ["Workers alive", "–", secret, failing ? "bad" : ""],
  };
}

// Queues that were seen stay where they are, also while they are empty: rows would jump.
const queuesKnown = new Map();
const pressed = new Map();

function showQueues(situation, teams) {
  for (const queue of situation.queues) queuesKnown.set(queue.queue, queue);
  const now = new Set(situation.queues.map((each) => each.queue));
  for (const [name, queue] of queuesKnown) if (!now.has(name)) queuesKnown.set(name, { ...queue, teams: [] });
  const names = [...queuesKnown.keys()].sort();
  const table = at("queues-table");
  at("queues-none").hidden = names.length > 0;
  put(at("queues-note"), ages(situation.inputs));
  const shape = teams.join(" ");
  if (table.shape !== shape) {
    table.shape = shape;
    table.replaceChildren();
    delete table.kept;
    table.style.setProperty("--teams", String(teams.length));
  }
  const most = Math.max(1, ...situation.queues.flatMap((queue) => queue.teams.map((load) => load.waiting)));
  const rows = keyed(table, ["", ...names], (name) => (name === "" ? headOf(teams) : rowOf(name, teams)));
  for (const name of names) showQueue(rows.get(name), queuesKnown.get(name), teams, most);
  announce(situation.queues);
}

function ages(inputs) {
  return inputs
    .filter((each) => each.input !== "import")
    .map((each) => `${INPUTS[each.input] ?? word(each.input)} ${duration(each.age)} ago`)
    .join(" · ");
}

function headOf(teams) {
  const cell = (text, name) => el("span", { role: "columnheader", class: name }, text);
  const ofTeam = (name, index) =>
    el(
      "span",
      { role: "columnheader", class: "load", "data-team": hue(index) },
      el("b", {}, team(name)),
      el("small", {}, "waiting"),
      el("small", {}, "in work"),
    );
  return el(
    "div",
    { role: "row", class: "titles" },
    cell("Queue", "queue"),
    cell("Pressure", "pressure"),
    cell("Expected wait", "wait"),
    ...teams.map(ofTeam),
  );
}

function rowOf(name, teams) {
  const ofTeam = (_, index) =>
    el(
      "span",
      { role: "cell", class: "load", "data-team": hue(index) },
      el("i", { class: "level", "aria-hidden": "true" }),
      el("em", { "aria-hidden": "true" }, team(teams[index])),
      el("b", { "aria-hidden": "true" }),
      el("span", { class: "wip", "aria-hidden": "true" }),
      el("span", { class: "unseen" }),
    );
  return el(
    "div",
    { role: "row" },
    el("span", { role: "rowheader", class: "queue" }, el("span", {}, name), el("small", { class: "off" })),
    el("span", { role: "cell", class: "pressure" }, el("span", { class: "pill" }), el("small", {})),
    el("span", { role: "cell", class: "wait" }, el("span", {}), el("small", {})),
    ...teams.map(ofTeam),
  );
}

function showQueue(row, queue, teams, most) {
  const [name, pressure, wait, ...loads] = row.children;
  const off = seen.switches.find(({ scope }) => scope === `queue:${queue.queue}` || scope === `channel:${queue.queue.split(".")[0]}`);
  put(name.lastChild, off ? `switched off until ${until(off.until)}: ${off.reason}` : "");
  showPressure(pressure, queue.pressure);
  const known = queue.expected_wait.value !== null;
  put(wait.firstChild, known ? duration(queue.expected_wait.value) : "unknown");
  put(wait.lastChild, queue.expected_wait.method);
  mark(wait.lastChild, "title", queue.expected_wait.method);
  mark(wait, "data-unknown", known ? null : "");
  mark(row, "data-pressed", queue.pressure.on ? "" : null);
  loads.forEach((cell, index) => {
    const load = queue.teams.find((each) => each.team === teams[index]) ?? { waiting: 0, wip: 0 };
    const [level, , waiting, wip, told] = cell.children;
    put(waiting, load.waiting);
    put(wip, load.wip);
    put(told, `${team(teams[index])}: ${load.waiting} waiting, ${load.wip} in work`);
    fill(level, load.waiting / most);
    mark(waiting, "data-none", load.waiting ? null : "");
    mark(wip, "data-none", load.wip ? null : "");
    mark(cell, "data-none", load.waiting + load.wip ? null : "");
  });
}

function showPressure(cell, pressure) {
  const [pill, why] = cell.children;
  const begun = moment(pressure.since);
  put(pill, pressure.on ? "on" : "off");
  mark(pill, "data-on", pressure.on ? "" : null);
  const shape = `${pressure.on} ${pressure.measure} ${begun}`;
  if (why.shape === shape) return;
  why.shape = shape;
  const age = begun === null ? "" : el("span", { "data-since": begun / 1000 }, since(begun / 1000));
  const by = pressure.on && pressure.measure ? `, by ${MEASURES[pressure.measure] ?? word(pressure.measure)}` : "";
  why.replaceChildren(...(begun === null ? [] : ["for ", age, by]));
}

/** Say aloud where pressure comes and goes; not at the first look. */
function announce(queues) {
  const said = [];
  for (const { queue, pressure } of queues) {
    const before = pressed.get(queue);
    if (pressed.size && Boolean(before) !== pressure.on) {
      said.push(pressure.on ? `${queue} is under pressure, by ${MEASURES[pressure.measure] ?? "its state"}.` : `${queue} is no longer under pressure.`);
    }
  }
  const isFirst = pressed.size === 0;
  for (const { queue, pressure } of queues) pressed.set(queue, pressure.on);
  if (said.length && !isFirst) speak(said.join(" "));
}

const hue = (index) => (index === 0 ? "home" : String(((index - 1) % 5) + 1));
let hues = new Map([[HOME, "home"]]);

function showPartners({ partners }, teams) {
  hues = new Map(teams.map((name, index) => [name, hue(index)]));
  at("partners-none").hidden = partners.length > 0;
  const cards = keyed(at("partners"), partners.map((each) => each.partner), (name) =>
    el(
      "article",
      { "aria-label": name },
      el("h3", {}, el("span", {}, name), el("span", { class: "tag" })),
      el("p", { class: "today" }),
      el("div", { class: "rooms" }),
    ),
  );
  for (const partner of partners) showPartner(cards.get(partner.partner), partner);
}

function showPartner(card, partner) {
  const [title, today, rooms] = card.children;
  const [text, tone] = standing(partner);
  mark(card, "data-team", hues.get(partner.partner));
  put(title.lastChild, text);
  mark(title.lastChild, "data-tone", tone);
  const limit = partner.daily_limit;
  put(today, limit === null ? `${partner.today} handed over today, no daily limit` : `${partner.today} of ${limit} handed over today`);
  mark(today, "data-tone", limit !== null && partner.today >= limit ? "warn" : null);
  const bars = partner.channels.map(({ channel, held, capacity }) => [channel, held, capacity]);
  if (partner.total_capacity !== null) bars.push(["in all", partner.held, partner.total_capacity]);
  if (limit !== null) bars.push(["today", partner.today, limit]);
  const there = keyed(rooms, bars.map(([name]) => name), (name) =>
    el("div", { class: "room" }, el("span", {}, name), el("span", { class: "meter", role: "meter", "aria-label": name, "aria-valuemin": 0 }, el("i")), el("span", { class: "count" })),
  );
  for (const [name, have, most] of bars) {
    const [, meter, count] = there.get(name).children;
    put(count, `${have} of ${most}`);
    mark(meter, "aria-valuenow", Math.min(have, Math.max(most, 1)));
    mark(meter, "aria-valuemax", Math.max(most, 1));
    mark(meter, "aria-valuetext", `${have} of ${most}`);
    fill(meter.firstChild, most ? have / most : have ? 1 : 0);
    mark(there.get(name), "data-tone", have > most ? "bad" : have === most && most ? "full" : null);
  }
}

function standing(partner) {
  const off = seen.switches.find(({ scope }) => scope === `partner:${partner.partner}`);
  if (off) return [`switched off until ${until(off.until)}: ${off.reason}`, "warn"];
  if (!partner.is_in_policy) return ["left the policy", "warn"];
  if (partner.is_paused) return ["paused", "warn"];
  return partner.is_open ? ["open", "good"] : ["closed", "calm"];
}

function showLetters() {
  at("letters-panel").hidden = seen.letters.length === 0;
  const key = (each) => `${each.work} ${each.id}`;
  const there = keyed(at("letters"), seen.letters.map(key), () => el("li", {}, el("b"), el("span"), el("small")));
  for (const letter of seen.letters) {
    const [id, error, more] = there.get(key(letter)).children;
    put(id, `${letter.work} ${letter.id}`);
    put(error, letter.error);
    put(more, `${many(letter.attempts, "attempt")}, given up ${since(letter.at)} ago`);
  }
}

// --- the stream -------------------------------------------------------------------------------

let latest = ""; // decisions are asked from here on; what comes twice is known by its id
const stream = { waiting: [], known: new Map(), isPointed: false, isLetGo: false };

/** Take in decisions, the newest first. */
function fall(items) {
  const fallen = items.filter((each) => !stream.known.has(each.id));
  const newest = moment(items[0]?.at);
  if (newest !== null) latest = new Date(newest - OVERLAP).toISOString();
  for (const each of fallen) stream.known.set(each.id, each);
  stream.waiting = [...fallen, ...stream.waiting].slice(0, SHOWN);
  pour();
}

/** Show what waits, unless somebody is about to click: rows must not move away below a pointer. */
function pour(isWanted = false) {
  const list = at("stream");
  const isFirst = list.children.length === 0;
  const isHeld = stream.isPointed || list.querySelector(":focus-visible") !== null;
  if (isHeld && !isFirst && !isWanted) {
    at("newer").hidden = stream.waiting.length === 0;
    put(at("newer"), `${stream.waiting.length} newer, show`);
    return;
  }
  at("newer").hidden = true;
  if (!stream.waiting.length) return;
  const rows = stream.waiting.map((each) => entryOf(each, !isFirst));
  list.prepend(...rows);
  stream.waiting = [];
  while (list.children.length > SHOWN) list.lastChild.remove();
  const shown = new Set([...list.children].map((row) => row.dataset.id));
  for (const id of stream.known.keys()) if (!shown.has(id)) stream.known.delete(id);
  at("stream-none").hidden = true;
  const out = [...list.children].filter((row) => row.dataset.kind === "out").length;
  put(at("stream-note"), `of the last ${list.children.length}, ${out} handed over`);
}

const KINDS = { keep: "kept", accept: "kept", overflow: "out", late_overflow: "out", recall: "back", returned: "back" };

function entryOf(decision, isNew) {
  const kind = KINDS[decision.outcome] ?? "kept";
  const goes = { out: `→ ${decision.team}`, back: `← from ${decision.holder}`, kept: OUTCOMES[decision.outcome] ?? word(decision.outcome) }[kind];
  const text = decision.mode === "observe" ? `${goes} (observed)` : goes;
  const button = el(
    "button",
    { type: "button", "aria-haspopup": "dialog" },
    el("span", { class: "what" }, text),
    el("b", { class: "ticket" }, `#${decision.ticket}`),
    el("span", { class: "where" }, decision.queue),
    el("time", { datetime: decision.at ?? "" }, clock(decision.at)),
    el("span", { class: "why" }, decision.headline),
  );
  button.addEventListener("click", (event) => openTrace(decision, event.detail > 0));
  const other = kind === "back" ? decision.holder : decision.team;
  return el("li", { "data-id": decision.id, "data-kind": kind, "data-team": hues.get(other) ?? "1", "data-new": isNew ? "" : null }, button);
}

// --- the trace --------------------------------------------------------------------------------

/** By a pointer: the focus that comes back later would only hold the stream. */
function openTrace(decision, isByPointer) {
  stream.isLetGo = isByPointer;
  at("trace-body").replaceChildren(...traceOf(decision));
  at("trace").showModal();
  at("trace").scrollTop = 0;
}

function traceOf(decision) {
  const facts = [
    ["Outcome", `${OUTCOMES[decision.outcome] ?? word(decision.outcome)}, ${word(decision.reason)}`],
    ["Held by", decision.holder === decision.team ? team(decision.team) : `${team(decision.holder)}, now ${team(decision.team)}`],
    ["Queue", decision.queue],
    ["Cause", word(decision.cause) + (decision.asked ? `, asked for ${decision.asked}` : "")],
    ["Decided", until(decision.at, CLOCK)],
    ["Answer due", decision.due ? until(decision.due, CLOCK) : "no target"],
    ["Mode", MODES[decision.mode] ?? decision.mode],
    ["Policy, situation", `version ${decision.policy_version}, number ${decision.situation_seq}`],
  ];
  return [
    el("p", { class: "eyebrow" }, `Ticket ${decision.ticket}`),
    el("h2", { id: "trace-title" }, decision.headline),
    el("dl", { class: "facts-list" }, ...facts.map(([name, text]) => el("div", {}, el("dt", {}, name), el("dd", {}, text)))),
    el("h3", {}, "Pressure at home"),
    pressureOf(decision),
    measuresOf(decision),
    el("h3", {}, "Each team against each reason"),
    teamsOf(decision),
    el("h3", {}, "What it rested on"),
    inputsOf(decision.inputs ?? []),
  ];
}

function tableOf(name, head, rows) {
  const top = el("tr", {}, ...head.map((text) => el("th", { scope: "col" }, text)));
  return el("div", { class: "wide", tabindex: 0, role: "region", "aria-label": name }, el("table", {}, el("thead", {}, top), el("tbody", {}, ...rows)));
}

const rowHead = (text) => el("th", { scope: "row" }, text);

function pressureOf({ pressure = {}, line = {} }) {
  const was = pressure.was_on === pressure.on ? "" : pressure.on ? ", came on with this ticket" : ", went off with this ticket";
  const why = pressure.on && pressure.measure ? ` by ${MEASURES[pressure.measure] ?? word(pressure.measure)}` : "";
  const begun = moment(pressure.since) === null ? "" : ` since ${clock(pressure.since)}`;
  const people = line.agents === null || line.agents === undefined ? "agents unknown" : many(line.agents, "agent");
  const ahead = typeof line.ahead === "number" ? `${figure(line.ahead)} ahead of it, ${figure(line.wip ?? 0)} in work, ${people}` : people;
  return el("p", { class: "line" }, `${pressure.on ? "On" : "Off"}${why}${begun}${was}. In the line: ${ahead}.`);
}

function measuresOf({ measures = {} }) {
  const units = { backlog: figure, expected_wait: duration, breach_probability: share };
  const rows = Object.entries(measures).map(([name, said]) => {
    const tell = (value) => (typeof value === "number" ? (units[name] ?? figure)(value) : "–");
    const reached = typeof said.value === "number" && typeof said.start === "number" && said.value >= said.start;
    return el(
      "tr",
      { "data-tone": reached ? "warn" : null },
      rowHead(MEASURES[name] ?? word(name)),
      el("td", { class: "number" }, said.value === null ? "unknown" : tell(said.value)),
      el("td", { class: "number" }, tell(said.start)),
      el("td", { class: "number" }, tell(said.stop)),
      el("td", {}, said.unknown ?? said.method ?? ""),
    );
  });
  return tableOf("Measures", ["Measure", "Now", "Starts at", "Ends below", "How it is known"], rows);
}

function teamsOf({ teams = [], team: chosen }) {
  const names = [...new Set(teams.flatMap((each) => Object.keys(each.tests ?? {})))];
  const mine = (each) => (each.team === chosen ? "" : null);
  const row = (title, tell) => el("tr", {}, rowHead(title), ...teams.map((each) => tell(each)));
  const plain = (each, text, more = "") => el("td", { "data-chosen": mine(each) }, text, ...(more ? [el("small", {}, more)] : []));
  const checked = (each, name, check) => (check === undefined ? plain(each, "–") : verdict(check, mine(each), ...numbers(name, check, each)));
  const measured = (measure, tell) => (typeof measure?.value === "number" ? [tell(measure.value), measure.method] : ["unknown", measure?.unknown ?? ""]);
  const rows = [
    ...names.map((name) => row(TESTS[name] ?? word(name), (each) => checked(each, name, each.tests?.[name]))),
    row("Is a relief", (each) => checked(each, "relief", each.relief)),
    row("Chance of a late answer", (each) => plain(each, ...measured(each.breach_probability, share))),
    row("Expected wait", (each) => plain(each, ...measured(each.expected_wait, duration))),
    row("Expected cost", (each) => plain(each, typeof each.cost === "number" ? `€ ${each.cost.toFixed(2)}` : "unknown")),
  ];
  const table = tableOf("Teams and reasons", ["", ...teams.map((each) => team(each.team))], rows);
  table.querySelectorAll("thead th").forEach((cell, index) => {
    const each = teams[index - 1];
    if (!each) return;
    mark(cell, "data-chosen", mine(each));
    if (each.team === chosen) cell.append(el("small", {}, "has it now"));
    else if (!each.is_able) cell.append(el("small", {}, "cannot take it"));
  });
  table.firstChild.classList.add("matrix");
  return table;
}

function verdict(check, chosen, text) {
  const sign = el("span", { class: "sign", "aria-hidden": "true" }, check.passed ? "✓" : "✗");
  const told = el("span", { class: "unseen" }, check.passed ? "yes" : "no");
  return el("td", { "data-passed": check.passed ? "yes" : "no", "data-chosen": chosen }, sign, told, ...(text ? [el("small", {}, text)] : []));
}

function numbers(name, { have, limit, note = "" }, { opens_at: opens }) {
  if (name === "relief" && typeof have === "number") return [`${share(have)}, at most ${share(limit)}`];
  if (name === "switched_off") return [[note, limit ? `until ${until(limit)}` : ""].filter(Boolean).join(", ")];
  if (name === "closed" && opens) return [`opens ${until(opens)}`];
  const said = typeof have === "number" && typeof limit === "number" ? `${figure(have)} of ${figure(limit)}` : "";
  return [[said, note].filter(Boolean).join(" ")];
}

function inputsOf(inputs) {
  const tell = (value) => (typeof value === "number" ? duration(value) : "–");
  const rows = inputs.map((each) =>
    el(
      "tr",
      {},
      rowHead(word(each.name)),
      el("td", { class: "number" }, each.age === null ? "none" : tell(each.age)),
      el("td", { class: "number" }, tell(each.limit)),
      el("td", {}, each.effect),
    ),
  );
  return tableOf("Inputs", ["Input", "Age", "Good for", "What came of it"], rows);
}

// --- hands ------------------------------------------------------------------------------------

at("sign-in").addEventListener("submit", signIn);
at("leave").addEventListener("click", () => leave());
at("trace").addEventListener("close", () => {
  if (stream.isLetGo) document.activeElement?.blur();
});
at("close").addEventListener("click", () => at("trace").close());
at("trace").addEventListener("click", (event) => {
  if (event.target === at("trace")) at("trace").close(); // beside it
});
at("shops").addEventListener("change", () => {
  session.shop = at("shops").value;
  stop();
  enter();
});
at("newer").addEventListener("click", () => {
  pour(true);
  at("stream").scrollTop = 0;
});
at("stream").addEventListener("pointerenter", (event) => {
  stream.isPointed = event.pointerType === "mouse";
});
at("stream").addEventListener("pointerleave", () => {
  stream.isPointed = false;
  pour();
});
at("stream").addEventListener("focusout", () => setTimeout(pour));
document.addEventListener("visibilitychange", () => {
  clearTimeout(timer);
  if (document.hidden || at("board").hidden) return;
  run += 1;
  looks = 0;
  look(run);
});
setInterval(tick, 1000);

if (session.key && session.shop) {
  enter();
} else {
  openDoor();
}
