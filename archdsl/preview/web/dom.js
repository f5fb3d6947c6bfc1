// Making elements: text always goes in as text, never as markup.

export const find = (id) => document.getElementById(id);

export function element(name, attributes = {}, ...children) {
  const made = document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) {
    if (value === undefined || value === null || value === false) continue;
    if (key.startsWith("on")) made.addEventListener(key.slice(2), value);
    else made.setAttribute(key, value === true ? "" : value);
  }
  made.append(...children.flat(Infinity).filter((child) => child !== null && child !== undefined));
  return made;
}

// Text in which `code` stands between backquotes, as archdsl's messages have it.
export function spoken(text) {
  return text
    .split(/`([^`]*)`/)
    .map((part, at) => (at % 2 ? element("code", {}, part) : part))
    .filter((part) => part !== "");
}

export const counted = (count, word) => `${count.toLocaleString("en")} ${word}${count === 1 ? "" : "s"}`;
