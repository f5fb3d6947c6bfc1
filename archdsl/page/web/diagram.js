// The drawing on the page: its elements, marks and pointer events.

import { svg } from "./dom.js";
import { draw } from "./scene.js";

export class Diagram {
  /** `on` has `onclick(part, event)`, `ontoggle(part)`, `onhover(part, event)`, `onkey(event)`. */
  constructor(on) {
    this.on = on;
    this.moved = svg("g", { class: "moved" });
    this.stage = svg("svg", { class: "stage" }, this.moved);
    this.boxes = new Map();
    this.edges = new Map();
    this.litEdges = [];
    this.marked = [];
    this.stage.addEventListener("click", (event) => this.click(event));
    this.stage.addEventListener("pointermove", (event) => this.move(event));
    this.stage.addEventListener("pointerleave", () => this.move(null));
    this.stage.addEventListener("keydown", (event) => on.onkey(event));
    this.stage.addEventListener("focusin", (event) => this.light(this.partAt(event)));
    this.stage.addEventListener("focusout", () => this.light(null));
  }

  draw(scene, model) {
    this.model = model;
    const made = draw(scene, model);
    this.boxes = made.boxes;
    this.edges = new Map();
    for (const edge of made.edges) {
      for (const end of [edge.from, edge.to]) {
        if (!this.edges.has(end)) this.edges.set(end, []);
        this.edges.get(end).push(edge);
      }
    }
    this.litEdges = [];
    this.marked = [];
    this.net = made.root;
    this.moved.replaceChildren(made.root);
    this.moved.setAttribute("role", "tree");
    this.moved.setAttribute("aria-label", `Diagram of ${model.data.name}`);
    this.lit = null;
  }

  /** What is drawn of a part: itself, or the folded box around it. */
  drawnFor(part) {
    if (this.boxes.has(part.id)) return this.boxes.get(part.id);
    const outer = part.ancestors.find(
      (one) => this.boxes.has(one.id) && !this.boxes.get(one.id).box.isFrame,
    );
    return outer ? this.boxes.get(outer.id) : null;
  }

  boxOf(part) {
    return this.boxes.get(part.id)?.box ?? null;
  }

  get hasFocus() {
    return this.stage.contains(document.activeElement) && document.activeElement !== this.stage;
  }

  focus(part) {
    this.boxes.get(part.id)?.element.focus({ preventScroll: true });
  }

  /** Mark what is selected; boxes folded around a selected part get a lighter mark. */
  mark(parts) {
    for (const element of this.marked) {
      element.setAttribute("aria-selected", "false");
      element.setAttribute("tabindex", "-1");
      element.classList.remove("selected", "also", "around");
    }
    this.marked = [];
    const [first] = parts;
    for (const part of parts) {
      const drawn = this.drawnFor(part);
      if (!drawn) continue;
      this.marked.push(drawn.element);
      const isItself = drawn.box.part === part;
      drawn.element.classList.add(part === first ? "selected" : isItself ? "also" : "around");
      if (isItself) drawn.element.setAttribute("aria-selected", "true");
    }
    const holder = (first && this.boxes.get(first.id)) ?? this.boxes.values().next().value;
    if (holder) {
      this.marked.push(holder.element);
      holder.element.setAttribute("tabindex", "0");
    }
    this.shown = first ?? null;
    this.selection = parts;
    this.lightEdges(this.shown);
  }

  /** Light the edges in and out of a part; without one, those of what is selected. */
  light(part) {
    this.lightEdges(part ?? this.shown);
    if (this.lit) this.lit.classList.remove("hovered");
    this.lit = part ? this.boxes.get(part.id)?.element : null;
    this.lit?.classList.add("hovered");
  }

  lightEdges(part) {
    for (const element of this.litEdges) element.classList.remove("in", "out");
    this.litEdges = [];
    for (const { element, to, inner } of (part && this.edges.get(part)) ?? []) {
      // Edges inside of an unfolded block are neither in nor out of it.
      if (inner === part) continue;
      element.classList.add(to === part ? "in" : "out");
      this.litEdges.push(element);
    }
  }

  /** Tint the boxes made from a line, while a pointer is over it. */
  tint(parts) {
    for (const element of this.stage.querySelectorAll(".tinted"))
      element.classList.remove("tinted");
    for (const part of parts) this.drawnFor(part)?.element.classList.add("tinted");
  }

  partAt(event) {
    const element = event.target.closest?.("[data-id]");
    return element ? (this.model.parts.get(element.dataset.id) ?? null) : null;
  }

  /** The part under a pointer; of an unfolded block, its head only, so that one can move in it. */
  pointedAt(event) {
    const part = this.partAt(event);
    const drawn = part && this.boxes.get(part.id);
    if (!drawn?.box.isFrame) return part;
    const face = drawn.element.querySelector(":scope > .face").getBoundingClientRect();
    return event.clientY - face.top < (30 * face.width) / drawn.box.width ? part : null;
  }

  click(event) {
    if (this.wasDragged()) return;
    const part = this.partAt(event);
    if (part && event.target.closest(".toggle")) this.on.ontoggle(part);
    else this.on.onclick(part, event);
  }

  move(event) {
    if (event?.buttons) return;
    const part = event && event.pointerType !== "touch" ? this.pointedAt(event) : null;
    if (part === this.pointed && !part) return;
    this.pointed = part;
    this.on.onhover(part, event);
  }

  /** Do something while nothing is marked, as for a picture of the drawing. */
  unmarked(action) {
    const { shown, selection } = this;
    const focused = this.hasFocus ? document.activeElement : null;
    focused?.blur();
    this.mark([]);
    this.light(null);
    const result = action();
    if (shown) this.mark(selection);
    focused?.focus({ preventScroll: true });
    return result;
  }

  /** Fit the drawing to the page that is printed. */
  toPaper(scene) {
    this.printed = this.selection;
    this.mark([]);
    this.light(null);
    this.screen ??= this.moved.getAttribute("transform");
    this.moved.removeAttribute("transform");
    this.stage.setAttribute("viewBox", `-4 -4 ${scene.width + 8} ${scene.height + 8}`);
  }

  toScreen() {
    if (this.printed?.length) this.mark(this.printed);
    this.stage.removeAttribute("viewBox");
    if (this.screen) this.moved.setAttribute("transform", this.screen);
    this.screen = undefined;
  }
}
