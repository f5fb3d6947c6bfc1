// The text of the spec beside the drawing: lines, light colours, marks, and clicks that select.

import { html, replace } from "./dom.js";

const WORDS =
  /\b(?:net|block|use|input|output|default|concat|add|mul|residual|aux|as|if|else|expect|recipe|and|or|not)\b/;
const TOKEN = new RegExp(
  `(?<comment>#[^\\n]*)|(?<string>"[^"\\n]*")|(?<claim>=>|->)|(?<number>@?\\b\\d[\\dx_./]*\\b)|(?<word>${WORDS.source})|(?<label>@[\\w.]+)`,
  "g",
);

/** Stands in where the page around the viewer shows the source itself. */
export class NoSource {
  element = html("div");
  load() {}
  mark() {}
  tint() {}
}

export class SourcePanel {
  /** `onpick(file, offset, line)` is called for a click, `onhover` with the same, or null. */
  constructor({ onpick, onhover }) {
    this.onpick = onpick;
    this.tabs = html("div", { class: "tabs", role: "tablist", "aria-label": "Files of the spec" });
    this.body = html("div", {
      class: "code",
      role: "tabpanel",
      "aria-label": "Source text",
    });
    this.element = html(
      "section",
      { class: "source", "aria-label": "Source" },
      this.tabs,
      this.body,
    );
    this.body.addEventListener("click", (event) => this.click(event));
    this.body.addEventListener("keydown", (event) => this.key(event));
    this.body.addEventListener("mousemove", (event) => {
      const line = event.target.closest?.(".row");
      if (line === this.hovered) return;
      this.hovered = line;
      onhover(line ? { file: this.file, line: Number(line.dataset.line) } : null);
    });
    this.body.addEventListener("mouseleave", () => {
      this.hovered = null;
      onhover(null);
    });
  }

  /** Show the sources of a model; lines that boxes were made from are links to them. */
  load(model) {
    this.model = model;
    this.sources = model.data.sources;
    this.starts = this.sources.map(({ text }) => {
      const starts = [0];
      for (const match of text.matchAll(/\n/g)) starts.push(match.index + 1);
      return starts;
    });
    const linked = this.sources.map(() => new Set());
    model.byPlace.forEach((parts, at) => {
      const place = model.place(at);
      if (parts.some((part) => part.parent)) linked[place.file].add(place.line);
    });
    this.linked = linked;
    this.marks = [];
    this.tabs.hidden = this.sources.length < 2;
    replace(
      this.tabs,
      this.sources.map(({ name }, at) => this.tab(name, at)),
    );
    this.show(Math.min(this.file ?? model.data.main, this.sources.length - 1));
  }

  tab(name, at) {
    return html(
      "button",
      {
        type: "button",
        role: "tab",
        title: name,
        onclick: () => this.show(at),
        onkeydown: (event) => {
          const step = { ArrowLeft: -1, ArrowRight: 1 }[event.key];
          if (!step) return;
          event.preventDefault();
          const count = this.sources.length;
          const next = (at + step + count) % count;
          this.show(next);
          this.tabs.children[next].focus();
        },
      },
      name.split("/").pop(),
    );
  }

  show(file) {
    this.file = file;
    [...this.tabs.children].forEach((tab, at) => {
      tab.setAttribute("aria-selected", String(at === file));
      tab.tabIndex = at === file ? 0 : -1;
    });
    this.render();
  }

  render() {
    const { text } = this.sources[this.file];
    const starts = this.starts[this.file];
    const marks = this.marks.filter((mark) => mark.file === this.file);
    const tokens = [...text.matchAll(TOKEN)].map((match) => ({
      start: match.index,
      end: match.index + match[0].length,
      name: Object.keys(match.groups).find((name) => match.groups[name] !== undefined),
    }));
    const lines = [...this.linked[this.file]].sort((a, b) => a - b);
    const here = lines.find((line) => line >= (marks[0]?.line ?? this.line ?? 0)) ?? lines[0];
    const hadFocus = this.body.contains(document.activeElement);
    this.line = here;
    let next = 0;
    const rows = starts.map((start, at) => {
      const line = at + 1;
      const end = at + 1 < starts.length ? starts[at + 1] - 1 : text.length;
      const inLine = [];
      while (next < tokens.length && tokens[next].start < end) inLine.push(tokens[next++]);
      const isLink = this.linked[this.file].has(line);
      const content = pieces(text, start, end, inLine, marks);
      return html(
        "div",
        {
          class: isLink ? "row link" : "row",
          "data-line": line,
          "data-start": start,
        },
        html("span", { class: "number", "aria-hidden": "true" }, String(line)),
        isLink && content.length
          ? html(
              "span",
              { class: "text", role: "link", tabindex: line === here ? "0" : "-1" },
              content,
            )
          : html("span", { class: "text" }, content),
      );
    });
    replace(this.body, rows);
    if (hadFocus) this.focus(here);
  }

  /** Mark stretches of source, and scroll the first into view. */
  mark(places, scroll = true) {
    this.marks = places;
    const [first] = places;
    if (first && scroll && first.file !== this.file) this.show(first.file);
    else this.render();
    if (!first || !scroll) return;
    const row = this.body.children[first.line - 1];
    const top = row.offsetTop - this.body.offsetTop;
    const { scrollTop, clientHeight } = this.body;
    if (top < scrollTop + 20 || top > scrollTop + clientHeight - 40) {
      this.body.scrollTop = top - clientHeight / 3;
    }
  }

  /** Tint the lines of places, while a pointer is over a box. */
  tint(places) {
    for (const row of this.body.querySelectorAll(".tinted")) row.classList.remove("tinted");
    for (const { file, line } of places) {
      if (file === this.file) this.body.children[line - 1]?.classList.add("tinted");
    }
  }

  focus(line) {
    const text = (at) => this.body.children[at - 1]?.querySelector("[role=link]");
    text(this.line)?.setAttribute("tabindex", "-1");
    text(line)?.setAttribute("tabindex", "0");
    text(line)?.focus();
    this.line = line;
  }

  /** Walk through the lines that are links, and follow one. */
  key(event) {
    const lines = [...this.linked[this.file]].sort((a, b) => a - b);
    const at = lines.indexOf(this.line);
    const to = { ArrowDown: at + 1, ArrowUp: at - 1, Home: 0, End: lines.length - 1 }[event.key];
    if (to !== undefined) this.focus(lines[Math.min(lines.length - 1, Math.max(0, to))]);
    else if (event.key === "Enter" || event.key === " ") this.onpick(this.file, -1, this.line);
    else return;
    event.preventDefault();
  }

  click(event) {
    const row = event.target.closest(".row");
    if (!row || String(getSelection())) return;
    const line = Number(row.dataset.line);
    this.onpick(this.file, Number(row.dataset.start) + columnAt(row, event), line);
  }
}

/** The offset in a row's text that was clicked, or -1e9 beside the text. */
function columnAt(row, event) {
  const caret = document.caretPositionFromPoint
    ? document.caretPositionFromPoint(event.clientX, event.clientY)
    : document.caretRangeFromPoint?.(event.clientX, event.clientY);
  const node = caret?.offsetNode ?? caret?.startContainer;
  const text = row.querySelector(".text");
  const box = text.getBoundingClientRect();
  if (!node || !text.contains(node) || event.clientX > box.right) return -1e9;
  const range = document.createRange();
  range.setStart(text, 0);
  range.setEnd(node, caret.offset ?? caret.startOffset);
  return String(range).length;
}

/** A line's text in pieces: coloured tokens, cut where marks begin and end. */
function pieces(text, start, end, tokens, marks) {
  const inside = marks.filter((mark) => mark.start < end && mark.end > start);
  const cuts = new Set([start, end]);
  for (const one of [...tokens, ...inside]) {
    if (one.start > start) cuts.add(Math.min(one.start, end));
    if (one.end > start) cuts.add(Math.min(one.end, end));
  }
  const sorted = [...cuts].sort((a, b) => a - b);
  return sorted.slice(0, -1).map((from, at) => {
    const piece = text.slice(from, sorted[at + 1]).replace(/\r$/, "");
    const token = tokens.find((one) => one.start <= from && from < one.end);
    const isMarked = inside.some((one) => one.start <= from && from < one.end);
    const name = token ? `token-${token.name}` : null;
    if (isMarked) return html("mark", { class: name }, piece);
    return token ? html("span", { class: name }, piece) : piece;
  });
}
