// The search box and the list of what it finds.

import { grouped, html, replace } from "./dom.js";
import { search } from "./search.js";

export class Finder {
  /** `on` has `onpick(part)`, `onpoint(parts)` for what is about to be picked, and `say(text)`. */
  constructor(on) {
    this.on = on;
    this.results = html("ul", {
      class: "results",
      role: "listbox",
      id: "archdsl-results",
      "aria-label": "Found",
      hidden: true,
    });
    this.count = html("div", { class: "count", hidden: true });
    this.input = html("input", {
      type: "search",
      role: "combobox",
      placeholder: "Search: name, path, conv, 3x3/2 …",
      "aria-label": "Search the network",
      "aria-controls": "archdsl-results",
      "aria-expanded": "false",
      "aria-autocomplete": "list",
      autocomplete: "off",
      spellcheck: "false",
      oninput: () => this.find(),
      onfocus: () => this.find(),
      onkeydown: (event) => this.key(event),
      onblur: () => setTimeout(() => this.close(), 150),
    });
    this.element = html(
      "div",
      { class: "search", role: "search" },
      this.input,
      html("div", { class: "found" }, this.results, this.count),
    );
  }

  find() {
    const { found, total } = search(this.model, this.input.value);
    this.found = found;
    this.chosen = found.length ? 0 : -1;
    const asked = this.input.value.trim() !== "";
    replace(
      this.results,
      found.map((part, at) =>
        html(
          "li",
          {
            role: "option",
            id: `archdsl-result-${at}`,
            onmousedown: (event) => {
              event.preventDefault();
              this.choose(at);
            },
          },
          html("span", { class: "what" }, part.caption),
          html("span", { class: "where" }, part.shortPath),
        ),
      ),
    );
    this.results.hidden = !found.length;
    this.count.hidden = !asked || (total > 0 && total <= found.length);
    this.count.textContent = total
      ? `${grouped(total)} found, the first ${found.length} are listed`
      : "Nothing found";
    this.input.setAttribute("aria-expanded", String(found.length > 0));
    if (asked) this.on.say(total ? `${grouped(total)} found` : "Nothing found");
    this.showChosen();
  }

  showChosen() {
    [...this.results.children].forEach((row, at) =>
      row.setAttribute("aria-selected", String(at === this.chosen)),
    );
    const row = this.results.children[this.chosen];
    if (row) this.input.setAttribute("aria-activedescendant", row.id);
    else this.input.removeAttribute("aria-activedescendant");
    row?.scrollIntoView({ block: "nearest" });
    this.on.onpoint(row ? [this.found[this.chosen]] : []);
  }

  key(event) {
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (step && this.found?.length) {
      this.chosen = (this.chosen + step + this.found.length) % this.found.length;
      this.showChosen();
    } else if (event.key === "Enter" && this.chosen >= 0) {
      this.choose(this.chosen);
    } else if (event.key === "Escape") {
      this.input.value = "";
      this.close();
      this.input.blur();
    } else {
      return;
    }
    event.preventDefault();
  }

  choose(at) {
    const part = this.found[at];
    this.close();
    this.on.onpick(part);
  }

  close() {
    this.results.hidden = true;
    this.count.hidden = true;
    this.input.setAttribute("aria-expanded", "false");
    this.input.removeAttribute("aria-activedescendant");
    this.on.onpoint([]);
  }

  focus() {
    this.input.focus();
    this.input.select();
  }
}
