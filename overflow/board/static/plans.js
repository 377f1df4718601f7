// When home overflows: each channel's threshold, what stands at home, and who of the waiting leaves late.

import { seen } from "./api.js";
import { at, el, fill, keyed, mark, put } from "./page.js";
import { openDialog, rowHead, tableOf } from "./trace.js";
import { clock, duration, figure, until } from "./words.js";

const METHODS = {
  rolling: "from the forecast and what was seen today",
  forecast: "from the forecast",
  stationary: "as if what came lately went on",
};

export function showPlans() {
  const { planning, items } = seen.plan ?? { planning: "off", items: [] };
  at("plan-panel").hidden = planning === "off";
  at("plans-none").hidden = items.length > 0;
  const there = keyed(at("plans"), items.map((each) => each.channel), rowOf);
  for (const each of items) showPlan(there.get(each.channel), each);
}

function rowOf(channel) {
  const meter = el("span", { class: "meter", role: "meter", "aria-label": channel, "aria-valuemin": 0 }, el("i"));
  const button = el(
    "button",
    { type: "button", "aria-haspopup": "dialog" },
    el("span", { class: "room" }, el("b", {}, channel), meter, el("span", { class: "count" })),
    el("small", {}),
  );
  button.addEventListener("click", () => openPlan(seen.plan.items.find((each) => each.channel === channel)));
  return el("li", {}, button);
}

function showPlan(row, plan) {
  const [room, more] = row.firstChild.children;
  const [, meter, count] = room.children;
  const { at_home: here, level } = plan;
  const isFull = level !== null && here !== null && here >= level;
  put(count, told(plan));
  put(more, [plan.why, ...coming(plan), late(plan.leave)].filter(Boolean).join(" · "));
  meter.hidden = level === null || here === null;
  mark(meter, "aria-valuenow", Math.min(here ?? 0, level ?? 1));
  mark(meter, "aria-valuemax", Math.max(level ?? 1, 1));
  mark(meter, "aria-valuetext", told(plan));
  fill(meter.firstChild, level ? here / level : 1);
  mark(row, "data-tone", isFull ? "warn" : null);
}

const home = ({ at_home: here }) => (here === null ? "unknown" : figure(here));

function told(plan) {
  if (plan.level !== null) return `${home(plan)} of ${plan.level}`;
  return plan.method === null ? "no plan" : `${home(plan)}, never`;
}

const from = (level) => (level === null ? "never" : `from ${level}`);

function coming({ steps }) {
  return steps.slice(1, 2).map((next) => `${from(next.level)} at ${until(next.at)}`);
}

/** From which place on who waits leaves: with the least time left with which anybody does, and with the most. */
function late(leave) {
  if (!leave.length) return "";
  const able = leave.filter((each) => each.place !== null);
  if (!able.length) return "nobody who waits leaves late";
  const [least, most] = [able[0], able.at(-1)];
  const ends = least.place === most.place ? [most] : [least, most];
  return `waiting, leaves late from ${ends.map(({ left, place }) => `place ${place} on with ${duration(left)} left`).join(", ")}`;
}

// --- one plan, with all that it says -----------------------------------------------------------

function openPlan(plan) {
  const { estimates } = plan;
  const facts = [
    ["At home", home(plan)],
    ["Overflow", plan.method === null ? plan.why : from(plan.level)],
    ["Planned", clock(plan.at)],
    ...(plan.method === null ? [] : [["Worked out", METHODS[plan.method] ?? plan.method]]),
    ...(estimates === null ? [] : estimated(estimates)),
  ];
  openDialog([
    el("p", { class: "eyebrow" }, `Plan of ${plan.channel}`),
    el("h2", { id: "trace-title" }, headline(plan)),
    el("dl", { class: "facts-list" }, ...facts.map(([name, text]) => el("div", {}, el("dt", {}, name), el("dd", {}, text)))),
    ...(plan.late.length ? leavingOf(plan) : []),
    ...(plan.steps.length ? [el("h3", {}, "From how many at home on to overflow"), stepsOf(plan)] : []),
  ]);
}

function headline(plan) {
  if (plan.method === null) return `No plan: ${plan.why}.`;
  if (plan.level === null) return "Whoever comes stays at home.";
  return `Whoever finds ${plan.level} or more at home goes to a partner.`;
}

function estimated(known) {
  const rate = known.arrivals_an_hour ?? known.foretold_an_hour;
  return [
    ["Demand, of the forecast", `${Math.round(100 * known.demand)} %`],
    ["Work on a ticket", duration(known.handle_time)],
    ["Patience", known.patience === null ? "unlimited" : duration(known.patience)],
    ["Agents there", figure(known.agents)],
    ["Tickets an hour", rate === null ? "unknown" : figure(rate)],
  ];
}

function stepsOf({ steps }) {
  const rows = steps.map((step) => el("tr", {}, rowHead(until(step.at)), el("td", { class: "number" }, from(step.level))));
  return tableOf("Thresholds", ["From", "Overflow"], rows);
}

function leavingOf(plan) {
  const about = "A ticket that waits goes to a partner as soon as it stands at this place in the line, or farther back, with so much time left; 1 is served next.";
  const [first, ...later] = plan.late;
  const isNow = plan.leave.length > 0; // else the first ones may be those of a coming hour
  const mine = isNow ? [{ at_home: plan.at_home, leave: plan.leave, isNow }] : [];
  return [
    el("h3", {}, "Who of the waiting leaves late"),
    el("p", { class: "line" }, about),
    leavesOf(isNow ? "Now" : until(first.at), [...mine, ...first.crowds]),
    ...later.map((each) => leavesOf(`At ${until(each.at)}, as it looks now`, each.crowds)),
  ];
}

function leavesOf(when, crowds) {
  const lefts = crowds[0].leave.map((each) => each.left);
  const row = (left, index) =>
    el("tr", {}, rowHead(duration(left)), ...crowds.map(({ leave, isNow: chosen }) => el("td", { class: "number", "data-chosen": chosen ? "" : null }, place(leave[index].place))));
  const table = tableOf(`Who leaves late: ${when}`, ["Time left", ...crowds.map(({ at_home: n, isNow: chosen }) => `${figure(n)} at home${chosen ? " now" : ""}`)], lefts.map(row).reverse());
  return el("div", { class: "leaving" }, el("h4", {}, when), table);
}

const place = (number) => (number === null ? "nobody" : `from place ${number}`);
