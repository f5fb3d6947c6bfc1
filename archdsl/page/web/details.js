// The side panel: everything known about what is selected.

import { grouped, html, replace } from "./dom.js";

const MOST_LISTED = 60;

export class DetailsPanel {
  /** `actions` are what links and buttons do: go, toggle, unfoldAll, and show(place). */
  constructor(actions) {
    this.actions = actions;
    this.body = html("div", {
      class: "facts",
      tabindex: "0",
      role: "region",
      "aria-label": "Details of the selection",
    });
    this.element = html("section", { class: "details", "aria-label": "Details" }, this.body);
  }

  /** Show a part of a model, or the whole network where nothing is selected. */
  show(model, part, selected, open) {
    this.model = model;
    const shown = part ?? model.root;
    replace(
      this.body,
      this.heading(shown),
      this.also(selected),
      this.facts(shown),
      shown.isUnit ? this.operators(shown) : this.contents(shown, open),
      this.spec(shown),
    );
    this.body.scrollTop = 0;
  }

  heading(part) {
    const trail = part.ancestors.filter((one) => one.parent);
    return [
      trail.length
        ? html(
            "nav",
            { class: "trail", "aria-label": "Blocks around it" },
            trail.map((one) => [this.link(one, one.title), " › "]),
          )
        : null,
      html("h2", {}, part.title),
      part.lines.length ? html("p", { class: "call" }, part.lines.join(" ")) : null,
      html("p", { class: "path" }, html("code", {}, part.id)),
    ];
  }

  also(selected) {
    if (selected.length < 2) return null;
    return html(
      "details",
      { class: "also" },
      html("summary", {}, `${selected.length} boxes are made from this line`),
      html(
        "ul",
        {},
        selected.slice(0, MOST_LISTED).map((one) => html("li", {}, this.link(one, one.shortPath))),
      ),
      html(
        "button",
        { type: "button", onclick: () => this.actions.unfoldTo(selected) },
        "Unfold to all of them",
      ),
    );
  }

  facts(part) {
    const { model } = this;
    const rows = [];
    const shape = (label, values) => {
      if (values.length) rows.push([label, model.shapes(values).join(", ")]);
    };
    shape("in", part.inputs);
    shape("out", part.outputs);
    if (part.isUnit) {
      const [first] = part.nodes;
      for (const [name, value] of model.operator(first).arguments) rows.push([name, value]);
    } else {
      for (const [name, value] of part.data.arguments ?? []) rows.push([name, value]);
    }
    if (part.kind === "repeat") rows.push(["copies", grouped(part.children.length)]);
    if (part.data.weight !== undefined) rows.push(["loss weight", String(part.data.weight)]);
    rows.push(["parameters", this.share(part.params, model.root.params)]);
    rows.push(["MACs", this.share(part.macs, model.root.macs)]);
    const last = part.outputs.at(-1) ?? part.nodes.at(-1);
    if (last !== undefined) {
      const [size, step] = model.field(last);
      rows.push(["receptive field", size], ["step in the input", step]);
    }
    if (!part.isUnit) rows.push(["operators", grouped(part.nodes.length)]);
    return html(
      "dl",
      {},
      rows.map(([name, value]) => [html("dt", {}, name), html("dd", {}, value)]),
    );
  }

  share(value, total) {
    if (!value) return "0";
    const part = (100 * value) / total;
    const percent = part === 100 ? "" : part < 0.1 ? " (< 0.1 %)" : ` (${part.toFixed(1)} %)`;
    return grouped(value) + percent;
  }

  operators(part) {
    if (part.nodes.length < 2) return null;
    const { model } = this;
    return [
      html("h3", {}, "Operators"),
      html(
        "ol",
        { class: "operators" },
        part.nodes.map((at) => {
          const node = model.node(at);
          return html(
            "li",
            {},
            html("code", {}, model.operator(at).call),
            html(
              "span",
              { class: "note" },
              ` ${model.shape(at)}`,
              node.params ? `, ${grouped(node.params)} parameters` : "",
            ),
            html("div", { class: "path" }, node.path),
          );
        }),
      ),
    ];
  }

  contents(part, open) {
    const rows = part.children
      .slice(0, MOST_LISTED)
      .map((child) =>
        html(
          "tr",
          {},
          html(
            "td",
            {},
            this.link(child, child.title),
            child.lines.length
              ? html("span", { class: "note" }, ` ${child.lines.join(" ")}`)
              : null,
          ),
          html("td", {}, this.shapes(child.outputs)),
          html("td", { class: "figure" }, child.params ? short(child.params) : ""),
        ),
      );
    const more = part.children.length - rows.length;
    return [
      html("h3", {}, "Contents"),
      html(
        "table",
        {},
        html(
          "thead",
          {},
          html(
            "tr",
            {},
            ["step", "out", "params"].map((name) => html("th", { scope: "col" }, name)),
          ),
        ),
        html("tbody", {}, rows),
      ),
      more > 0 ? html("p", { class: "note" }, `and ${grouped(more)} more`) : null,
      part.isFoldable
        ? html(
            "p",
            { class: "actions" },
            html(
              "button",
              { type: "button", onclick: () => this.actions.toggle(part) },
              open.has(part.id) ? "Fold" : "Unfold",
            ),
            html(
              "button",
              { type: "button", onclick: () => this.actions.unfoldAll(part) },
              "Unfold everything in it",
            ),
          )
        : null,
      part.parent ? null : this.model.data.notes.map((note) => html("p", { class: "note" }, note)),
    ];
  }

  /** Shapes that break between each other only. */
  shapes(values) {
    const shapes = this.model.shapes(values);
    return shapes.map((shape, at) => [
      html("span", { class: "whole" }, shape + (at + 1 < shapes.length ? "," : "")),
      " ",
    ]);
  }

  spec(part) {
    const places = part.places.map((at) => this.model.place(at));
    if (!places.length) return null;
    return [
      html("h3", {}, "Source"),
      html(
        "ul",
        { class: "spec" },
        places.map((place) => {
          const source = this.model.data.sources[place.file];
          const name = `${source.name.split("/").pop()}:${place.line}`;
          return html(
            "li",
            {},
            html(
              "button",
              { type: "button", class: "link", onclick: () => this.actions.showPlace(place) },
              name,
            ),
            " ",
            html("code", {}, lineOf(source.text, place.start)),
          );
        }),
      ),
    ];
  }

  link(part, text) {
    return html(
      "button",
      { type: "button", class: "link", onclick: () => this.actions.go(part) },
      text,
    );
  }
}

function lineOf(text, start) {
  const from = text.lastIndexOf("\n", start - 1) + 1;
  const end = text.indexOf("\n", start);
  return text.slice(from, end < 0 ? undefined : end).trim();
}

export function short(number) {
  for (const [size, letter] of [
    [1e9, " G"],
    [1e6, " M"],
    [1e3, " k"],
  ]) {
    if (number >= size) return (number / size).toPrecision(3).replace(/\.0+$/, "") + letter;
  }
  return String(number);
}
