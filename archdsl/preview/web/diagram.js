// The viewer of archdsl's page as the preview uses it: the editor stands in for its source panel.

import { element, spoken } from "./dom.js";

export class Diagram {
  // `picked({ name, start, end }, goes)` is called when a box is chosen, with what it was made from,
  // and when a link to a place is followed: then the keyboard goes there too.
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
    this.sources = new Map(shown.sources.map((source) => [source.name, source.text]));
    if (this.viewer) {
      this.viewer.update(shown);
      return;
    }
    this.viewer = globalThis.archdslViewer.mount(this.place, shown, { source: false, theme: this.theme });
    this.viewer.on("place", (place) => this.picked(place, true));
    this.viewer.on("select", ({ places }) => places.length && this.picked(places[0]));
  }

  // Selects the box made from the innermost stretch around a place; with `unfold` also one that is
  // inside of folded boxes, which are then unfolded.
  point({ file, offset }, unfold = false) {
    const text = this.sources?.get(file);
    if (!this.viewer || text === undefined || this.place.hidden) return;
    const line = text.slice(0, offset).split("\n").length;
    this.viewer.selectAt(file, offset, line, { follow: !unfold });
  }

  select(path) {
    this.viewer?.select(path);
  }

  scheme(dark) {
    this.theme = dark ? "dark" : "light";
    this.viewer?.theme(this.theme);
  }
}
