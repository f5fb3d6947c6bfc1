// What is wrong, at its place in the text: underlines, marks in the gutter, and the headline at the
// end of its line.

import { diagnosticCount, setDiagnostics } from "@codemirror/lint";
import { StateEffect, StateField } from "@codemirror/state";
import { Decoration, EditorView } from "@codemirror/view";
import { element, spoken } from "./dom.js";

const show = StateEffect.define();

export const findings = StateField.define({
  create: () => Decoration.none,
  update(marks, transaction) {
    for (const effect of transaction.effects) if (effect.is(show)) return effect.value;
    return marks.map(transaction.changes);
  },
  provide: (field) => EditorView.decorations.from(field),
});

// Shows what of `diagnostics` lies in the file called `name`, which `view` shows.
export function showFindings(view, diagnostics, name) {
  const { doc } = view.state;
  const within = (label) => label.file === name && label.from <= doc.length;
  const stretch = ({ from, to }) => ({ from, to: Math.min(Math.max(to, from), doc.length) });
  const shown = [];
  const marks = [];
  const lines = new Map();
  for (const found of diagnostics) {
    found.labels.forEach((label, at) => {
      if (!within(label)) return;
      if (at === 0) {
        shown.push({
          ...stretch(label),
          severity: found.severity,
          message: found.headline,
          renderMessage: () => explained(found, label),
          actions: view.state.readOnly ? [] : actions(found, name),
        });
        const line = doc.lineAt(label.from);
        if (!lines.has(line.from)) lines.set(line.from, found);
      } else if (label.to > label.from) {
        const { from, to } = stretch(label);
        if (to <= from) return;
        const mark = Decoration.mark({ class: "second", attributes: { title: label.remark || found.headline } });
        marks.push(mark.range(from, to));
      }
    });
  }
  // The style sheet sets the headline behind the line; in the text it would be in the cursor's way.
  for (const [start, { headline, severity }] of lines) {
    const attributes = { "data-headline": headline.replaceAll("`", "") };
    marks.push(Decoration.line({ class: `with-${severity}`, attributes }).range(start));
  }
  if (!shown.length && !marks.length && !diagnosticCount(view.state) && !view.state.field(findings).size) return;
  view.dispatch(setDiagnostics(view.state, shown), { effects: show.of(Decoration.set(marks, true)) });
}

// The edits that mend a finding, as buttons below it; where the text has changed since, its place
// has moved along.
function actions(found, name) {
  return found.edits
    .filter((edit) => edit.file === name)
    .map((edit) => ({
      name: edit.text,
      apply: (view, from, to) => view.dispatch({ changes: { from, to, insert: edit.text }, userEvent: "input.mend" }),
    }));
}

export function explained(found, label = found.labels[0]) {
  return element(
    "div",
    { class: "finding" },
    element("p", {}, element("strong", {}, spoken(found.headline))),
    label?.remark ? element("p", {}, spoken(label.remark)) : null,
    found.notes.map((note) => element("p", { class: "note" }, "note: ", spoken(note))),
    found.help ? element("p", { class: "help" }, "help: ", spoken(found.help)) : null,
    element("p", { class: "code" }, found.code),
  );
}
