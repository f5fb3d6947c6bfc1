// The list of what is wrong: every finding, in whichever file, each a way to its place.

import { element, spoken } from "./dom.js";

// `goTo(label)` shows a place, `mend(edit)` makes a change that is offered.
export function showProblems(list, diagnostics, goTo, mend) {
  list.replaceChildren(
    diagnostics.length
      ? element("ul", {}, diagnostics.map((found) => element("li", { class: found.severity }, problem(found, goTo, mend))))
      : element("p", { class: "nothing" }, "No problems."),
  );
}

function problem(found, goTo, mend) {
  const [primary, ...others] = found.labels;
  const head = [
    element("span", { class: "mark", role: "img", "aria-label": found.severity }),
    element("span", { class: "text" }, spoken(found.headline)),
  ];
  return [
    primary
      ? element("button", { type: "button", class: "head", onclick: () => goTo(primary) }, head, place(primary))
      : element("p", { class: "head" }, head),
    primary?.remark ? element("p", {}, spoken(primary.remark)) : null,
    others.map((label) =>
      element(
        "p",
        {},
        element("button", { type: "button", class: "link", onclick: () => goTo(label) }, place(label)),
        " ",
        spoken(label.remark || "here too"),
      ),
    ),
    found.notes.map((note) => element("p", {}, "note: ", spoken(note))),
    found.edits.map((edit) =>
      element("button", { type: "button", class: "mend", onclick: () => mend(edit) }, "Write ", element("code", {}, edit.text)),
    ),
    found.help && !found.edits.some((edit) => found.help === `\`${edit.text}\``)
      ? element("p", { class: "help" }, "help: ", spoken(found.help))
      : null,
  ];
}

const place = (label) => element("span", { class: "place" }, `${label.file}:${label.line}:${label.column}`);
