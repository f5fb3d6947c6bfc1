// Completion and explanations: operators, blocks, arguments, words and labels, where each may stand.

import { autocompletion, snippetCompletion } from "@codemirror/autocomplete";
import { hoverTooltip } from "@codemirror/view";
import { element, spoken } from "./dom.js";

const NAME = /[A-Za-z_]\w*$/;

// What stands around a position: the statement it is in and the word that body belongs to.
export function around(text) {
  const plain = text.replace(/#[^\n]*/g, (comment) => " ".repeat(comment.length));
  let depth = 0;
  let holder = "";
  for (let at = plain.length - 1; at >= 0; at -= 1) {
    if (plain[at] === "}") depth += 1;
    else if (plain[at] === "{" && depth-- === 0) {
      holder = /([A-Za-z_]\w*)?[^{};\n]*$/.exec(plain.slice(plain.lastIndexOf("\n", at - 1) + 1, at).trimStart())?.[0] ?? "";
      break;
    }
  }
  const outside = depth >= 0;
  const line = plain.slice(plain.lastIndexOf("\n") + 1);
  const statement = line.split(/->|=>|[{};]/).at(-1).replace(/^\s*(\d[\d_]*\s*x\s*)?/, "");
  return { outside, holder: holder.split(/[\s(]/)[0], statement, claimed: /=>[^{};]*$/.test(line) };
}

export function completions(vocabulary, known) {
  const operators = new Map(vocabulary.operators.map((each) => [each.name, each]));

  function source(context) {
    const word = context.matchBefore(NAME);
    const from = word ? word.from : context.pos;
    const text = context.state.sliceDoc(0, context.pos);
    if (/(#[^\n]*|"[^"\n]*)$/.test(text)) return null;
    const before = text.slice(0, from);
    if (before.endsWith("@")) return { from, options: labels(context.state.doc.toString()) };
    const place = around(before);
    if (place.claimed) return null;
    if (!word && !context.explicit && !/[ =]$/.test(before)) return null;
    const options = fitting(place, before);
    if (!options.length || (!word && !context.explicit && !/=$/.test(before))) return null;
    return { from, options, validFor: /^\w*$/ };
  }

  function fitting(place, before) {
    if (place.outside) return place.statement.trim() ? [] : items();
    const [head] = place.statement.trim().split(/\s+/);
    if (!place.statement.trim()) return place.holder === "recipe" ? recipe() : steps(place.holder);
    if (place.holder === "recipe") return ingredient(place.statement, before);
    if (head === "default" && !/^default\s+\w+\s/.test(place.statement)) return calls();
    const name = head === "default" ? place.statement.trim().split(/\s+/)[1] : head;
    if (head === "expect") return vocabulary.quantities.map((each) => plain(each, "property", "", `${each} = `));
    if (/\([^)]*$/.test(place.statement)) return expression(name);
    return argumentsOf(name, before);
  }

  const plain = (label, type, detail = "", apply = undefined) => ({ label, type, detail, apply });

  function items() {
    return [
      snippetCompletion("net ${name} {\n  input ${224x224x3}\n  ${}\n}", { label: "net", type: "keyword" }),
      snippetCompletion("block ${name} {\n  ${}\n}", { label: "block", type: "keyword" }),
      snippetCompletion('use "${blocks.arch}"', { label: "use", type: "keyword" }),
    ];
  }

  function calls() {
    return vocabulary.operators.map((each) => ({
      label: each.name,
      type: "function",
      detail: required(each),
      info: () => explained(each),
      boost: vocabulary.joins.includes(each.name) ? 1 : 0,
    }));
  }

  function blocks() {
    return known().map((block) => ({
      label: block.name,
      type: "class",
      detail: block.parameters.join(" "),
      info: block.file,
      boost: 2,
    }));
  }

  function steps(holder) {
    const words = vocabulary.language.filter((each) => ["default", "if"].includes(each));
    return [
      ...blocks(),
      ...calls(),
      ...[...vocabulary.statements, ...words].map((each) => plain(each, "keyword", "")),
      ...(holder ? [] : items()),
    ];
  }

  function argumentsOf(name, before) {
    const block = known().find((each) => each.name === name);
    if (block) return block.parameters.map((each) => plain(each, "property", "", `${each}=`));
    return declared(operators.get(name), before);
  }

  // The arguments of an operator or an ingredient, or the values of the one before the cursor.
  function declared(each, before) {
    if (!each) return [];
    const named = /([A-Za-z_]\w*)\s*=\s*$/.exec(before)?.[1];
    if (named) {
      const argument = each.arguments.find((one) => one.name === named);
      return (argument?.values ?? []).map((value) => {
        const operator = operators.get(value);
        const told = operator?.arguments.some((one) => one.required);
        return plain(value, operator ? "function" : "constant", "", told ? `${value}(` : undefined);
      });
    }
    // In the order of the signature, words that stand alone before arguments with names.
    return each.arguments.flatMap((argument, at) => [
      ...argument.words.map((word) => ({ ...plain(word, "constant", argument.name), info: argument.doc, boost: 60 - at })),
      {
        label: argument.name,
        type: "property",
        apply: `${argument.name}=`,
        detail: given(argument),
        info: argument.doc,
        boost: 30 - at,
      },
    ]);
  }

  function recipe() {
    const statements = [...new Set(vocabulary.recipe.map((each) => each.statement))];
    return statements.map((each) => plain(each, "keyword"));
  }

  function ingredient(statement, before) {
    const [word, kind] = statement.trim().split(/\s+/);
    const kinds = vocabulary.recipe.filter((each) => each.statement === word);
    const one = kinds.find((each) => each.name === kind) ?? (kinds.length === 1 ? kinds[0] : null);
    if (one) return declared(one, before);
    return kinds.map((each) => ({ ...plain(each.name, "function", required(each)), info: () => explained(each) }));
  }

  function expression() {
    return [
      ...vocabulary.values.map((each) => plain(each, "variable")),
      ...vocabulary.functions.map((each) => plain(each.name, "function", each.takes)),
    ];
  }

  return autocompletion({ override: [source], icons: true, closeOnBlur: true });
}

function labels(text) {
  const names = new Set([...text.matchAll(/\bas\s+([A-Za-z_]\w*)/g)].map((match) => match[1]));
  return [...names].map((label) => ({ label, type: "variable" }));
}

const required = (each) =>
  each.arguments.filter((argument) => argument.required).map((argument) => argument.name).join(" ");

const given = (argument) => (argument.required ? argument.kind : `${argument.kind}; ${argument.default}`);

function explained(each) {
  return element(
    "div",
    { class: "explained" },
    element("p", {}, spoken(each.doc)),
    each.example ? element("pre", {}, each.example) : null,
    each.more ? element("p", {}, spoken(each.more)) : null,
    each.arguments.length
      ? element(
          "dl",
          {},
          each.arguments.flatMap((argument) => [
            element("dt", {}, argument.name, argument.required ? "" : element("span", {}, ` = ${argument.default}`)),
            element("dd", {}, spoken(argument.doc)),
          ]),
        )
      : null,
  );
}

// The explanation of the operator or block under the pointer.
export function explanations(vocabulary, known) {
  const operators = new Map(vocabulary.operators.map((each) => [each.name, each]));
  return hoverTooltip((view, at) => {
    const word = view.state.wordAt(at);
    if (!word) return null;
    const line = view.state.doc.lineAt(at);
    if (line.text.slice(0, word.from - line.from).includes("#")) return null;
    const text = view.state.sliceDoc(word.from, word.to);
    const block = known().find((each) => each.name === text);
    const operator = operators.get(text);
    if (!operator && !block) return null;
    const content = operator
      ? explained(operator)
      : element("div", { class: "explained" }, element("pre", {}, ["block", block.name, ...block.parameters].join(" ")), element("p", {}, `in ${block.file}`));
    return { pos: word.from, end: word.to, above: true, create: () => ({ dom: content }) };
  }, { hoverTime: 500 });
}
