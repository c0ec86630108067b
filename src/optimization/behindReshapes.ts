import type { Value } from '../graph/graph.ts';

/** What a value is a reshape of; itself where it is none. */
export const behindReshapes = (value: Value): Value =>
  value.node?.op === 'Reshape' ? behindReshapes(value.node.input(0)) : value;
