// The viewer of archdsl's page as the preview uses it: the editor stands in for its source panel.

import { element, spoken } from "./dom.js";

export class Diagram {
  // `picked({ file, start, end })` is called when a box is chosen, with what it was made from.
  constructor(holder, picked) {
    this.message = element("p", { class: "message" });
    this.place = element("div", { class: "viewer" });
    holder.append(this.message, this.place);
    this.picked = picked;
    this.viewer = null;
  }

  say(text) {
    this.message.hidden = !text;
    this.message.replaceChildren(...spoken(text));
    this.place.hidden = Boolean(text);
  }

  // Shows a network; where it is too large to draw, `undrawn` says so instead.
  show(shown, undrawn) {
    this.say(undrawn ?? "");
    if (!shown) return;
    this.names = shown.sources.map((source) => source.name);
    if (this.viewer) {
      this.viewer.update(shown);
      return;
    }
    this.viewer = globalThis.archdslViewer.mount(this.place, shown, {
      source: false,
      onselect: (places) => this.chosen(places),
    });
  }

  chosen(places) {
    const [place] = places;
    if (place) this.picked({ ...place, file: this.names[place.file] });
  }

  // Marks the box made from the innermost stretch around a place.
  point({ file, offset }) {
    if (this.viewer && !this.place.hidden) this.viewer.point(this.names.indexOf(file), offset);
  }

  select(path) {
    this.viewer?.select(path);
  }

  scheme(dark) {
    this.viewer?.scheme?.(dark ? "dark" : "light");
  }
}
