// The order of boxes from left to right: branches as the spec has them.

/**
 * Order the layers of dagre's graph by walking up from its results, the operands of each merge
 * from left to right. Where that makes edges cross, dagre's own order is used if it crosses less.
 */
export function orderBranches(graph, heuristic) {
  const mine = walkedUp(graph);
  assign(graph, mine);
  const crossings = countCrossings(graph, mine);
  if (crossings === 0) return;
  heuristic(graph, {});
  if (countCrossings(graph, layersOf(graph)) >= crossings) assign(graph, mine);
}

function walkedUp(graph) {
  const layers = [];
  const seen = new Set();
  const results = graph.nodes().filter((name) => graph.outEdges(name).length === 0);
  const waiting = results.sort((a, b) => turn(a) - turn(b)).reverse();
  while (waiting.length) {
    const name = waiting.pop();
    if (seen.has(name)) continue;
    seen.add(name);
    (layers[graph.node(name).rank] ??= []).push(name);
    const edges = graph.inEdges(name).sort((a, b) => Number(a.name) - Number(b.name));
    for (const edge of edges.reverse()) waiting.push(edge.v);
  }
  return layers;
}

/** Results of the whole come first, and side branches such as auxiliary heads right of them. */
function turn(name) {
  if (name === "end") return -1;
  return Number(name.slice(1)) + (name.startsWith("o") ? 0 : 1e6);
}

function layersOf(graph) {
  const layers = [];
  for (const name of graph.nodes()) (layers[graph.node(name).rank] ??= []).push(name);
  for (const layer of layers) layer?.sort((a, b) => graph.node(a).order - graph.node(b).order);
  return layers;
}

function assign(graph, layers) {
  for (const layer of layers) layer?.forEach((name, at) => (graph.node(name).order = at));
}

function countCrossings(graph, layers) {
  let crossings = 0;
  for (const layer of layers) {
    const heads = [];
    for (const name of layer ?? []) {
      const next = graph.outEdges(name).map((edge) => graph.node(edge.w).order);
      for (const head of next) crossings += heads.filter((other) => other > head).length;
      heads.push(...next);
    }
  }
  return crossings;
}
