import type { Graph } from '../graph/graph.ts';
import { attentionRows } from './attentionRows.ts';
import { factorSwish } from './factorSwish.ts';
import { foldScalars } from './foldScalars.ts';
import { fuseGemm } from './fuseGemm.ts';
import { fuseNorms } from './fuseNorms.ts';
import { mergeEqualNodes } from './mergeEqualNodes.ts';
import { rewriteGraph, type Rewrite } from './rewriteGraph.ts';
import { simplifyLayout } from './simplifyLayout.ts';

/** What is done to a finished graph, in this order. Each gives the same values up to rounding. */
const passes = {
  layout: simplifyLayout,
  scalars: foldScalars,
  equal: mergeEqualNodes,
  norms: fuseNorms,
  swish: factorSwish,
  rows: attentionRows,
  gemm: fuseGemm,
} as const satisfies Readonly<Record<string, () => Rewrite>>;

export type PassName = keyof typeof passes;

/** All passes, in the order in which they run. */
export const passNames = Object.keys(passes) as readonly PassName[];

/** The graph after the passes named; all of them by default. */
export function optimizeGraph(graph: Graph, names: readonly PassName[] = passNames): Graph {
  const chosen = passNames.filter((name) => names.includes(name));
  return chosen.reduce((now, name) => rewriteGraph(now, passes[name]()), graph);
}
