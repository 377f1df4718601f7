// A decision's trace: what was tested and known, and what each choice would cost.

import { at, el, mark } from "./page.js";
import { MEASURES, MODES, OUTCOMES, TESTS, CLOCK, clock, duration, figure, many, moment, share, team, until, word } from "./words.js";

export const openTrace = (decision) => openDialog(traceOf(decision));

/** Show these in the dialog, one of them a heading with the id `trace-title`. */
export function openDialog(nodes) {
  at("trace-body").replaceChildren(...nodes);
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

export function tableOf(name, head, rows) {
  const top = el("tr", {}, ...head.map((text) => el("th", { scope: "col" }, text)));
  return el("div", { class: "wide", tabindex: 0, role: "region", "aria-label": name }, el("table", {}, el("thead", {}, top), el("tbody", {}, ...rows)));
}

export const rowHead = (text) => el("th", { scope: "row" }, text);

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
