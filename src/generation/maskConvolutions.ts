import type { Initializer, Model, ModelNode } from '../graph/model.ts';
import {
  dataTypeNumbers,
  elementTypeOf,
  findInput,
  int64Constant,
  intAttribute,
  standardNode,
} from './modelPieces.ts';

const prefix = 'whittle/convolution_mask';

/** Where an op takes what it appends to a convolution's state. */
const appended: Readonly<Record<string, number>> = { Concat: 1, CausalConvWithState: 0 };

/**
 * Makes left-padded batches right in models with short convolutions, whose states (`past_conv`) would carry padding into
 * a row's first tokens: what is appended to a state [B, C, S] becomes zero where the attention mask [B, T] is. Other
 * models come back as they are.
 * @throws naming a node that reads a state in another way
 */
export function maskConvolutions(model: Model): Model {
  const states = new Set(
    model.graph.inputs.map(({ name }) => name).filter((name) => name.startsWith('past_conv')),
  );
  const readers = model.graph.nodes.filter(({ inputs }) => inputs.some((name) => states.has(name)));
  const [first] = readers;
  if (!first) return model;
  const tokens = findInput(model, 'input_ids') ?? findInput(model, 'inputs_embeds');
  if (!tokens || !findInput(model, 'attention_mask')) {
    throw new Error(`Node ${first.name} convolves, but the graph lacks attention_mask to tell padding by.`);
  }
  const type = elementTypeOf(model, first.inputs.find((name) => states.has(name)) ?? '', 'float32');
  const nodes = model.graph.nodes.flatMap((node) => (readers.includes(node) ? masked(node) : [node]));
  return {
    ...model,
    graph: {
      ...model.graph,
      nodes: [...maskNodes(tokens.name, type === 'float16' ? 'float16' : 'float32'), ...nodes],
      initializers: [...model.graph.initializers, ...maskConstants()],
    },
  };
}

function masked(node: ModelNode): ModelNode[] {
  const at = Object.hasOwn(appended, node.opType) ? appended[node.opType]! : -1;
  const input = node.inputs[at];
  if (!input) {
    throw new Error(`Node ${node.name} (${node.opType}) reads a convolution's state in a way that padding cannot be kept out of; generate one prompt at a time with another export.`);
  } // prettier-ignore
  const name = `${prefix}/of/${input}`;
  const inputs = node.inputs.map((other, i) => (i === at ? name : other));
  return [standardNode('Mul', name, [input, `${prefix}/mask`]), { ...node, inputs }];
}

/** The mask of this step's tokens as [B, 1, S]; S is how many there are. */
function maskNodes(tokens: string, type: 'float32' | 'float16'): ModelNode[] {
  const at = (name: string) => `${prefix}/${name}`;
  return [
    standardNode('Shape', at('shape'), [tokens]),
    standardNode('Gather', at('length'), [at('shape'), at('axis')], intAttribute('axis', 0)),
    standardNode('Neg', at('start'), [at('length')]),
    standardNode('Slice', at('tokens'), ['attention_mask', at('start'), at('end'), at('axis')]),
    standardNode('Cast', at('numbers'), [at('tokens')], intAttribute('to', dataTypeNumbers[type])),
    standardNode('Unsqueeze', at('mask'), [at('numbers'), at('axis')]),
  ];
}

function maskConstants(): Initializer[] {
  return [int64Constant(`${prefix}/axis`, [1]), int64Constant(`${prefix}/end`, [2 ** 31 - 1])];
}
