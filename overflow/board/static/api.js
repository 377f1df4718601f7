// What the API is asked with the viewer's key, and what is known from it.
//
// The key is in sessionStorage and in the Authorization header, nowhere else.

const PATIENCE = 8000; // ms that an answer may take

export const session = {
  key: read("overflow.key"),
  shop: read("overflow.shop"),
  shops: read("overflow.shops").split(" ").filter(Boolean),
};
export const seen = { situation: null, health: null, plan: null, switches: [], letters: [] };

/** Nothing is known any more. */
export function forgetSeen() {
  Object.assign(seen, { situation: null, health: null, plan: null, switches: [], letters: [] });
}

function read(name) {
  try {
    return sessionStorage.getItem(name) ?? "";
  } catch {
    return "";
  }
}

export function keep(name, value) {
  try {
    if (value) sessionStorage.setItem(name, value);
    else sessionStorage.removeItem(name);
  } catch {
    // Storage is forbidden here: the key lives as long as the page.
  }
}

class Refused extends Error {
  constructor(status, detail) {
    super(detail);
    this.status = status;
  }
}

/** The answer as JSON. Raises Refused, or whatever fetch raises when nobody answers. */
export async function ask(path, { mayFail = false } = {}) {
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

export const ofShop = (rest) => `v1/shops/${encodeURIComponent(session.shop)}/${rest}`;

/** Why somebody cannot sign in. */
export function explain(error) {
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

/** Why there are no new figures. */
export function away(error) {
  if (error.status === undefined) return "The API does not answer.";
  return error.status === 503
    ? `The API answers, and cannot tell anything now: ${error.message}`
    : `The API cannot tell: ${error.message}`;
}
