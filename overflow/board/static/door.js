// The door: asks for a key, and for the shop that it shall open.

import { ask, explain, ofShop, session } from "./api.js";
import { at, el, mark, page, put } from "./page.js";

/** Nobody is signed in: ask for a key. */
export function openDoor(fault) {
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
  document.title = "Overflow board";
  at("shop").value = session.shop;
  if (at("trace").open) at("trace").close();
  const field = session.key && !session.shop ? at("shop") : at("key");
  field.focus();
}

/** Somebody is signed in: show the board. */
export function closeDoor() {
  for (const field of [at("key"), at("shop")]) {
    field.value = "";
    mark(field, "aria-invalid", null);
  }
  at("door").hidden = true;
  at("board").hidden = false;
  at("leave").hidden = false;
  put(at("shop-name"), session.shop);
  document.title = `${session.shop} · overflow`;
  at("shops").hidden = session.shops.length < 2;
  at("shops").replaceChildren(...session.shops.map((name) => el("option", { value: name }, name)));
  at("shops").value = session.shop;
}

/** Whether the key and the shop that were typed are good; if not, the page says why. */
export async function signIn() {
  const key = at("key").value.trim() || session.key;
  session.key = key;
  session.shop = at("shop").value.trim();
  put(at("fault"), "");
  if (!key) return complain(at("key"), "A key is needed; `overflow keys create` makes one.");
  if (!/^[\x21-\x7e]+$/.test(key)) return complain(at("key"), "That is no key: it has letters that no key has.");
  const button = at("sign-in").querySelector("button");
  button.disabled = true;
  try {
    if (!(await chooseShop())) return false;
    await ask(ofShop("situation"));
  } catch (error) {
    session.key = error.status === 401 ? "" : session.key;
    return complain(error.status === 404 ? at("shop") : at("key"), explain(error));
  } finally {
    button.disabled = false;
  }
  return true;
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
