// The .arch language for the editor: colours, indentation, folding. Which words there are is told
// by the server, from the registries that know them.

import { HighlightStyle, StreamLanguage, foldService, matchBrackets, syntaxHighlighting } from "@codemirror/language";
import { Tag, tags } from "@lezer/highlight";

const size = Tag.define(tags.number);
const claim = Tag.define(tags.meta);
const blockName = Tag.define(tags.typeName);
const INDENT = 2;

export function archLanguage(vocabulary) {
  const operators = new Set(vocabulary.operators.map((operator) => operator.name));
  const keywords = new Set([...vocabulary.language, ...vocabulary.statements]);
  const values = new Set([...vocabulary.values, ...vocabulary.functions.map((each) => each.name)]);
  const recipe = new Set(vocabulary.recipe.flatMap((each) => [each.statement, each.name]));
  const words = new Set(
    vocabulary.operators.flatMap((operator) => operator.arguments.flatMap((each) => [...each.words, ...each.values])),
  );

  function name(stream, state) {
    const text = stream.current();
    const before = state.before;
    state.before = text;
    if (before === "net" || before === "block") return "definition";
    if (before === "as") return "label";
    if (/^\s*=(?![=>])/.test(stream.string.slice(stream.pos))) return "argument";
    if (keywords.has(text)) {
      state.fresh = ["if", "else", "and", "or", "not"].includes(text);
      return "keyword";
    }
    if (state.fresh) {
      state.fresh = false;
      if (operators.has(text)) return "operatorName";
      return recipe.has(text) ? "keyword" : "blockName";
    }
    if (values.has(text)) return "value";
    if (operators.has(text)) return "operatorName";
    return words.has(text) || recipe.has(text) ? "word" : "variableName";
  }

  function token(stream, state) {
    if (stream.sol() && !state.claimed) state.fresh = true;
    if (stream.eatSpace()) return null;
    if (stream.match(/^#.*/)) return "comment";
    if (stream.match(/^"[^"]*"?/)) return "string";
    if (stream.match(/^->/)) {
      state.fresh = true;
      state.before = null;
      return "arrow";
    }
    if (stream.match(/^=>\s*\d+(x\d+)*/)) return "claim";
    if (stream.match(/^@\w*/)) return "label";
    if (stream.match(/^\d+x\d+(x\d+|\/\d+(x\d+)?)?(?!\w)/)) return "size";
    if (stream.match(/^\d[\d_]*(\.\d+)?([eE][+-]?\d+)?/)) {
      // A count before a step: `4 x A`.
      if (state.fresh && stream.match(/^\s*x(?=[\s{(@A-Za-z_])/)) return "count";
      return "number";
    }
    if (stream.match(/^[A-Za-z_]\w*/)) {
      if (stream.current() === "x" && /^\s+[\w{(@]/.test(stream.string.slice(stream.pos))) return "count";
      return name(stream, state);
    }
    const sign = stream.next();
    state.before = null;
    if (sign === "{" || sign === "(" || sign === "[") state.open.push(stream.indentation());
    if (sign === "}" || sign === ")" || sign === "]") state.open.pop();
    if (sign === "{" || sign === "}" || sign === ";") state.fresh = true;
    return "{}()[]".includes(sign) ? "bracket" : sign === ";" ? "separator" : "sign";
  }

  return StreamLanguage.define({
    name: "arch",
    startState: () => ({ open: [], fresh: true, before: null }),
    copyState: (state) => ({ ...state, open: [...state.open] }),
    token,
    indent(state, after) {
      const closing = /^\s*[})\]]/.test(after);
      if (!state.open.length) return 0;
      return state.open.at(-1) + (closing ? 0 : INDENT);
    },
    tokenTable: {
      keyword: tags.keyword,
      definition: tags.definition(tags.variableName),
      label: tags.labelName,
      argument: tags.propertyName,
      operatorName: tags.function(tags.variableName),
      blockName,
      value: tags.special(tags.variableName),
      word: tags.atom,
      variableName: tags.variableName,
      comment: tags.comment,
      string: tags.string,
      arrow: tags.punctuation,
      separator: tags.punctuation,
      sign: tags.operator,
      bracket: tags.bracket,
      claim,
      size,
      count: tags.number,
      number: tags.number,
    },
    languageData: {
      commentTokens: { line: "#" },
      closeBrackets: { brackets: ["(", "[", "{", '"'] },
      indentOnInput: /^\s*[})\]]$/,
    },
  });
}

export const colours = syntaxHighlighting(
  HighlightStyle.define([
    { tag: tags.keyword, color: "var(--word)" },
    { tag: tags.function(tags.variableName), color: "var(--operator)" },
    { tag: blockName, color: "var(--block)" },
    { tag: tags.definition(tags.variableName), color: "var(--block)", fontWeight: "600" },
    { tag: tags.labelName, color: "var(--label)" },
    { tag: tags.propertyName, color: "var(--argument)" },
    { tag: tags.special(tags.variableName), color: "var(--argument)" },
    { tag: tags.atom, color: "var(--argument)" },
    { tag: [tags.number, size], color: "var(--number)" },
    { tag: claim, color: "var(--claim)" },
    { tag: tags.string, color: "var(--string)" },
    { tag: tags.comment, color: "var(--comment)", fontStyle: "italic" },
    { tag: tags.punctuation, color: "var(--faint)" },
  ]),
);

// A body folds from its brace to the matching one.
export const folding = foldService.of((state, start, end) => {
  const text = state.doc.sliceString(start, end).replace(/#.*/, "");
  const brace = text.lastIndexOf("{");
  if (brace < 0) return null;
  const match = matchBrackets(state, start + brace, 1, { maxScanDistance: 50_000 });
  if (!match?.matched || !match.end || match.end.from <= end) return null;
  return { from: start + brace + 1, to: match.end.from };
});
