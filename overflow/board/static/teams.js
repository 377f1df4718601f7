// Each team has its colour, the same everywhere on the board.

import { HOME } from "./words.js";

export const hue = (index) => (index === 0 ? "home" : String(((index - 1) % 5) + 1));
let hues = new Map([[HOME, "home"]]);

/** The teams in the order in which they are shown. */
export function setTeams(teams) {
  hues = new Map(teams.map((name, index) => [name, hue(index)]));
}

export const hueOf = (name) => hues.get(name);
