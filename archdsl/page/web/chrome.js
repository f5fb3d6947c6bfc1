// What stands around the drawing: bar, search, panels, tooltip, messages and help.

import { short } from "./details.js";
import { button, grouped, html, replace } from "./dom.js";
import { Finder } from "./finder.js";

const KEYS = [
  ["↓ ↑", "along the flow of values, into and out of unfolded blocks"],
  ["← →", "to the branch beside it"],
  ["Enter", "fold or unfold"],
  ["Backspace", "to the block around it"],
  ["Home End", "to the first or last step"],
  ["/", "search"],
  ["+ −", "zoom"],
  ["Shift + arrows", "move the view"],
  ["0", "show the whole network"],
  ["f u", "fold all, unfold all"],
  ["1 … 9", "unfold so many levels"],
  ["s d", "show or hide source and details"],
  ["t", "light or dark"],
  ["?", "these keys"],
  ["Esc", "close, or select nothing"],
];
const THEMES = ["auto", "light", "dark"];

export class Chrome {
  constructor(element, viewer, options) {
    this.viewer = viewer;
    this.element = element;
    this.withSource = options.source !== false;
    element.classList.add("archdsl");
    this.title = html("h1");
    this.totals = html("p", { class: "totals" });
    this.live = html("div", { class: "unseen", role: "status", "aria-live": "polite" });
    this.toast = html("div", { class: "toast", hidden: true });
    this.tooltip = html("div", { class: "tooltip", role: "tooltip", hidden: true });
    this.help = this.helpDialog();
    this.finder = new Finder({
      onpick: (part) => viewer.go(part, { isStep: true, focus: true }),
      onpoint: (parts) => viewer.diagram.tint(parts),
      say: (text) => this.say(text),
    });
    const canvas = html(
      "div",
      { class: "canvas" },
      viewer.diagram.stage,
      this.zoomButtons(),
      this.toast,
    );
    // Beside an editor the page around has landmarks of its own.
    const main = html(
      this.withSource ? "main" : "div",
      { class: "main" },
      this.withSource ? viewer.source.element : null,
      canvas,
      viewer.details.element,
    );
    replace(element, this.bar(), main, this.tooltip, this.live, this.help);
    this.showPanels();
    this.dark = matchMedia("(prefers-color-scheme: dark)");
    this.dark.addEventListener("change", () => this.applyTheme());
    this.hasTheme = options.theme === undefined;
    this.themeButton.hidden = !this.hasTheme;
    this.setTheme(options.theme ?? remembered("archdsl-theme") ?? "auto");
    element.addEventListener("keydown", (event) => this.key(event));
    document.addEventListener("keydown", (event) => {
      if (event.target !== document.body) return;
      viewer.key(event);
      this.key(event);
    });
  }

  bar() {
    const { viewer } = this;
    this.level = html("select", {
      "aria-label": "Levels unfolded",
      title: "Levels unfolded",
      onchange: () => viewer.toLevel(Number(this.level.value)),
    });
    this.foldButton = button("Fold all", { class: "text", onclick: () => viewer.toLevel(0) });
    this.unfoldButton = button("Unfold all", {
      class: "text",
      onclick: () => viewer.toLevel(Infinity),
    });
    this.sourceButton = button("Source", {
      class: "text panel",
      onclick: () => this.togglePanel("source"),
    });
    this.detailsButton = button("Details", {
      class: "text panel",
      onclick: () => this.togglePanel("details"),
    });
    this.themeButton = button(
      "Theme",
      { onclick: () => this.nextTheme() },
      icon("M12 3a9 9 0 1 0 0 18zM12 3a9 9 0 0 1 0 18"),
    );
    return html(
      this.withSource ? "header" : "div",
      { class: "bar" },
      html("div", { class: "name" }, this.title, this.totals),
      this.finder.element,
      html(
        "div",
        { class: "tools", role: "toolbar", "aria-label": "View" },
        this.level,
        this.foldButton,
        this.unfoldButton,
        html("span", { class: "gap" }),
        this.withSource ? this.sourceButton : null,
        this.detailsButton,
        html("span", { class: "gap" }),
        button("Save as SVG", { class: "text", onclick: () => viewer.saveSvg() }, "SVG"),
        button("Save as PNG", { class: "text", onclick: () => viewer.savePng() }, "PNG"),
        button(
          "Print",
          { onclick: () => print() },
          icon("M7 8V3h10v5M7 17H4V9h16v8h-3M7 14h10v7H7z"),
        ),
        this.themeButton,
        button("Keys", { onclick: () => this.help.showModal() }, "?"),
      ),
    );
  }

  zoomButtons() {
    const { viewer } = this;
    return html(
      "div",
      { class: "zoom", role: "toolbar", "aria-label": "Zoom" },
      button("Zoom in", { onclick: () => viewer.camera.zoom(1.3, undefined, true) }, "+"),
      button("Zoom out", { onclick: () => viewer.camera.zoom(1 / 1.3, undefined, true) }, "−"),
      button(
        "Show the whole network",
        { onclick: () => viewer.fitAll() },
        icon("M4 9V4h5M15 4h5v5M20 15v5h-5M9 20H4v-5"),
      ),
    );
  }

  // Panels, theme, messages.

  showPanels() {
    const isNarrow = matchMedia("(max-width: 900px)").matches;
    this.panels = { source: this.withSource && !isNarrow, details: !isNarrow };
    this.applyPanels();
  }

  togglePanel(name) {
    this.panels[name] = !this.panels[name];
    // There is room for one of them on a phone.
    if (this.panels[name] && matchMedia("(max-width: 900px)").matches) {
      for (const other of Object.keys(this.panels)) if (other !== name) this.panels[other] = false;
    }
    this.applyPanels();
  }

  applyPanels() {
    const { source, details } = this.panels;
    this.viewer.source.element.hidden = !source;
    this.viewer.details.element.hidden = !details;
    this.sourceButton.setAttribute("aria-pressed", String(source));
    this.detailsButton.setAttribute("aria-pressed", String(details));
  }

  setTheme(theme) {
    this.theme = theme;
    this.applyTheme();
    this.themeButton.title = `Theme: ${theme}`;
    this.themeButton.setAttribute("aria-label", `Theme: ${theme}`);
    if (this.hasTheme) remember("archdsl-theme", theme);
  }

  applyTheme() {
    const isDark = this.theme === "dark" || (this.theme === "auto" && this.dark.matches);
    this.element.dataset.theme = isDark ? "dark" : "light";
  }

  nextTheme() {
    this.setTheme(THEMES[(THEMES.indexOf(this.theme) + 1) % THEMES.length]);
    this.say(`Theme: ${this.theme}`);
  }

  get paper() {
    return getComputedStyle(this.element).getPropertyValue("--paper").trim();
  }

  load(model) {
    this.finder.model = model;
    const { data, root } = model;
    this.title.textContent = data.name;
    this.totals.textContent = `${short(root.params)} parameters · ${short(root.macs)} MACs · ${grouped(data.nodes.length)} operators`;
    const deepest = Math.max(0, ...model.foldable.map((part) => part.level));
    for (const one of [this.level, this.foldButton, this.unfoldButton]) one.hidden = !deepest;
    const option = (value, text) => html("option", { value }, text);
    replace(
      this.level,
      option("0", "Folded"),
      Array.from({ length: Math.max(0, deepest - 1) }, (_, at) =>
        option(String(at + 1), `${at + 1} deep`),
      ),
      deepest ? option("Infinity", "Unfolded") : null,
      html("option", { value: "own", hidden: true }, "As chosen"),
    );
  }

  /** Say in the list of levels which one is drawn, if it is one of them. */
  showLevel(open, model) {
    const levels = [...this.level.options]
      .map((one) => one.value)
      .filter((value) => value !== "own");
    const fits = (value) =>
      model.foldable.every((part) => open.has(part.id) === part.level <= Number(value));
    this.level.value = levels.find(fits) ?? "own";
  }

  say(text, aloud = false) {
    this.live.textContent = text;
    if (!aloud) return;
    this.toast.textContent = text;
    this.toast.hidden = false;
    clearTimeout(this.hiding);
    this.hiding = setTimeout(() => (this.toast.hidden = true), 5000);
  }

  showTooltip(part, model, event) {
    const rows = [
      html("strong", {}, part.caption),
      html("code", {}, part.shortPath),
      html(
        "span",
        {},
        [model.shapes(part.inputs).join(", "), model.shapes(part.outputs).join(", ")]
          .filter(Boolean)
          .join(" → "),
      ),
      part.params
        ? html("span", {}, `${grouped(part.params)} parameters, ${short(part.macs)} MACs`)
        : null,
    ];
    replace(this.tooltip, rows);
    this.tooltip.hidden = false;
    const { width, height } = this.tooltip.getBoundingClientRect();
    const left = Math.min(event.clientX + 14, innerWidth - width - 8);
    const top =
      event.clientY + 18 + height > innerHeight ? event.clientY - height - 10 : event.clientY + 18;
    this.tooltip.style.left = `${Math.max(8, left)}px`;
    this.tooltip.style.top = `${Math.max(8, top)}px`;
  }

  hideTooltip() {
    this.tooltip.hidden = true;
  }

  helpDialog() {
    const rows = KEYS.map(([keys, what]) =>
      html(
        "tr",
        {},
        html(
          "th",
          { scope: "row" },
          keys
            .split(" ")
            .map((key) =>
              /^(…|arrows|\+)$/.test(key) && keys !== "+ −"
                ? ` ${key} `
                : [html("kbd", {}, key), " "],
            ),
        ),
        html("td", {}, what),
      ),
    );
    return html(
      "dialog",
      { class: "help", "aria-label": "Keys" },
      html("h2", {}, "Keys"),
      html("table", {}, html("tbody", {}, rows)),
      html("form", { method: "dialog" }, html("button", { class: "text" }, "Close")),
    );
  }

  key(event) {
    if (event.ctrlKey || event.metaKey || event.altKey || event.defaultPrevented) return;
    if (/^(INPUT|SELECT|TEXTAREA)$/.test(event.target.tagName) || this.help.open) return;
    const { viewer } = this;
    const act =
      {
        "/": () => {
          this.finder.focus();
        },
        "?": () => this.help.showModal(),
        "+": () => viewer.camera.zoom(1.3, undefined, true),
        "=": () => viewer.camera.zoom(1.3, undefined, true),
        "-": () => viewer.camera.zoom(1 / 1.3, undefined, true),
        0: () => viewer.fitAll(),
        f: () => viewer.toLevel(0),
        u: () => viewer.toLevel(Infinity),
        s: () => this.withSource && this.togglePanel("source"),
        d: () => this.togglePanel("details"),
        t: () => this.hasTheme && this.nextTheme(),
        Escape: () => viewer.select([], { isStep: true }),
      }[event.key] ?? (/^[1-9]$/.test(event.key) ? () => viewer.toLevel(Number(event.key)) : null);
    if (!act) return;
    event.preventDefault();
    act();
  }
}

function icon(path) {
  const made = document.createElementNS("http://www.w3.org/2000/svg", "svg");
  for (const [name, value] of [
    ["viewBox", "0 0 24 24"],
    ["class", "icon"],
    ["aria-hidden", "true"],
  ])
    made.setAttribute(name, value);
  const line = document.createElementNS("http://www.w3.org/2000/svg", "path");
  line.setAttribute("d", path);
  made.append(line);
  return made;
}

function remembered(name) {
  try {
    const value = localStorage.getItem(name);
    return THEMES.includes(value) ? value : null;
  } catch {
    return null;
  }
}

function remember(name, value) {
  try {
    localStorage.setItem(name, value);
  } catch {
    // A page opened from a file may have no storage.
  }
}
