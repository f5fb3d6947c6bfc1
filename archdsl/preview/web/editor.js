// The editors: the spec's own, and one that only shows the files it uses.

import { closeBrackets, closeBracketsKeymap, completionKeymap } from "@codemirror/autocomplete";
import { defaultKeymap, history, historyKeymap, indentWithTab } from "@codemirror/commands";
import { bracketMatching, codeFolding, foldGutter, foldKeymap, indentOnInput, indentUnit } from "@codemirror/language";
import { lintGutter, lintKeymap } from "@codemirror/lint";
import { highlightSelectionMatches, search, searchKeymap } from "@codemirror/search";
import { Annotation, ChangeSet, Compartment, EditorSelection, EditorState } from "@codemirror/state";
import {
  EditorView,
  drawSelection,
  highlightActiveLine,
  highlightActiveLineGutter,
  highlightSpecialChars,
  keymap,
  lineNumbers,
  rectangularSelection,
} from "@codemirror/view";
import { completions, explanations } from "./completion.js";
import { findings } from "./findings.js";
import { archLanguage, colours, folding } from "./language.js";

// Marks a change of text or cursor that did not come from the person at the keyboard.
const ours = Annotation.define();
const dark = new Compartment();
const isDark = () => getComputedStyle(document.documentElement).colorScheme === "dark";

function common({ vocabulary, known, nonce }) {
  return [
    EditorView.cspNonce.of(nonce),
    dark.of(EditorView.darkTheme.of(isDark())),
    lineNumbers(),
    highlightSpecialChars(),
    foldGutter(),
    codeFolding(),
    folding,
    drawSelection(),
    rectangularSelection(),
    EditorState.allowMultipleSelections.of(true),
    bracketMatching(),
    highlightActiveLine(),
    highlightActiveLineGutter(),
    highlightSelectionMatches(),
    search({ top: true }),
    lintGutter(),
    findings,
    archLanguage(vocabulary),
    colours,
    explanations(vocabulary, known),
  ];
}

// `told` has `changed()` for each change of the text and `moved(offset)` for one of the cursor.
export function ownEditor(parent, label, setting, told) {
  const { vocabulary, known } = setting;
  return new EditorView({
    parent,
    state: EditorState.create({
      extensions: [
        common(setting),
        history(),
        indentUnit.of("  "),
        indentOnInput(),
        closeBrackets(),
        completions(vocabulary, known),
        keymap.of([
          ...closeBracketsKeymap,
          ...completionKeymap,
          ...searchKeymap,
          ...historyKeymap,
          ...foldKeymap,
          ...lintKeymap,
          ...defaultKeymap,
          indentWithTab,
        ]),
        EditorView.contentAttributes.of({
          "aria-label": label,
          tabindex: "0",
          "aria-description": "Escape, then Tab leaves the editor",
        }),
        EditorView.updateListener.of((update) => {
          if (update.docChanged) told.changed(update.changes);
          const byHand = !update.transactions.some((one) => one.annotation(ours));
          if (byHand && (update.selectionSet || update.docChanged)) told.moved();
        }),
      ],
    }),
  });
}

export function usedViewer(parent, setting, told) {
  return new EditorView({
    parent,
    state: EditorState.create({
      extensions: [
        common(setting),
        EditorState.readOnly.of(true),
        keymap.of([...searchKeymap, ...foldKeymap, ...lintKeymap, ...defaultKeymap]),
        EditorView.contentAttributes.of({ "aria-label": "A file the spec uses, to read", tabindex: "0" }),
        EditorView.updateListener.of((update) => {
          const byHand = !update.transactions.some((one) => one.annotation(ours));
          if (byHand && update.selectionSet) told.moved();
        }),
      ],
    }),
  });
}

export function followScheme(views) {
  for (const view of views) {
    view.dispatch({ effects: dark.reconfigure(EditorView.darkTheme.of(isDark())), annotations: ours.of(true) });
  }
}

// Makes the text `text`, changing no more than the stretch that differs; undo brings it back.
export function setText(view, text) {
  const old = view.state.doc.toString();
  if (old === text) return;
  let start = 0;
  while (start < old.length && old[start] === text[start]) start += 1;
  let end = 0;
  const most = Math.min(old.length, text.length) - start;
  while (end < most && old[old.length - 1 - end] === text[text.length - 1 - end]) end += 1;
  view.dispatch({
    changes: { from: start, to: old.length - end, insert: text.slice(start, text.length - end) },
    annotations: ours.of(true),
    userEvent: "load",
  });
}

// Selects a stretch and brings it into sight; with `focus` the keyboard goes there too.
export function goTo(view, from, to, focus) {
  const most = view.state.doc.length;
  const range = EditorSelection.range(Math.min(from, most), Math.min(to, most));
  view.dispatch({
    selection: EditorSelection.create([range]),
    effects: EditorView.scrollIntoView(range, { y: "center", yMargin: 40 }),
    annotations: ours.of(true),
  });
  if (focus) view.focus();
}

// Where places of an older text are by now: everything typed since then, as one change.
export class Since {
  constructor(length) {
    this.changes = ChangeSet.empty(length).desc;
  }

  add(changes) {
    this.changes = this.changes.composeDesc(changes.desc);
  }

  now(offset) {
    return this.changes.mapPos(Math.min(offset, this.changes.length));
  }

  then(offset) {
    return this.changes.invertedDesc.mapPos(Math.min(offset, this.changes.newLength));
  }
}
