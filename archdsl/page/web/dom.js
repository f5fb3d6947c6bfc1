// Making elements: text always goes in as text, never as markup.

const SVG = "http://www.w3.org/2000/svg";

export function html(name, attributes, ...children) {
  return fill(document.createElement(name), attributes, children);
}

export function svg(name, attributes, ...children) {
  return fill(document.createElementNS(SVG, name), attributes, children);
}

function fill(element, attributes, children) {
  for (const [name, value] of Object.entries(attributes ?? {})) {
    if (value === undefined || value === null || value === false) continue;
    if (name.startsWith("on")) element.addEventListener(name.slice(2), value);
    else element.setAttribute(name, value === true ? "" : value);
  }
  for (const child of children.flat(Infinity)) {
    if (child !== undefined && child !== null && child !== false) element.append(child);
  }
  return element;
}

export function replace(element, ...children) {
  element.replaceChildren(...children.flat(Infinity).filter((child) => child));
}

export function button(label, attributes, ...content) {
  const shown = content.length ? content : [label];
  return html(
    "button",
    { type: "button", "aria-label": label, title: label, ...attributes },
    shown,
  );
}

export const grouped = (number) => number.toLocaleString("en-US");
