// Drawing a scene: boxes as items of a tree that a keyboard can walk, edges between them.

import { grouped, svg } from "./dom.js";
import { SIZES } from "./layout.js";
import { curve } from "./route.js";
import { widthOf } from "./text.js";

const HUES = 8;

/** Draw a scene into a group; return the elements of boxes and edges by the parts they show. */
export function draw(scene, model) {
  const drawn = { boxes: new Map(), edges: [] };
  const root = svg("g", { class: "net" }, inside(scene, model, drawn));
  for (const { text, x, y } of scene.results) {
    root.append(words(text, x, y - 4, "shape result", SIZES.shape));
  }
  return { ...drawn, root };
}

function inside(box, model, drawn) {
  const edges = svg("g", { class: "edges", "aria-hidden": "true" });
  for (const edge of box.edges) edges.append(edgeOf(edge, box, drawn));
  const role = box.part.parent ? "group" : null;
  return [
    edges,
    svg(
      "g",
      { role },
      box.children.map((child) => boxOf(child, model, drawn)),
    ),
  ];
}

function boxOf(box, model, drawn) {
  const { part } = box;
  const element = svg("g", {
    class: classes(box).join(" "),
    role: "treeitem",
    tabindex: "-1",
    "data-id": part.id,
    "aria-label": describe(part, model),
    "aria-level": part.level,
    "aria-selected": "false",
    "aria-expanded": part.isFoldable ? String(box.isFrame === true) : null,
  });
  drawn.boxes.set(part.id, { element, box });
  element.append(...(box.isFrame ? frame(box, model, drawn) : face(box)));
  return element;
}

function classes({ part, isFrame }) {
  const hue = part.data.hue === undefined ? null : `hue-${part.data.hue % HUES}`;
  const role = part.data.role ? `role-${part.data.role}` : null;
  const kind = isFrame ? "frame" : part.isUnit ? "unit" : "folded";
  return ["box", kind, hue, role, part.aux ? "aux" : null].filter(Boolean);
}

function face(box) {
  const { part, x, y, width, height } = box;
  const made = [];
  const rounded = { merge: height / 2, endpoint: 12 }[part.data.role];
  const corner = rounded ?? (part.isUnit ? 3 : 6);
  const card = (away) => ({ x: x + away, y: y + away, width, height, rx: corner });
  if (part.kind === "repeat") {
    made.push(
      svg("rect", { class: "card", ...card(7) }),
      svg("rect", { class: "card", ...card(3.5) }),
    );
  }
  made.push(svg("rect", { class: "face", ...card(0) }));
  const middle = x + width / 2;
  const top = y + (height - 14 * part.lines.length) / 2 + (part.lines.length ? 3 : 4);
  const bold = !part.isUnit;
  made.push(
    words(part.title, middle, top, bold ? "title bold" : "title", bold ? SIZES.frame : SIZES.title),
  );
  part.lines.forEach((line, at) =>
    made.push(words(line, middle, top + 14 * (at + 1), "line", SIZES.line)),
  );
  if (part.isFoldable) made.push(toggle(x, y + height / 2, false));
  return made;
}

function frame(box, model, drawn) {
  const { part, x, y, width, height } = box;
  return [
    svg("rect", { class: "face", x, y, width, height, rx: 8 }),
    words(part.title, x + 14, y + 19, "title bold start", SIZES.frame),
    call(box),
    toggle(x, y + 15, true),
    ...box.entries.map((at) => svg("circle", { class: "port", cx: x + at, cy: y, r: 2.5 })),
    ...box.exits.map((at) => svg("circle", { class: "port", cx: x + at, cy: y + height, r: 2.5 })),
    ...inside(box, model, drawn),
  ];
}

/** How the block was called, behind its title, where there is room left of what enters. */
function call({ part, x, y, width, entries }) {
  const text = part.lines.join(" ");
  const start = 20 + widthOf(part.title, SIZES.frame, true);
  const room = Math.min(width, ...entries) - start - 30;
  if (!text || widthOf(text, SIZES.line) > room) return "";
  return words(text, x + start, y + 19, "shape start", SIZES.line);
}

/** The sign that folds or unfolds on a click; keys do the same on the box itself. */
function toggle(x, y, isOpen) {
  const sign = `M${x - 3} ${y}h6` + (isOpen ? "" : `M${x} ${y - 3}v6`);
  return svg(
    "g",
    { class: "toggle", "aria-hidden": "true" },
    svg("rect", { class: "touch", x: x - 11, y: y - 11, width: 22, height: 22 }),
    svg("rect", { class: "button", x: x - 5.5, y: y - 5.5, width: 11, height: 11, rx: 3 }),
    svg("path", { class: "sign", d: sign }),
  );
}

function edgeOf(edge, { x, y, part }, drawn) {
  const end = edge.points[edge.points.length - 1];
  const [hx, hy] = [end.x + x, end.y + y];
  const leaves = edge.to === null && part.parent !== null;
  const element = svg(
    "g",
    { class: edge.aux ? "edge aux" : "edge" },
    svg("path", { class: "wire", d: curve(edge.points, x, y) }),
    leaves ? null : svg("path", { class: "arrow", d: `M${hx} ${hy}l-3.4 -7.5h6.8z` }),
    edge.label
      ? words(edge.label.text, edge.label.x + x, edge.label.y + y + 3.5, "shape start", SIZES.shape)
      : null,
  );
  drawn.edges.push({
    element,
    from: edge.from ?? part,
    to: edge.to ?? part,
    value: edge.value,
    inner: part,
  });
  return element;
}

function words(text, x, y, names, size) {
  return svg("text", { class: names, x, y, "font-size": size }, text);
}

/** One sentence about a part, for screen readers. */
export function describe(part, model) {
  const facts = [part.caption];
  const shapes = model.shapes(part.outputs);
  if (part.id !== part.title) facts.push(part.shortPath);
  if (shapes.length) facts.push(`gives ${shapes.join(" and ")}`);
  if (part.params) facts.push(`${grouped(part.params)} parameters`);
  if (!part.isUnit) facts.push(`${grouped(part.nodes.length)} operators inside`);
  return facts.join(", ");
}
