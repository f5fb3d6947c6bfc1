// Messages across the page that stay until their cause is gone, with what can be done about it.

import { element, spoken } from "./dom.js";

export class Notices {
  constructor(holder) {
    this.holder = holder;
    this.shown = new Map();
  }

  // `actions` are pairs of a label and what it does.
  show(key, kind, text, actions = []) {
    const notice = element(
      "div",
      { class: `notice ${kind}` },
      element("p", {}, spoken(text)),
      actions.map(([label, act]) => element("button", { type: "button", onclick: act }, label)),
    );
    const old = this.shown.get(key);
    if (old?.textContent === notice.textContent) {
      old.replaceWith(notice);
    } else {
      old?.remove();
      this.holder.append(notice);
    }
    this.shown.set(key, notice);
  }

  hide(key) {
    this.shown.get(key)?.remove();
    this.shown.delete(key);
  }
}
