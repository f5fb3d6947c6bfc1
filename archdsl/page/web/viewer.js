// The viewer: one network shown in an element of a page.
//
//   const viewer = archdslViewer.mount(element, document, { address: true });
//   viewer.update(document); viewer.select("net.block.step"); viewer.on("select", handler);

import * as address from "./address.js";
import { Camera } from "./camera.js";
import { Chrome } from "./chrome.js";
import { DetailsPanel } from "./details.js";
import { grouped } from "./dom.js";
import { pngOf, save, svgText } from "./exporting.js";
import { Diagram } from "./diagram.js";
import { Layout } from "./layout.js";
import { Model } from "./model.js";
import { NoSource, SourcePanel } from "./source.js";
import { Walker } from "./walker.js";

const MOST_DRAWN = 4000;

/**
 * Show a network, as `archdsl.page.document` describes it, in an element.
 *
 * `options.address` keeps selection and folding in the page's address, `options.source: false`
 * leaves out the source text, for a page with an editor of its own, and `options.theme` ("light" or
 * "dark") the choice of colours, which is then that page's. Returns an object with
 * `update(document)`, `select(path)`, `selectAt(fileName, offset, line, how)`, `theme(name)`,
 * `on(event, handler)`, and `element`. With `how.follow` a selection stays among what is unfolded,
 * and nobody is told of it. Events: `select` with `{ id, places: [{ name, start, end, line }] }`, or
 * with nulls; `place` with such a place, when a link to it is followed.
 */
export function mount(element, data, options = {}) {
  const viewer = new Viewer(element, options);
  viewer.load(data);
  return {
    element,
    update: (next) => viewer.load(next),
    select: (path) => viewer.selectPath(path),
    selectAt: (name, offset, line, how) => viewer.selectAt(name, offset, line, how),
    theme: (name) => viewer.chrome.setTheme(name),
    fit: () => viewer.fit(),
    on: (event, handler) => viewer.on(event, handler),
  };
}

class Viewer {
  constructor(element, options) {
    this.options = options;
    this.layout = new Layout();
    this.open = new Set();
    this.selected = [];
    this.handlers = new Map();
    const still = matchMedia("(prefers-reduced-motion: reduce)");
    const told = {
      onpick: (file, offset, line) => this.pickSource(file, offset, line),
      onhover: (place) => this.hoverSource(place),
    };
    this.source = options.source === false ? new NoSource() : new SourcePanel(told);
    this.details = new DetailsPanel({
      go: (part) => this.go(part, { isStep: true }),
      toggle: (part) => this.toggle(part),
      unfoldAll: (part) => this.unfoldBelow(part),
      unfoldTo: (parts) => this.unfoldTo(parts),
      showPlace: (place) => this.showPlace(place),
    });
    this.diagram = new Diagram({
      onclick: (part, event) => this.click(part, event),
      ontoggle: (part) => this.toggle(part),
      onhover: (part, event) => this.hover(part, event),
      onkey: (event) => this.key(event),
    });
    this.camera = new Camera(this.diagram.stage, this.diagram.moved, () => still.matches);
    this.diagram.wasDragged = () => this.camera.dragged;
    this.chrome = new Chrome(element, this, options);
    this.walker = new Walker(this);
    if (options.address) {
      addEventListener("popstate", () => this.followAddress());
      addEventListener("hashchange", () => this.followAddress());
    }
    addEventListener("beforeprint", () => this.diagram.toPaper(this.scene));
    addEventListener("afterprint", () => this.diagram.toScreen());
    new ResizeObserver(() => this.resized()).observe(this.diagram.stage);
  }

  get part() {
    return this.selected[0] ?? null;
  }

  on(event, handler) {
    if (!this.handlers.has(event)) this.handlers.set(event, new Set());
    this.handlers.get(event).add(handler);
    return () => this.handlers.get(event).delete(handler);
  }

  emit(event, value) {
    for (const handler of this.handlers.get(event) ?? []) handler(value);
  }

  /** Show a network, in place of the last with what was unfolded and selected if that is there. */
  load(data) {
    const isFirst = !this.model;
    const before = this.part?.id;
    this.model = new Model(data);
    this.open = new Set([...this.open].filter((id) => this.model.parts.get(id)?.isFoldable));
    this.selected = [];
    this.source.load(this.model);
    this.chrome.load(this.model);
    const wanted = isFirst && this.options.address ? address.read(this.model) : {};
    if (wanted.open) this.open = wanted.open;
    this.draw();
    if (isFirst) this.fit();
    const part = wanted.part ?? (before ? this.model.find(before) : null);
    if (part) this.select([part], { quiet: !isFirst, reveal: isFirst, centre: true });
    else this.showDetails();
    this.sayWhereTo(wanted);
  }

  /** Say that an address leads nowhere, as one does that was sent before the network changed. */
  sayWhereTo({ path, part }) {
    if (path && !part) this.chrome.say(`There is no ${path} in ${this.model.data.name}`, true);
  }

  draw() {
    this.scene = this.layout.scene(this.model, this.open);
    this.diagram.draw(this.scene, this.model);
    this.diagram.mark(this.selected);
    this.chrome.showLevel(this.open, this.model);
  }

  fit() {
    this.fitted = true;
    // A tall network starts at its top, in a size that can be read.
    const { width, height } = this.camera.size;
    const whole = Math.min(width / this.scene.width, height / this.scene.height);
    this.camera.fit(this.scene, { most: 1.25 });
    if (whole < 0.45) {
      const scale = Math.min(1, Math.max(0.7, (width - 48) / this.scene.width));
      const [first] = this.scene.children;
      const middle =
        this.scene.width * scale > width ? first.x + first.width / 2 : this.scene.width / 2;
      this.camera.set(width / 2 - middle * scale, 16, scale);
    }
  }

  fitAll() {
    this.camera.fit(this.scene, { most: 1.25, smooth: true });
  }

  resized() {
    if (this.fitted && !this.part) this.fit();
  }

  // Folding.

  toggle(part) {
    if (!part.isFoldable) return;
    if (this.open.has(part.id)) this.fold(part);
    else this.setOpen(new Set([...this.open, part.id]), part, `${part.title} unfolded`);
  }

  fold(part) {
    const open = new Set(this.open);
    open.delete(part.id);
    const hidden = this.selected.some((one) => one.ancestors.includes(part));
    if (hidden) this.selected = [part];
    this.setOpen(open, part, `${part.title} folded`);
    if (hidden) this.select([part], { reveal: false });
  }

  unfoldBelow(part) {
    const inner = [...part.everyPart()].filter((one) => one.isFoldable).map((one) => one.id);
    this.setOpen(new Set([...this.open, ...inner]), part.parent ? part : null, "All unfolded");
  }

  unfoldTo(parts) {
    const outer = parts.flatMap((part) => part.ancestors).filter((one) => one.isFoldable);
    this.setOpen(new Set([...this.open, ...outer.map((one) => one.id)]), parts[0], "Unfolded");
  }

  /** Unfold everything down to a level: 0 folds all, Infinity unfolds all. */
  toLevel(level) {
    const open = this.model.foldable.filter((part) => part.level <= level).map((part) => part.id);
    const text =
      level === 0
        ? "All folded"
        : `Unfolded ${level === Infinity ? "everything" : `${level} deep`}`;
    if (!this.setOpen(new Set(open), null, text)) return;
    const hidden = this.part?.ancestors.find((one) => one.isFoldable && !this.open.has(one.id));
    if (hidden) this.select([hidden], { reveal: false });
    this.fit();
  }

  /** Draw with other parts unfolded; `anchor` keeps its place. False where it would be too much. */
  setOpen(open, anchor, text) {
    const count = [...this.model.parts.values()].filter((part) =>
      part.ancestors.every((one) => !one.isFoldable || open.has(one.id)),
    ).length;
    if (count > MOST_DRAWN) {
      this.chrome.say(
        `That would draw ${grouped(count)} boxes, and ${grouped(MOST_DRAWN)} are the most: unfold fewer.`,
        true,
      );
      return false;
    }
    const before = anchor && this.diagram.boxOf(anchor);
    const hadFocus = this.diagram.hasFocus;
    this.open = open;
    this.draw();
    const after = anchor && this.diagram.boxOf(anchor);
    if (before && after) {
      const dx = before.x + before.width / 2 - after.x - after.width / 2;
      this.camera.pan(dx * this.camera.scale, (before.y - after.y) * this.camera.scale);
    }
    if (hadFocus && this.part) this.diagram.focus(this.part);
    this.chrome.say(text);
    this.note(false);
    this.showDetails();
    return true;
  }

  // Selecting.

  click(part, event) {
    this.chrome.hideTooltip();
    if (!part) {
      this.select([], { isStep: true });
      return;
    }
    if (event.detail === 2 && part.isFoldable) {
      this.toggle(part);
      return;
    }
    this.select([part], { isStep: part !== this.part, reveal: false });
    this.diagram.focus(part);
  }

  /** Unfold what hides a part, select it and bring it into view. */
  go(part, { isStep = false, focus = false } = {}) {
    this.select([part], { isStep, centre: true });
    if (focus) this.diagram.focus(part);
  }

  select(
    parts,
    { isStep = false, reveal = true, centre = false, quiet = false, scroll = true } = {},
  ) {
    const [first] = parts;
    this.selected = parts;
    const hidden = (first?.ancestors ?? []).filter(
      (one) => one.isFoldable && !this.open.has(one.id),
    );
    if (hidden.length) {
      for (const one of hidden) this.open.add(one.id);
      this.draw();
    } else {
      this.diagram.mark(parts);
    }
    if (first) this.fitted = false;
    if (first && reveal)
      this.camera.reveal(this.diagram.boxOf(first), { centre, least: centre ? 0.9 : 0.6 });
    const places = (first?.places ?? []).map((at) => this.model.place(at));
    this.source.mark(places, scroll);
    this.showDetails();
    if (!quiet) {
      this.note(isStep);
      this.emit("select", {
        id: first?.id ?? null,
        places: places.map((place) => this.named(place)),
      });
      if (first && parts.length > 1)
        this.chrome.say(`${parts.length} boxes selected, the first is ${first.shortPath}`);
      else if (first && !this.diagram.hasFocus)
        this.chrome.say(`Selected ${first.caption}, ${first.shortPath}`);
    }
  }

  selectPath(path) {
    const part = path ? this.model.find(path) : null;
    if (part) this.go(part);
    else this.select([]);
    return part !== null;
  }

  selectAt(name, offset, line, { follow = false } = {}) {
    const file = this.model.data.sources.findIndex((source) => source.name === name);
    const made = file < 0 ? [] : this.model.madeFrom(file, offset, line);
    const parts = follow ? [...new Set(made.map((part) => this.visible(part)))] : made;
    const isNew =
      parts.length !== this.selected.length || parts.some((part, at) => part !== this.selected[at]);
    if (parts.length && (isNew || !follow)) this.select(parts, { scroll: false, quiet: follow });
    return parts.length > 0;
  }

  /** A part, or the folded one that it is in. */
  visible(part) {
    return part.ancestors.find((one) => one.isFoldable && !this.open.has(one.id)) ?? part;
  }

  showDetails() {
    this.details.show(this.model, this.part, this.selected, this.open);
  }

  note(isStep) {
    if (!this.options.address) return;
    address.note(address.written(this.model, this.part?.id, this.open), isStep);
  }

  followAddress() {
    const wanted = address.read(this.model);
    this.open = wanted.open ?? this.open;
    this.selected = [];
    this.draw();
    this.select(wanted.part ? [wanted.part] : [], { quiet: true, centre: true });
    this.sayWhereTo(wanted);
  }

  // Source and pointer.

  pickSource(file, offset, line) {
    const parts = this.model.madeFrom(file, offset, line);
    if (!parts.length) {
      this.chrome.say(`No box is made from line ${line}`);
      return;
    }
    this.select(parts, { isStep: true, scroll: false });
  }

  showPlace(place) {
    this.source.mark([place]);
    this.emit("place", this.named(place));
  }

  named(place) {
    return { ...place, name: this.model.data.sources[place.file].name };
  }

  hoverSource(place) {
    const parts = place ? this.model.madeFrom(place.file, -1, place.line) : [];
    this.diagram.tint(parts);
  }

  hover(part, event) {
    this.diagram.light(part);
    this.source.tint(part ? part.places.map((at) => this.model.place(at)) : []);
    if (part && event) this.chrome.showTooltip(part, this.model, event);
    else this.chrome.hideTooltip();
  }

  // Keys.

  key(event) {
    if (event.altKey || event.metaKey) return;
    if (this.walker.key(event)) {
      event.preventDefault();
      event.stopPropagation();
    }
  }

  // Files.

  get svg() {
    const { diagram, scene, model, chrome } = this;
    return diagram.unmarked(() => svgText(diagram.net, scene, model.data.name, chrome.paper));
  }

  saveSvg() {
    save(`${this.model.data.name}.svg`, new Blob([this.svg], { type: "image/svg+xml" }));
    this.chrome.say("Saved as SVG");
  }

  async savePng() {
    save(`${this.model.data.name}.png`, await pngOf(this.svg));
    this.chrome.say("Saved as PNG");
  }
}
