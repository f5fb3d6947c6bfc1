// The network as the viewer holds it: parts with parents and children, looked up by path.

/** One box: a unit of operators, or a block, group, head or repeat with parts inside of it. */
class Part {
  constructor(data, parent, model) {
    this.data = data;
    this.parent = parent;
    this.model = model;
    this.id = model.freeName(data.id);
    this.kind = data.kind;
    this.title = data.title;
    this.lines = data.lines;
    this.inputs = data.in;
    this.outputs = data.out;
    this.aux = data.aux === true;
    this.level = parent ? parent.level + 1 : 0;
    model.parts.set(this.id, this);
    this.children = (data.parts ?? []).map((child) => new Part(child, this, model));
    this.nodes = data.nodes ?? this.children.flatMap((child) => child.nodes);
    const units = this.nodes.map((at) => model.data.nodes[at]);
    this.params = sum(units, "params");
    this.macs = sum(units, "macs");
    this.places = this.isUnit
      ? [...new Set(units.flatMap((node) => node.places))]
      : [...data.places, ...(data.definition === undefined ? [] : [data.definition])];
  }

  get isUnit() {
    return this.kind === "unit";
  }

  get isFoldable() {
    return !this.isUnit && this.parent !== null;
  }

  get ancestors() {
    return this.parent ? [...this.parent.ancestors, this.parent] : [];
  }

  /** The path below the net, which is what distinguishes it on a page about one net. */
  get shortPath() {
    return this.parent ? this.id.slice(this.model.data.name.length + 1) : this.id;
  }

  get caption() {
    return [this.title, ...this.lines].join(" ");
  }

  *everyPart() {
    yield this;
    for (const child of this.children) yield* child.everyPart();
  }
}

export class Model {
  constructor(data) {
    this.data = data;
    this.parts = new Map();
    this.root = new Part(data.root, null, this);
    this.unitOf = new Map();
    this.byPlace = data.places.map(() => []);
    for (const part of this.parts.values()) {
      if (part.isUnit) for (const at of part.nodes) this.unitOf.set(at, part);
      for (const place of part.places) this.byPlace[place].push(part);
    }
    this.nodeAt = new Map(data.nodes.map((node, at) => [node.path, at]));
    this.outputNames = new Map(data.outputs);
  }

  freeName(id) {
    // A join may have the very path of the block around it.
    while (this.parts.has(id)) id += "'";
    return id;
  }

  /** The part with a path, or the unit that a node with this path is in. */
  find(path) {
    return this.parts.get(path) ?? this.unitOf.get(this.nodeAt.get(path)) ?? null;
  }

  /** What the net calls a value that it gives. */
  outputName(value) {
    return this.outputNames.get(value) ?? this.unitOf.get(value).shortPath;
  }

  shape(value) {
    return this.data.shapes[this.data.nodes[value].shape];
  }

  shapes(values) {
    return [...new Set(values)].map((value) => this.shape(value));
  }

  node(at) {
    return this.data.nodes[at];
  }

  operator(at) {
    return this.data.operators[this.data.nodes[at].operator];
  }

  field(at) {
    return this.data.fields[this.data.nodes[at].field];
  }

  place(at) {
    const [file, start, end, line] = this.data.places[at];
    return { file, start, end, line };
  }

  get foldable() {
    return [...this.parts.values()].filter((part) => part.isFoldable);
  }

  /** The parts made from the innermost stretch of source around an offset, or from its line. */
  madeFrom(file, offset, line) {
    const all = this.data.places.map((_, at) => ({ at, ...this.place(at) }));
    const isBox = (part) => part.parent !== null;
    const here = all.filter((place) => place.file === file && this.byPlace[place.at].some(isBox));
    const around = here.filter((place) => place.start <= offset && offset < place.end);
    const length = (place) => place.end - place.start;
    const best = Math.min(...around.map(length));
    const chosen = around.length
      ? around.filter((place) => length(place) === best)
      : here.filter((place) => place.line === line);
    const parts = new Set(chosen.flatMap((place) => this.byPlace[place.at]).filter(isBox));
    // `4 x A` made the repeat, and the copies with it.
    return [...parts].filter((part) => !part.ancestors.some((one) => parts.has(one)));
  }
}

function sum(nodes, key) {
  return nodes.reduce((total, node) => total + (node[key] ?? 0), 0);
}
