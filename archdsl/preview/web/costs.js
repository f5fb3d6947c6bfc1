// The table of `archdsl summary`: stages, shapes, parameters and multiply-accumulates.

import { element, spoken } from "./dom.js";

// `select(path)` shows a stage in the diagram.
export function showCosts(panel, table, select) {
  const head = (heading) =>
    element("th", { scope: "col", class: heading.number ? "number" : null }, heading.text);
  const columns = table.headings;
  const cell = (text, at) => element("td", { class: columns[at].number ? "number" : text.length > 24 ? "long" : null }, text);
  const row = (line, more) =>
    element(
      "tr",
      { class: more },
      element(
        "th",
        { scope: "row", class: `level${Math.min(line.level, 1)}` },
        element("button", { type: "button", class: "link", onclick: () => select(line.path) }, line.cells[0]),
      ),
      line.cells.slice(1).map((text, at) => cell(text, at + 1)),
    );
  const inside = element("input", {
    type: "checkbox",
    checked: panel.classList.contains("inside"),
    onchange: () => panel.classList.toggle("inside", inside.checked),
  });
  panel.replaceChildren(
    element("div", { class: "title" }, element("h2", {}, table.title), element("label", {}, inside, " steps inside of stages")),
    element(
      "div",
      { class: "wide" },
      element(
        "table",
        {},
        element("thead", {}, element("tr", {}, columns.map(head))),
        element("tbody", {}, table.lines.map((line) => row(line, line.level ? "inner" : null))),
        element(
          "tfoot",
          {},
          element(
            "tr",
            {},
            element("th", { scope: "row" }, table.total[0]),
            table.total.slice(1).map((text, at) => cell(text, at + 1)),
          ),
        ),
        table.heads.length
          ? element(
              "tbody",
              { class: "heads" },
              element("tr", {}, element("th", { colspan: columns.length, scope: "rowgroup" }, "auxiliary heads, for training only and not in the total")),
              table.heads.map((line) => row(line, line.level ? "inner" : null)),
            )
          : null,
      ),
    ),
    element("dl", {}, table.facts.flatMap(([name, fact]) => [element("dt", {}, name), element("dd", {}, spoken(fact))])),
  );
}
