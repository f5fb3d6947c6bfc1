// The ways of edges: straight down beside boxes, and curves between the levels they stand on.

/** Where between two levels an edge turns: edges into a merge late, clear of the labels. */
export const TURN = { usual: 0.5, merge: 0.72 };

/** The levels that boxes stand on, from top to bottom. */
export function levelsOf(nodes, down) {
  const found = new Map();
  for (const node of nodes) {
    const level = found.get(node.rank) ?? { top: Infinity, bottom: -Infinity };
    level.top = Math.min(level.top, node.y - node.height / 2 + down);
    level.bottom = Math.max(level.bottom, node.y + node.height / 2 + down);
    found.set(node.rank, level);
  }
  return [...found.values()];
}

/** Points that an edge passes: straight down beside boxes, bent in the space between levels. */
export function route(start, bends, end, levels, hasLabel) {
  const points = [start];
  for (const bend of bends) {
    const level = levels.find(({ top, bottom }) => top - 1 < bend.y && bend.y < bottom + 1);
    if (level) {
      points.push({ x: bend.x, y: level.top }, { x: bend.x, y: level.bottom });
    } else if (hasLabel && bends.length === 1) {
      points.push(bend);
    }
  }
  points.push(end);
  const last = points.length - 1;
  return points.filter((point, at) => {
    if (at === 0 || at === last) return true;
    const before = points[at - 1];
    const after = points[at + 1];
    const straight = Math.abs(before.x - point.x) < 0.5 && Math.abs(after.x - point.x) < 0.5;
    return !straight && point.y > start.y && point.y < end.y;
  });
}

/** Where a label stands at a height: right of the curve. */
export function besides(points, y) {
  for (let at = 1; at < points.length; at++) {
    const [a, b] = [points[at - 1], points[at]];
    if (y > b.y) continue;
    // The curve's height as a function of t, inverted by halving.
    let low = 0;
    let high = 1;
    for (let step = 0; step < 20; step++) {
      const t = (low + high) / 2;
      const height = a.y + (b.y - a.y) * (3 * turnAt(points, at) * t * (1 - t) + t ** 3);
      if (height < y) low = t;
      else high = t;
    }
    const part = 3 * low * low - 2 * low ** 3;
    return { x: a.x + (b.x - a.x) * part + 5 };
  }
  return { x: points[points.length - 1].x + 5 };
}

/** How far down its stretch the curve to a point turns: only the last one leads to a merge. */
function turnAt(points, at) {
  return at === points.length - 1 ? points.turn : TURN.usual;
}

/** The path of an edge in SVG, every bend with a vertical tangent. */
export function curve(points, dx = 0, dy = 0) {
  const f = (number) => Math.round(number * 10) / 10;
  let before = points[0];
  let path = `M${f(before.x + dx)} ${f(before.y + dy)}`;
  for (const [at, point] of points.entries()) {
    if (at === 0) continue;
    const middle = before.y + (point.y - before.y) * turnAt(points, at) + dy;
    const [x, y] = [f(point.x + dx), f(point.y + dy)];
    const isStraight = Math.abs(before.x - point.x) < 0.5;
    path += isStraight
      ? `L${x} ${y}`
      : `C${f(before.x + dx)} ${f(middle)} ${x} ${f(middle)} ${x} ${y}`;
    before = point;
  }
  return path;
}
