// The table of queues: pressure, expected wait, each team's load.

import { seen } from "./api.js";
import { at, el, fill, keyed, mark, put, speak } from "./page.js";
import { hue } from "./teams.js";
import { INPUTS, MEASURES, duration, moment, since, team, until, word } from "./words.js";

// Queues that were seen stay where they are, also while they are empty: rows would jump.
const queuesKnown = new Map();
const pressed = new Map();

export function showQueues(situation, teams) {
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

/** Nothing was seen yet. */
export function forgetQueues() {
  queuesKnown.clear();
  pressed.clear();
  at("queues-table").shape = "";
}
