import type { Model, ModelGraph, ModelNode } from '../graph/model.ts';
import { lowerings, qualifiedName } from './lowerings.ts';

const experts = 'a mixture of experts, whose routing has no gradient here';
const gatedDelta =
  'linear attention (gated delta net), a recurrence from token to token without a gradient here';
const stateSpace = 'a state-space layer (Mamba), a recurrence from token to token without a gradient here';
const recurrence = 'a recurrence from token to token without a gradient here';

/** What layers beyond attention are made of: op type, or part of the name of an input that carries a layer's state. */
const ops: Readonly<Record<string, string>> = {
  MoE: experts,
  QMoE: experts,
  GatedDeltaNet: gatedDelta,
  LinearAttention: gatedDelta,
  SelectiveScan: stateSpace,
  GRU: recurrence,
  LSTM: recurrence,
  Loop: recurrence,
  RNN: recurrence,
  Scan: recurrence,
};
const states: readonly (readonly [pattern: RegExp, what: string])[] = [
  [/^past_recurrent/, gatedDelta],
  [/^past_ssm/, stateSpace],
];

/**
 * Why a decoder cannot be trained, as a sentence about its layers; `null` where nothing speaks against it. It is told
 * from the graph alone, before any weight is read, and before single nodes are looked at.
 */
export function untrainableLayers(model: Model): string | null {
  const nodes = [...everyNode(model.graph)];
  const node = nodes.find(({ opType }) => Object.hasOwn(ops, opType) && !isLowered(opType));
  if (node)
    return `The model has ${ops[node.opType]} (node "${node.name}", op ${qualified(node)}). ${advice}`;
  for (const { name } of model.graph.inputs) {
    const state = states.find(([pattern]) => pattern.test(name));
    if (state) return `The model has ${state[1]} (its input "${name}" carries the state). ${advice}`;
  }
  return null;
}

const advice = 'Choose a dense model whose layers all attend, such as SmolLM2, Qwen3, Llama 3.2 or Gemma 3.';

const qualified = ({ opType, domain }: ModelNode) => qualifiedName(opType, domain);

const isLowered = (opType: string) => Object.hasOwn(lowerings, opType);

function* everyNode(graph: ModelGraph): Generator<ModelNode> {
  for (const node of graph.nodes) {
    yield node;
    for (const attribute of Object.values(node.attributes)) {
      if (attribute.type === 'graph') yield* everyNode(attribute.value);
    }
  }
}
