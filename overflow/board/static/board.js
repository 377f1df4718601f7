// The live board: asks the API with the viewer's key every few seconds and shows what it says.

import { ask, away, explain, forgetSeen, keep, ofShop, seen, session } from "./api.js";
import { closeDoor, openDoor, signIn } from "./door.js";
import { at, page, put, speak } from "./page.js";
import { showLetters, showPartners } from "./partners.js";
import { forgetQueues, showQueues } from "./queues.js";
import { showPlans } from "./plans.js";
import { fall, forgetStream, pour, sinceLatest, stream } from "./stream.js";
import { setTeams } from "./teams.js";
import { showFacts, showTiles } from "./tiles.js";
import { HOME, duration, setClock, since } from "./words.js";

const BEAT = 2000; // ms between two looks
const HEALTH_EVERY = 2; // looks; it counts the whole service, so it is asked less often
const SWITCHES_EVERY = 2; // looks; people change them
const PLAN_EVERY = 3; // looks; it is made anew every fifteen seconds
const LETTERS_EVERY = 5; // looks; how many there are is part of the health
const STALE = 7000; // ms after which figures are called old

// --- coming and going -------------------------------------------------------------------------

function enter() {
  keep("overflow.key", session.key);
  keep("overflow.shop", session.shop);
  keep("overflow.shops", session.shops.join(" "));
  forget();
  closeDoor();
  start();
}

function leave(fault = "") {
  stop();
  keep("overflow.key", "");
  session.key = "";
  openDoor(fault);
  forget();
}

function forget() {
  forgetSeen();
  forgetQueues();
  forgetStream();
  for (const id of ["tiles", "queues-table", "plans", "partners", "letters", "stream"]) {
    at(id).replaceChildren();
    delete at(id).kept;
  }
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
    ask(ofShop(`decisions?${sinceLatest()}`)),
    looks % HEALTH_EVERY ? seen.health : ask("healthz", { mayFail: true }),
    looks % SWITCHES_EVERY ? seen.switches : ask(ofShop("switches")).then((told) => told.items),
    looks % PLAN_EVERY ? seen.plan : ask(ofShop("plan")),
    looks % LETTERS_EVERY ? seen.letters : ask(ofShop("dead-letters?limit=20")).then((told) => told.items),
  ];
  const [situation, decisions, health, switches, plan, letters] = await Promise.allSettled(wanted);
  if (mine !== run) return;
  const failed = [situation, decisions, switches, plan, letters].find((each) => each.status === "rejected");
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
      plan: plan.value,
      letters: letters.value,
    });
    fresh = performance.now();
    setClock(situation.value.at);
    show();
    fall(decisions.value.items);
  }
  tick();
  if (!document.hidden) timer = setTimeout(look, BEAT, mine);
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

function show() {
  const { situation } = seen;
  const teams = [HOME, ...situation.partners.map((each) => each.partner)];
  for (const queue of situation.queues) {
    for (const load of queue.teams) if (!teams.includes(load.team)) teams.push(load.team);
  }
  showFacts(situation);
  showTiles(situation);
  showQueues(situation, teams);
  setTeams(teams);
  showPlans();
  showPartners(situation);
  showLetters();
}

// --- hands ------------------------------------------------------------------------------------

at("sign-in").addEventListener("submit", async (event) => {
  event.preventDefault();
  if (await signIn()) enter();
});
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
  openDoor("");
}
