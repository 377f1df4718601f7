// What partners hold and may take, and the work that was given up.

import { seen } from "./api.js";
import { at, el, fill, keyed, mark, put } from "./page.js";
import { hueOf } from "./teams.js";
import { many, since, until } from "./words.js";

export function showPartners({ partners }) {
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
  mark(card, "data-team", hueOf(partner.partner));
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

export function showLetters() {
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
