// dagre, layered layout of directed graphs: the one place that names it.

export { Graph, layout } from "@dagrejs/dagre";
