import type { Graph } from '../graph/graph.ts';
import { attentionRows } from './attentionRows.ts';
import { factorSwish } from './factorSwish.ts';
import { foldScalars } from './foldScalars.ts';
import { fuseGemm } from './fuseGemm.ts';
import { fuseNorms } from './fuseNorms.ts';
import { mergeEqualNodes } from './mergeEqualNodes.ts';
import { rewriteGraph, type Rewrite } from './rewriteGraph.ts';
import { simplifyLayout } from './simplifyLayout.ts';

/** What is done to a finished graph. Each gives the same values up to rounding. */
const passes = {
  layout: simplifyLayout,
  scalars: foldScalars,
  norms: fuseNorms,
  swish: factorSwish,
  rows: attentionRows,
  equal: mergeEqualNodes,
  gemm: fuseGemm,
} as const satisfies Readonly<Record<string, () => Rewrite>>;

export type PassName = keyof typeof passes;

/** All passes, in the order in which they run. */
export const passNames = Object.keys(passes) as readonly PassName[];

/** Passes that share a walk over the graph, since building it anew is what takes time; the first to know a node has it. */
const walks: readonly (readonly PassName[])[] = [
  ['layout', 'scalars'],
  ['norms', 'swish', 'rows', 'equal'],
  ['gemm'],
];

/** The graph after the passes named; all of them by default. */
export function optimizeGraph(graph: Graph, names: readonly PassName[] = passNames): Graph {
  const chosen = walks.map((walk) => walk.filter((name) => names.includes(name)));
  const nonEmpty = chosen.filter(({ length }) => length > 0);
  return nonEmpty.reduce((now, walk) => rewriteGraph(now, inTurn(walk.map((name) => passes[name]()))), graph);
}

const inTurn =
  (rewrites: readonly Rewrite[]): Rewrite =>
  (g, node, around) => {
    for (const rewrite of rewrites) {
      const value = rewrite(g, node, around);
      if (value) return value;
    }
    return null;
  };
