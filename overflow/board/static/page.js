// The page's elements: made once and then only told what has changed, so that nothing jumps and an
// idle board costs next to nothing. Everything from outside goes in as text, never as markup.

export const page = document.documentElement;
export const at = (id) => document.getElementById(id);

export function el(tag, attributes = {}, ...children) {
  const made = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (value !== undefined && value !== null) made.setAttribute(name, value);
  }
  made.append(...children);
  return made;
}

/** Set a text, if it is another one. */
export function put(node, text) {
  const wanted = String(text);
  if (node.textContent !== wanted) node.textContent = wanted;
}

/** Set or take away an attribute, if it is another one. */
export function mark(node, name, value) {
  if (value === null || value === undefined || value === false) node.removeAttribute(name);
  else if (node.getAttribute(name) !== String(value)) node.setAttribute(name, value);
}

/** How full a bar is, 0 to 1. */
export function fill(node, share) {
  const wanted = String(Math.max(0, Math.min(1, share || 0)));
  if (node.dataset.fill !== wanted) {
    node.dataset.fill = wanted;
    node.style.setProperty("--fill", wanted);
  }
}

/** Children of a parent by key, in this order; made when first wanted. */
export function keyed(parent, keys, make) {
  const there = (parent.kept ??= new Map());
  for (const [key, node] of there) {
    if (!keys.includes(key)) {
      node.remove();
      there.delete(key);
    }
  }
  keys.forEach((key, index) => {
    if (!there.has(key)) there.set(key, make(key));
    const node = there.get(key);
    if (parent.children[index] !== node) parent.insertBefore(node, parent.children[index] ?? null);
  });
  return there;
}

/** Say it aloud, to whoever listens instead of looking. */
export function speak(text) {
  put(at("spoken"), text);
}
