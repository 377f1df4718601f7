// The shop's facts in the head of the page, and the tiles: load, partners, health.

import { seen, session } from "./api.js";
import { at, el, keyed, mark, put } from "./page.js";
import { HOME, MODES, duration, many } from "./words.js";

export function showFacts(situation) {
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

export function showTiles(situation) {
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
