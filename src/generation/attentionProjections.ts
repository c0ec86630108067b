import type { Initializer, Model, ModelNode } from '../graph/model.ts';
import { findInput, int64Constant, intAttribute, intOf, standardNode } from './modelPieces.ts';

// GroupQueryAttention's inputs, by position (com.microsoft contrib operators).
const at = { query: 0, key: 1, value: 2, pastKey: 3, cos: 7, sin: 8 } as const;

/** Where the nodes before an attention node get their names, positions and constants from. */
export interface ProjectionNames {
  /** The new nodes are called below it. */
  readonly path: string;
  /** The value that says where each token stands: int64 [B, S], or [1] with where the first stands. */
  readonly positions: string;
  /** Adds a constant to the graph and says its name. */
  readonly constant: (initializer: Initializer) => string;
}

/** Names of query, key and value [B, S, ·], and the nodes that make them. */
export interface Projections {
  readonly nodes: readonly ModelNode[];
  readonly query: string;
  readonly key: string;
  readonly value: string;
}

/**
 * A GroupQueryAttention's query, key and value, taken apart where they come packed and rotated as the op itself would
 * rotate them. The head size is that of the declared cache [B, heads, past, size].
 * @throws naming a node without such a cache
 */
export function separateProjections(model: Model, node: ModelNode, names: ProjectionNames): Projections {
  const size = findInput(model, node.inputs[at.pastKey] ?? '')?.shape?.[3];
  if (typeof size !== 'number') {
    throw new Error(`Node ${node.name} (GroupQueryAttention) lacks a declared cache.`);
  }
  const separate = node.inputs[at.key] ? plain(node) : unpacked(node, size, names);
  return intOf(node, 'do_rotary', 0) === 0 ? separate : rotated(model, node, size, separate, names);
}

function plain({ inputs }: ModelNode): Projections {
  return {
    nodes: [],
    query: inputs[at.query] ?? '',
    key: inputs[at.key] ?? '',
    value: inputs[at.value] ?? '',
  };
}

function unpacked(node: ModelNode, size: number, { path, constant }: ProjectionNames): Projections {
  const [heads, kvHeads] = [intOf(node, 'num_heads', 0), intOf(node, 'kv_num_heads', 0)];
  const widths = [heads * size, kvHeads * size, kvHeads * size];
  const sizes = constant(int64Constant(`${path}/widths`, widths));
  const split = standardNode('Split', `${path}/split`, [node.inputs[at.query] ?? '', sizes], intAttribute('axis', -1)); // prettier-ignore
  const [query, key, value] = [`${path}/query`, `${path}/key`, `${path}/value`];
  return { nodes: [{ ...split, outputs: [query, key, value] }], query, key, value };
}

function rotated(
  model: Model,
  node: ModelNode,
  size: number,
  { nodes, query, key, value }: Projections,
  { path, positions }: ProjectionNames,
): Projections {
  const [cos = '', sin = ''] = [node.inputs[at.cos], node.inputs[at.sin]];
  const width = model.graph.initializers.find((initializer) => initializer.name === cos)?.dims[1];
  const part = 2 * (width ?? size / 2);
  // The op reads a number of heads only together with a partial rotation.
  const rotation = (input: string, name: string, heads: number): ModelNode => ({
    ...standardNode('RotaryEmbedding', `${path}/${name}`, [input, positions, cos, sin], {
      ...intAttribute('interleaved', intOf(node, 'rotary_interleaved', 0)),
      ...intAttribute('num_heads', part < size ? heads : 0),
      ...intAttribute('rotary_embedding_dim', part < size ? part : 0),
    }),
    domain: 'com.microsoft',
  });
  const rotations = [
    rotation(query, 'rotated_query', intOf(node, 'num_heads', 0)),
    rotation(key, 'rotated_key', intOf(node, 'kv_num_heads', 0)),
  ];
  return {
    nodes: [...nodes, ...rotations],
    query: `${path}/rotated_query`,
    key: `${path}/rotated_key`,
    value,
  };
}
