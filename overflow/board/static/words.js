// The board's words: names, figures, durations, times of day.

export const HOME = "inhouse";

export const MEASURES = {
  backlog: "backlog",
  expected_wait: "expected wait",
  breach: "risk of a late answer",
  breach_probability: "risk of a late answer",
};
export const OUTCOMES = {
  keep: "kept",
  overflow: "handed over",
  late_overflow: "handed over late",
  recall: "taken back",
  returned: "back home",
  accept: "stays",
};
export const TESTS = {
  closed: "Is open",
  channel: "Answers on the channel",
  language: "Speaks the language",
  full: "Has a free place",
  daily_limit: "Is below its daily limit",
  switched_off: "Is not switched off",
  move_limit: "May be moved to it",
  refused: "Has not returned it",
};
export const INPUTS = {
  helpdesk: "last word of the helpdesk",
  helpdesk_api: "last answer of the helpdesk",
  import: "first walk",
};
export const MODES = {
  live: "live",
  observe: "observing: nothing is moved",
  off: "off: nothing is decided",
};

export const word = (code) => String(code ?? "").replaceAll("_", " ");
export const team = (name) => (name === HOME ? "Home" : name);
export const many = (n, one, more = `${one}s`) => `${n} ${n === 1 ? one : more}`;
export const figure = (n) => (Number.isInteger(n) ? String(n) : String(Math.round(n * 10) / 10));

/** `40 s`, `12 min`, `5 h`, `3 d`: as the service's own sentences have it. */
export function duration(seconds) {
  if (seconds > 0 && seconds < 1) return "under 1 s";
  for (const [unit, size, until] of [["s", 1, 120], ["min", 60, 7200], ["h", 3600, 172800]]) {
    if (seconds < until) return `${Math.round(seconds / size)} ${unit}`;
  }
  return `${Math.round(seconds / 86400)} d`;
}

export function share(value) {
  if (value > 0 && value < 0.005) return "under 1 %";
  return value >= 0.995 && value < 1 ? "over 99 %" : `${Math.round(100 * value)} %`;
}

/** Epoch milliseconds of an ISO 8601 text or of epoch seconds; null for none. */
export function moment(value) {
  if (value === null || value === undefined || value === "" || value === 0) return null;
  const found = typeof value === "number" ? value * 1000 : Date.parse(value);
  return Number.isFinite(found) ? found : null;
}

export const CLOCK = new Intl.DateTimeFormat("en-GB", { timeStyle: "medium" });
const DAY = new Intl.DateTimeFormat("en-GB", { dateStyle: "medium" });
const SHORT = new Intl.DateTimeFormat("en-GB", { timeStyle: "short" });
export const clock = (value) => (moment(value) === null ? "–" : CLOCK.format(moment(value)));

/** A time of day, with its date where that is another one than today's. */
export function until(value, times = SHORT) {
  const found = moment(value);
  if (found === null) return "";
  const isToday = DAY.format(found) === DAY.format(serverNow());
  return isToday ? times.format(found) : `${DAY.format(found)}, ${times.format(found)}`;
}

let offset = 0; // ms that the service's clock is before ours
const serverNow = () => Date.now() + offset;
export const since = (value) => duration(Math.max(0, (serverNow() - moment(value)) / 1000));

/** Go by the service's clock: this is its time now. */
export function setClock(value) {
  offset = moment(value) - Date.now();
}
