import type { Initializer, Model, ModelNode } from '../graph/model.ts';
import { decodersOf, rewriteDecoders } from '../lora/mergedDecoder.ts';
import { findInput, int64Constant, intAttribute, standardNode } from './modelPieces.ts';

const prefix = 'whittle/positions';

/** The table of learned positions, by the module it was traced in (GPT-2 and its relatives). */
const positionTable = /(^|[./])wpe[./]/;

/**
 * Makes left-padded batches right where a model looks learned positions up that it counts from the start of the row:
 * they are counted from the attention mask [B, T] instead, so that a row's first token is at 0. Models that take
 * `position_ids`, or that have rotary positions, of which only differences matter, come back as they are.
 * @throws when there is no attention mask to count
 */
export function countPositionsByMask(model: Model): Model {
  const lookups = new Set(decodersOf(model).flatMap(({ graph }) => graph.nodes.filter(looksPositionsUp)));
  const [first] = lookups;
  if (!first || findInput(model, 'position_ids')) return model;
  if (!findInput(model, 'attention_mask') || !findInput(model, 'input_ids')) {
    throw new Error(
      `Node ${first.name} looks learned positions up, but the graph lacks attention_mask or input_ids to count them by; export the model with position_ids.`,
    );
  }
  const rewritten = rewriteDecoders(model, () => (node) => [
    lookups.has(node) ? { ...node, inputs: [node.inputs[0] ?? '', `${prefix}/ids`] } : node,
  ]);
  const { graph } = rewritten;
  return {
    ...rewritten,
    graph: {
      ...graph,
      nodes: [...positionNodes(), ...graph.nodes],
      initializers: [...graph.initializers, ...positionConstants()],
    },
  };
}

const looksPositionsUp = ({ opType, name, inputs }: ModelNode): boolean =>
  opType === 'Gather' && (positionTable.test(name) || positionTable.test(inputs[0] ?? ''));

/** The tokens before each one, [B, T], of which the last S belong to the tokens of this step. */
function positionNodes(): ModelNode[] {
  const at = (name: string) => `${prefix}/${name}`;
  const exclusive = intAttribute('exclusive', 1);
  return [
    standardNode('CumSum', at('counted'), ['attention_mask', at('axis')], exclusive),
    standardNode('Shape', at('shape'), ['input_ids']),
    standardNode('Gather', at('length'), [at('shape'), at('axes')], intAttribute('axis', 0)),
    standardNode('Neg', at('start'), [at('length')]),
    standardNode('Slice', at('ids'), [at('counted'), at('start'), at('end'), at('axes')]),
  ];
}

function positionConstants(): Initializer[] {
  return [
    int64Constant(`${prefix}/axis`, 1),
    int64Constant(`${prefix}/axes`, [1]),
    int64Constant(`${prefix}/end`, [2 ** 31 - 1]),
  ];
}
