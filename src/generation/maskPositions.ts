import type { Initializer, Model, ModelNode } from '../graph/model.ts';
import { decodersOf, rewriteDecoders } from '../lora/mergedDecoder.ts';
import { separateProjections } from './attentionProjections.ts';
import { findInput, int64Constant, intAttribute, intOf, standardNode } from './modelPieces.ts';

const prefix = 'whittle/positions';

/** The table of learned positions, by the module it was traced in (GPT-2 and its relatives). */
const positionTable = /(^|[./])wpe[./]/;

// GroupQueryAttention's inputs, by position (com.microsoft contrib operators).
const at = { query: 0, key: 1, value: 2, cos: 7, sin: 8, positionIds: 9 } as const;

/**
 * Makes positions a matter of the attention mask [B, T] alone, so that a row's first token is at 0 however much padding
 * lies before it, and goes on from where it was when padding is cut or added between two steps. That is what left-padded
 * batches need of learned positions, and batches whose rows are exchanged of rotary ones too: keys in the cache stay
 * rotated as they were. Counted anew are
 * - learned positions that a graph without `position_ids` looks up,
 * - rotations inside of GroupQueryAttention, which become RotaryEmbedding nodes before it.
 * Other models come back as they are.
 * @throws when there is no attention mask to count
 */
export function countPositionsByMask(model: Model): Model {
  const given = findInput(model, 'position_ids') !== undefined;
  const isCounted = (node: ModelNode) => (!given && looksPositionsUp(node)) || rotates(node);
  const first = decodersOf(model).flatMap(({ graph }) => graph.nodes.filter(isCounted))[0];
  if (!first) return model;
  const positions = given ? 'position_ids' : `${prefix}/ids`;
  const tokens = findInput(model, 'input_ids') ?? findInput(model, 'inputs_embeds');
  if (!given && !(findInput(model, 'attention_mask') && tokens)) {
    throw new Error(
      `Node ${first.name} counts positions, but the graph lacks attention_mask or input_ids to count them by; export the model with position_ids.`,
    );
  }
  const added = new Map<string, Initializer>(positionConstants().map((one) => [one.name, one]));
  const constant = (initializer: Initializer) => {
    added.set(initializer.name, initializer);
    return initializer.name;
  };
  const rewritten = rewriteDecoders(model, (decoder) => (node) => {
    if (!isCounted(node)) return [node];
    return rotates(node) ? rotatedBefore(decoder, node, positions, constant) : [lookedUpAt(node, positions)];
  });
  const { graph } = rewritten;
  const counting = given || !tokens ? [] : positionNodes(tokens.name);
  return {
    ...rewritten,
    graph: {
      ...graph,
      nodes: [...counting, ...graph.nodes],
      initializers: [...graph.initializers, ...added.values()],
    },
  };
}

/**
 * Whether padding may be cut or added between two steps of a model from `countPositionsByMask`: its positions come with
 * each step or are counted by the mask. What counts them by the length of the cache loses its place.
 */
export function followsMask({ graph }: Model): boolean {
  return (
    graph.inputs.some(({ name }) => name === 'position_ids') ||
    graph.nodes.some(({ name }) => name === `${prefix}/ids`)
  );
}

const looksPositionsUp = ({ opType, name, inputs }: ModelNode): boolean =>
  opType === 'Gather' && (positionTable.test(name) || positionTable.test(inputs[0] ?? ''));

const rotates = (node: ModelNode): boolean =>
  node.opType === 'GroupQueryAttention' && intOf(node, 'do_rotary', 0) === 1;

const lookedUpAt = (node: ModelNode, positions: string): ModelNode => ({
  ...node,
  inputs: [node.inputs[0] ?? '', positions],
});

/** The attention with its rotation taken out and put before it. */
function rotatedBefore(
  decoder: Model,
  node: ModelNode,
  positions: string,
  constant: (initializer: Initializer) => string,
): ModelNode[] {
  const path = `${node.name}/${prefix}`;
  const { nodes, query, key, value } = separateProjections(decoder, node, { path, positions, constant });
  const inputs = [...node.inputs];
  Object.assign(inputs, { [at.query]: query, [at.key]: key, [at.value]: value });
  for (const i of [at.cos, at.sin, at.positionIds]) if (i < inputs.length) inputs[i] = '';
  return [...nodes, { ...node, inputs, attributes: { ...node.attributes, ...intAttribute('do_rotary', 0) } }];
}

/** The tokens before each one, [B, T], of which the last S belong to the tokens of this step. */
function positionNodes(tokens: string): ModelNode[] {
  const name = (part: string) => `${prefix}/${part}`;
  const exclusive = intAttribute('exclusive', 1);
  return [
    standardNode('CumSum', name('counted'), ['attention_mask', name('axis')], exclusive),
    standardNode('Shape', name('shape'), [tokens]),
    standardNode('Gather', name('length'), [name('shape'), name('axes')], intAttribute('axis', 0)),
    standardNode('Neg', name('start'), [name('length')]),
    standardNode('Slice', name('ids'), [name('counted'), name('start'), name('end'), name('axes')]),
  ];
}

function positionConstants(): Initializer[] {
  return [
    int64Constant(`${prefix}/axis`, 1),
    int64Constant(`${prefix}/axes`, [1]),
    int64Constant(`${prefix}/end`, [2 ** 31 - 1]),
  ];
}
