// Where everything is: each unfolded part is laid out by itself, the innermost first.

import { Graph, layout } from "./dagre.js";
import { orderBranches } from "./order.js";
import { TURN, besides, levelsOf, route } from "./route.js";
import { widthOf } from "./text.js";

export const SIZES = { title: 12, line: 11, shape: 10, frame: 12.5 };

const PAD = { box: 10, frame: 18 };
const HEADER = 30;
const GAP = { beside: 20, below: 30 };
/** Weight of edges but those into merges: branches begin side by side, right below the fork. */
const HEAVY = 4;
const MOST_FOR_SIMPLEX = 600;
const MOST_KEPT = 2000;

/** Lays out models; results are kept, so that folding and editing repeat little work. */
export class Layout {
  constructor() {
    this.known = new Map();
  }

  /** Return the scene: the root's frame with everything shown inside, in absolute places. */
  scene(model, open) {
    if (this.known.size > MOST_KEPT) this.known.clear();
    this.model = model;
    const root = this.frame(this.model.root, open);
    place(root, 0, 0);
    return root;
  }

  shown(part, open) {
    return part.isUnit || !open.has(part.id) ? this.box(part) : this.frame(part, open);
  }

  box(part) {
    const bold = !part.isUnit;
    const title = widthOf(part.title, bold ? SIZES.frame : SIZES.title, bold);
    const lines = part.lines.map((line) => widthOf(line, SIZES.line));
    const room = 2 * PAD.box + (part.isUnit ? 0 : 4);
    const isMerge = part.data.role === "merge";
    const width = Math.max(
      title + room,
      ...lines.map((line) => line + room),
      isMerge ? 34 + 12 * (part.inputs.length - 2) : 52,
    );
    const height = (isMerge ? 24 : 30) + 14 * part.lines.length - (part.lines.length ? 2 : 0);
    const box = { part, width: Math.ceil(width), height, children: [], edges: [] };
    box.entries = spread(box.width, part.inputs.length);
    box.exits = part.outputs.map(() => box.width / 2);
    return box;
  }

  frame(part, open) {
    const children = part.children.map((child) => this.shown(child, open));
    const wires = wiring(part, children, this.model);
    const key = JSON.stringify([
      part.parent === null || part.title,
      children.map((c) => [c.part.data.role, c.part.aux]),
      children.map((c) => [c.width, c.height, c.entries, c.exits]),
      wires.edges.map((e) => [e.tail, e.tailSlot, e.head, e.slot, e.label, e.heavy, e.aux]),
      wires.exits,
    ]);
    let places = this.known.get(key);
    if (!places) this.known.set(key, (places = arrange(part, children, wires)));
    const box = { ...places, part, isFrame: true, children };
    box.offsets = places.offsets;
    box.edges = wires.edges.map((edge, at) => ({ ...edge, ...places.drawn[at] }));
    return box;
  }
}

/** The edges among the children of a part, its entries (`i0`) and its exits (`o0`). */
function wiring(part, children, model) {
  const isRoot = part.parent === null;
  const makers = new Map(part.inputs.map((value, slot) => [value, { name: `i${slot}`, slot }]));
  children.forEach((child, at) =>
    child.part.outputs.forEach((value, slot) => makers.set(value, { name: `m${at}`, slot, child })),
  );
  const edges = [];
  const connect = (value, head, slot, child) => {
    const maker = makers.get(value);
    if (!maker) return;
    const fromEntry = maker.child === undefined;
    edges.push({
      value,
      tail: maker.name,
      head,
      from: maker.child?.part ?? null,
      to: child?.part ?? null,
      tailSlot: maker.slot,
      slot,
      name: `${child ? fromLeft(child.entries, slot) : slot}`,
      // The edge that leads to the frame, or away from it, has the shape already.
      label: fromEntry || child === undefined ? "" : model.shape(value),
      heavy: child?.part.data.role !== "merge" && !child?.part.aux,
      aux: (child?.part.aux ?? false) && !part.aux,
    });
  };
  children.forEach((child, at) =>
    child.part.inputs.forEach((value, slot) => connect(value, `m${at}`, slot, child)),
  );
  part.outputs.forEach((value, slot) => connect(value, `o${slot}`, slot));
  const several = part.outputs.length > 1;
  const result = (value) =>
    (several ? `${model.outputName(value)} ` : "") + model.shape(value);
  const exits = part.outputs.map((value) => (isRoot ? result(value) : ""));
  return { edges, entries: part.inputs.length, exits };
}

/** How many of the places of ports are left of one of them. */
function fromLeft(places, slot) {
  return places.filter((x, at) => x < places[slot] || (x === places[slot] && at < slot)).length;
}

function arrange(part, children, wires) {
  const graph = new Graph({ multigraph: true });
  graph.setGraph({
    nodesep: GAP.beside,
    edgesep: 12,
    ranksep: GAP.below,
    rankalign: children.some((child) => child.isFrame) ? "top" : "center",
    ranker: children.length > MOST_FOR_SIMPLEX ? "longest-path" : "network-simplex",
  });
  graph.setDefaultEdgeLabel(() => ({}));
  const isRoot = part.parent === null;
  for (let slot = 0; slot < wires.entries; slot++) {
    graph.setNode(`i${slot}`, { width: 8, height: 1 });
  }
  children.forEach((child, at) =>
    graph.setNode(`m${at}`, { width: 2 * reach(child), height: child.height }),
  );
  wires.exits.forEach((shape, slot) => {
    const width = isRoot ? Math.ceil(widthOf(shape, SIZES.shape)) : 8;
    graph.setNode(`o${slot}`, { width, height: isRoot ? 14 : 1 });
  });
  wires.edges.forEach((edge, at) => {
    const label = edge.label
      ? { width: Math.ceil(widthOf(edge.label, SIZES.shape)), height: 12, labelpos: "r" }
      : {};
    const weight = edge.heavy ? HEAVY : 1;
    graph.setEdge(edge.tail, edge.head, { ...label, labeloffset: 4, weight, at }, edge.name);
  });
  for (const [names, side] of [
    [portNames("i", wires.entries), "top"],
    [portNames("o", wires.exits.length), "end"],
  ]) {
    if (names.length < 2) continue;
    // Keeps all ports of one side on one level.
    graph.setNode(side, { width: 1, height: 1 });
    for (const [slot, name] of names.entries()) {
      const [tail, head] = side === "top" ? [side, name] : [name, side];
      graph.setEdge(tail, head, { weight: 100, at: -1 }, `${slot}`);
    }
  }
  const corePath = children.some((child) => child.part.aux) ? mainPath(wires.edges) : undefined;
  layout(graph, { customOrder: orderBranches, corePath });
  return measured(part, graph, children, wires);
}

/** Where values enter and leave a box on average: edges run straight when that is the middle. */
function anchor(box) {
  const middles = [box.entries, box.exits].filter((side) => side.length).map(mean);
  return middles.length ? mean(middles) : box.width / 2;
}

function reach(box) {
  return Math.max(anchor(box), box.width - anchor(box));
}

const mean = (numbers) => numbers.reduce((a, b) => a + b, 0) / numbers.length;

/** The boxes from the first result up to an input, which stand straight below each other. */
function mainPath(edges) {
  const path = ["o0"];
  for (let edge; (edge = edges.find((one) => one.head === path[0]));) path.unshift(edge.tail);
  return path;
}

function portNames(letter, count) {
  return Array.from({ length: count }, (_, slot) => `${letter}${slot}`);
}

/** Places relative to the frame's corner, read from dagre's graph. */
function measured(part, graph, children, wires) {
  const isRoot = part.parent === null;
  const names = graph.nodes().filter((name) => name !== "top" && name !== "end");
  const nodes = names.map((name) => graph.node(name));
  const corner = (child, index) => graph.node(`m${index}`).x - anchor(child);
  const edges = graph
    .edges()
    .map((name) => graph.edge(name))
    .filter((edge) => edge.at >= 0);
  const labelled = edges.filter((edge) => wires.edges[edge.at].label);
  const inner = nodes.filter((_, at) => names[at].startsWith("m"));
  const ports = nodes.filter((_, at) => !names[at].startsWith("m"));
  const lefts = [
    ...ports.map((n) => n.x - n.width / 2),
    ...children.map(corner),
    ...edges.flatMap((e) => e.points.slice(1, -1).map((p) => p.x - 4)),
  ];
  const rights = [
    ...ports.map((n) => n.x + n.width / 2),
    ...children.map((child, index) => corner(child, index) + child.width),
    ...edges.flatMap((e) => e.points.slice(1, -1).map((p) => p.x + 4)),
    ...labelled.map((e) => e.x + e.width / 2),
  ];
  const pad = PAD.frame;
  const left = Math.min(...lefts);
  const right = Math.max(...rights);
  const top = Math.min(...inner.map((n) => n.y - n.height / 2));
  const bottom = Math.max(...inner.map((n) => n.y + n.height / 2));
  const header = isRoot ? pad : Math.max(HEADER, wires.entries ? HEADER + 12 : 0);
  const footer = isRoot ? (wires.exits.length ? 52 : pad) : wires.exits.length ? 24 : pad;
  let width = right - left + 2 * pad;
  let shift = pad - left;
  const entering = portNames("i", wires.entries).map((name) => graph.node(name).x + shift);
  const firstEntry = Math.min(...entering);
  const title = isRoot ? 0 : widthOf(part.title, SIZES.frame, true) + 32;
  // Edges that enter keep clear of the title.
  if (title > firstEntry) {
    shift += title - firstEntry;
    width += title - firstEntry;
  }
  width = Math.ceil(Math.max(width, title + 16));
  const height = Math.ceil(bottom - top + header + footer);
  const down = header - top;
  const at = (name) => ({ x: graph.node(name).x + shift, y: graph.node(name).y + down });
  const entries = portNames("i", wires.entries).map((name) => at(name).x);
  const exits = portNames("o", wires.exits.length).map((name) => at(name).x);
  const offsets = children.map((child, index) => {
    const { x, y } = at(`m${index}`);
    return { x: x - anchor(child), y: y - child.height / 2 };
  });
  const levels = levelsOf(inner, down);
  const drawn = wires.edges.map((edge) => {
    const found = graph.edge(edge.tail, edge.head, edge.name);
    const start = portOf(edge.tail, edge.tailSlot, "exits");
    const end = portOf(edge.head, edge.slot, "entries");
    const bends = found.points.slice(1, -1).map((p) => ({ x: p.x + shift, y: p.y + down }));
    const points = route(start, bends, end, levels, edge.label !== "");
    points.turn = edge.to?.data.role === "merge" ? TURN.merge : TURN.usual;
    if (!edge.label) return { points };
    const y = found.y + down - (points.turn === TURN.merge ? 5 : 0);
    return { points, label: { text: edge.label, y, ...besides(points, y) } };
  });
  const results = isRoot
    ? wires.exits.map((text, slot) => ({ text, x: exits[slot], y: height - 12 }))
    : [];
  return { width, height, entries, exits, offsets, drawn, results, title: part.title };

  function portOf(name, slot, side) {
    if (name.startsWith("i")) return { x: entries[slot], y: 0 };
    if (name.startsWith("o")) return { x: exits[slot], y: isRoot ? height - 26 : height };
    const index = Number(name.slice(1));
    const child = children[index];
    const { x, y } = offsets[index];
    return { x: x + child[side][slot], y: side === "exits" ? y + child.height : y };
  }
}

function spread(width, count) {
  if (count < 2) return [width / 2];
  const room = Math.min(width - 24, 18 * (count - 1));
  return Array.from({ length: count }, (_, at) => width / 2 - room / 2 + (room * at) / (count - 1));
}

function place(box, x, y) {
  box.x = x;
  box.y = y;
  box.children.forEach((child, at) => {
    place(child, x + box.offsets[at].x, y + box.offsets[at].y);
  });
}
