// Pan and zoom: what part of the drawing is seen, by wheel, drag, pinch and call.

const LEAST = 0.05;
const MOST = 6;
const MARGIN = 24;

export class Camera {
  /** `stage` is the svg element, `moved` the group in it that moves. */
  constructor(stage, moved, isStill) {
    this.stage = stage;
    this.moved = moved;
    this.isStill = isStill;
    this.x = 0;
    this.y = 0;
    this.scale = 1;
    this.onmove = () => {};
    this.pointers = new Map();
    this.dragged = false;
    stage.addEventListener("wheel", (event) => this.wheel(event), { passive: false });
    stage.addEventListener("pointerdown", (event) => this.down(event));
    stage.addEventListener("pointermove", (event) => this.move(event));
    for (const end of ["pointerup", "pointercancel"]) {
      stage.addEventListener(end, (event) => this.up(event));
    }
  }

  get size() {
    const { width, height } = this.stage.getBoundingClientRect();
    return { width: width || 1, height: height || 1 };
  }

  apply() {
    const f = (number) => Math.round(number * 1000) / 1000;
    this.moved.setAttribute(
      "transform",
      `translate(${f(this.x)} ${f(this.y)}) scale(${f(this.scale)})`,
    );
    this.onmove(this);
  }

  set(x, y, scale) {
    cancelAnimationFrame(this.frame);
    Object.assign(this, { x, y, scale });
    this.apply();
  }

  /** Go there, in a fifth of a second unless the reader wants no motion. */
  glide(x, y, scale) {
    if (this.isStill()) return this.set(x, y, scale);
    cancelAnimationFrame(this.frame);
    const from = { x: this.x, y: this.y, scale: this.scale };
    const begin = performance.now();
    const step = (now) => {
      const t = Math.min(1, (now - begin) / 200);
      const part = t * t * (3 - 2 * t);
      this.x = from.x + (x - from.x) * part;
      this.y = from.y + (y - from.y) * part;
      this.scale = from.scale + (scale - from.scale) * part;
      this.apply();
      if (t < 1) this.frame = requestAnimationFrame(step);
    };
    this.frame = requestAnimationFrame(step);
  }

  /** Zoom by a factor around a point of the stage, by default its middle. */
  zoom(factor, at = { x: this.size.width / 2, y: this.size.height / 2 }, smooth = false) {
    const scale = Math.min(MOST, Math.max(LEAST, this.scale * factor));
    const ratio = scale / this.scale;
    const place = [at.x - (at.x - this.x) * ratio, at.y - (at.y - this.y) * ratio, scale];
    if (smooth) this.glide(...place);
    else this.set(...place);
  }

  pan(dx, dy) {
    this.set(this.x + dx, this.y + dy, this.scale);
  }

  /** Show a box as a whole; `most` bounds how large it gets. */
  fit(box, { most = 1.4, smooth = false } = {}) {
    const { width, height } = this.size;
    const room = {
      width: Math.max(40, width - 2 * MARGIN),
      height: Math.max(40, height - 2 * MARGIN),
    };
    const scale = Math.max(LEAST, Math.min(most, room.width / box.width, room.height / box.height));
    const x = width / 2 - (box.x + box.width / 2) * scale;
    const y = height / 2 - (box.y + box.height / 2) * scale;
    if (smooth) this.glide(x, y, scale);
    else this.set(x, y, scale);
  }

  /** Move as little as shows a box; where it is too small to read, come nearer. */
  reveal(box, { centre = false, least = 0.6 } = {}) {
    const { width, height } = this.size;
    const scale = Math.max(this.scale, least);
    const fits = box.width * scale < width - 2 * MARGIN && box.height * scale < height - 2 * MARGIN;
    const left = box.x * scale + this.x;
    const top = box.y * scale + this.y;
    const isIn =
      left >= MARGIN &&
      top >= MARGIN &&
      left + box.width * scale <= width - MARGIN &&
      top + box.height * scale <= height - MARGIN;
    if (scale === this.scale && isIn && !centre) return;
    const place = {
      x: width / 2 - (box.x + box.width / 2) * scale,
      y:
        fits || box.height * scale < height
          ? height / 2 - (box.y + box.height / 2) * scale
          : MARGIN - box.y * scale,
    };
    this.glide(place.x, place.y, scale);
  }

  local(event) {
    const { left, top } = this.stage.getBoundingClientRect();
    return { x: event.clientX - left, y: event.clientY - top };
  }

  wheel(event) {
    event.preventDefault();
    const unit = event.deltaMode === 1 ? 16 : event.deltaMode === 2 ? 400 : 1;
    if (event.shiftKey && !event.ctrlKey)
      return this.pan(-(event.deltaX || event.deltaY) * unit, 0);
    const speed = event.ctrlKey ? 0.01 : 0.0016;
    this.zoom(Math.exp(-event.deltaY * unit * speed), this.local(event));
  }

  down(event) {
    if (event.pointerType === "mouse" && event.button !== 0 && event.button !== 1) return;
    this.pointers.set(event.pointerId, this.local(event));
    if (this.pointers.size === 1) {
      this.dragged = false;
      this.start = this.local(event);
    }
  }

  move(event) {
    const before = this.pointers.get(event.pointerId);
    if (!before) return;
    const now = this.local(event);
    if (this.pointers.size === 2) {
      const [other] = [...this.pointers]
        .filter(([id]) => id !== event.pointerId)
        .map(([, at]) => at);
      const middle = { x: (now.x + other.x) / 2, y: (now.y + other.y) / 2 };
      const distance = (a, b) => Math.hypot(a.x - b.x, a.y - b.y) || 1;
      this.zoom(distance(now, other) / distance(before, other), middle);
      this.pan((now.x - before.x) / 2, (now.y - before.y) / 2);
      this.dragged = true;
    } else if (this.dragged || Math.hypot(now.x - this.start.x, now.y - this.start.y) > 4) {
      if (!this.dragged) {
        this.dragged = true;
        this.stage.setPointerCapture(event.pointerId);
        this.stage.classList.add("dragged");
      }
      this.pan(now.x - before.x, now.y - before.y);
    }
    this.pointers.set(event.pointerId, now);
  }

  up(event) {
    this.pointers.delete(event.pointerId);
    if (!this.pointers.size) this.stage.classList.remove("dragged");
  }
}
