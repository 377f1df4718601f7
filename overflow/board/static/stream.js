// The stream of decisions, the newest on top.

import { at, el, put } from "./page.js";
import { hueOf } from "./teams.js";
import { openTrace } from "./trace.js";
import { OUTCOMES, clock, moment, word } from "./words.js";

const SHOWN = 60; // decisions in the stream
const OVERLAP = 5000; // ms asked again: what was decided first may be written last

let latest = ""; // decisions are asked from here on; what comes twice is known by its id
export const stream = { waiting: [], known: new Map(), isPointed: false, isLetGo: false };

/** Take in decisions, the newest first. */
export function fall(items) {
  const fallen = items.filter((each) => !stream.known.has(each.id));
  const newest = moment(items[0]?.at);
  if (newest !== null) latest = new Date(newest - OVERLAP).toISOString();
  for (const each of fallen) stream.known.set(each.id, each);
  stream.waiting = [...fallen, ...stream.waiting].slice(0, SHOWN);
  pour();
}

/** Show what waits, unless somebody is about to click: rows must not move away below a pointer. */
export function pour(isWanted = false) {
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
  button.addEventListener("click", (event) => {
    stream.isLetGo = event.detail > 0; // by a pointer: the focus that comes back would only hold us
    openTrace(decision);
  });
  const other = kind === "back" ? decision.holder : decision.team;
  return el("li", { "data-id": decision.id, "data-kind": kind, "data-team": hueOf(other) ?? "1", "data-new": isNew ? "" : null }, button);
}

/** The query of the decisions that are not shown yet. */
export const sinceLatest = () => `limit=${SHOWN}${latest ? `&start=${latest}` : ""}`;

/** Nothing fell yet. */
export function forgetStream() {
  latest = "";
  stream.waiting = [];
  stream.known.clear();
  at("stream-none").hidden = false;
}
