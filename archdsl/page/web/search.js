// Finding parts by name, path, operator, kernel or shape.

const MOST = 50;

/** Return the parts that all words of a query fit, best first; blocks before units. */
export function search(model, query) {
  const words = query.toLowerCase().replaceAll("×", "x").split(/\s+/).filter(Boolean);
  if (!words.length) return { found: [], total: 0 };
  const scored = [];
  for (const part of model.parts.values()) {
    if (!part.parent) continue;
    const card = cardOf(part, model);
    const scores = words.map((word) => fitness(card, word));
    if (scores.every((score) => score > 0)) {
      scored.push({ part, score: scores.reduce((a, b) => a + b) + (part.isUnit ? 0 : 0.5) });
    }
  }
  scored.sort((a, b) => b.score - a.score);
  return { found: scored.slice(0, MOST).map(({ part }) => part), total: scored.length };
}

const cards = new WeakMap();

function cardOf(part, model) {
  if (!cards.has(part)) {
    const plain = (text) => text.toLowerCase().replaceAll("×", "x");
    const operators = part.isUnit ? part.nodes.map((at) => model.operator(at)) : [];
    cards.set(part, {
      name: plain(part.id.split(".").pop()),
      path: plain(part.id),
      names: operators
        .flatMap((one) => [plain(one.name), plain(one.title)])
        .concat(plain(part.title)),
      patches: operators.map((one) => plain(one.patch)).filter(Boolean),
      shapes: model.shapes(part.outputs).map(plain),
      text: plain([part.caption, ...operators.map((one) => one.call)].join(" ")),
    });
  }
  return cards.get(part);
}

function fitness(card, word) {
  // A kernel is not part of a larger one: 1x1 does not fit 11x11, nor 3x3/2 a 3x3.
  if (/^\d+x\d+(\/\d+(x\d+)?)?$/.test(word)) {
    return card.patches.some((one) => one === word || one.startsWith(`${word}/`)) ? 3 : 0;
  }
  if (/^\d+x\d+x\d+$/.test(word)) return card.shapes.includes(word) ? 3 : 0;
  if (card.name === word) return 5;
  if (card.path === word || card.path.endsWith(`.${word}`)) return 5;
  if (card.names.includes(word)) return 4;
  if (card.name.startsWith(word)) return 3;
  if (card.names.some((name) => name.includes(word))) return 2;
  if (card.path.includes(word) || card.text.split(/\s+/).includes(word)) return 1;
  return 0;
}
