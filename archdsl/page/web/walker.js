// Walking through the network by keys, along the flow of values.

const STEP = 60;

export class Walker {
  constructor(viewer) {
    this.viewer = viewer;
  }

  /** Act on a key pressed in the drawing; return whether it was one of ours. */
  key(event) {
    const { viewer } = this;
    const { part, camera } = viewer;
    if (event.ctrlKey) return false;
    if (event.shiftKey && event.key.startsWith("Arrow")) {
      const [dx, dy] = {
        ArrowUp: [0, 1],
        ArrowDown: [0, -1],
        ArrowLeft: [1, 0],
        ArrowRight: [-1, 0],
      }[event.key];
      camera.pan(dx * STEP, dy * STEP);
      return true;
    }
    switch (event.key) {
      case "ArrowDown":
        return this.to(part ? this.after(part) : this.first());
      case "ArrowUp":
        return this.to(part ? this.before(part) : this.first());
      case "ArrowLeft":
        return this.to(part && this.beside(part, -1));
      case "ArrowRight":
        return this.to(part && this.beside(part, 1));
      case "Home":
        return this.to(this.first());
      case "End":
        return this.to(viewer.model.root.children.at(-1));
      case "Backspace":
        return this.to(part?.parent?.parent ? part.parent : null);
      case "Enter":
      case " ":
        if (part?.isFoldable) viewer.toggle(part);
        return true;
      default:
        return false;
    }
  }

  to(part) {
    if (part) {
      this.viewer.select([part]);
      this.viewer.diagram.focus(part);
    }
    return true;
  }

  first() {
    return this.viewer.model.root.children[0];
  }

  isOpen(part) {
    return this.viewer.open.has(part.id);
  }

  /** The next box along the flow: into an unfolded block, and out of it at its end. */
  after(part) {
    if (this.isOpen(part)) return part.children.find((one) => this.enters(one)) ?? part.children[0];
    for (let here = part; here.parent; here = here.parent) {
      const next = this.neighbours(here).filter((one) =>
        one.inputs.some((value) => here.outputs.includes(value)),
      );
      if (next.length) return this.leftmost(next);
    }
    return null;
  }

  before(part) {
    const makers = this.neighbours(part).filter((one) =>
      one.outputs.some((value) => part.inputs.includes(value)),
    );
    if (!makers.length) return part.parent.parent ? part.parent : null;
    let found = this.leftmost(makers);
    while (this.isOpen(found)) {
      const inner = found.children.filter((one) =>
        one.outputs.some((value) => found.outputs.includes(value)),
      );
      found = inner.at(-1) ?? found.children.at(-1);
    }
    return found;
  }

  /** The nearest box to the left or right at the same height. */
  beside(part, direction) {
    const here = this.box(part);
    if (!here) return null;
    const middle = here.x + here.width / 2;
    const found = this.neighbours(part)
      .map((one) => this.box(one))
      .filter((box) => box.y < here.y + here.height && box.y + box.height > here.y)
      .map((box) => ({ part: box.part, away: (box.x + box.width / 2 - middle) * direction }))
      .filter(({ away }) => away > 0)
      .sort((a, b) => a.away - b.away);
    return found[0]?.part ?? null;
  }

  neighbours(part) {
    return part.parent.children.filter((one) => one !== part);
  }

  enters(part) {
    return part.inputs.some((value) => part.parent.inputs.includes(value));
  }

  leftmost(parts) {
    return [...parts].sort((a, b) => (this.box(a)?.x ?? 0) - (this.box(b)?.x ?? 0))[0];
  }

  box(part) {
    return this.viewer.diagram.boxOf(part);
  }
}
