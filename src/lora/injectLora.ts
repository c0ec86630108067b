import type { Attribute, Model, ModelNode, ValueInfo } from '../graph/model.ts';
import { decodersOf, rewriteDecoders } from './mergedDecoder.ts';
import { sameTargets, type LoraTarget } from './targets.ts';

/** The graph input that multiplies every adapter's output: alpha / rank. */
export const scalingInput = 'lora_scaling';

/** Graph inputs of one target: A [inFeatures, rank] (PEFT's, transposed) and B [rank, outFeatures]. */
export function loraInputNames(module: string): { readonly loraA: string; readonly loraB: string } {
  return { loraA: `${module}.lora_A`, loraB: `${module}.lora_B` };
}

/** Shapes of the adapter's tensors in the order in which they share a flat vector: A then B, target by target. */
export function adapterTensors(targets: readonly LoraTarget[], rank: number) {
  return targets.flatMap(({ module, inFeatures, outFeatures }) => {
    const { loraA, loraB } = loraInputNames(module);
    return [
      { name: loraA, shape: [inFeatures, rank] },
      { name: loraB, shape: [rank, outFeatures] },
    ];
  });
}

/**
 * Adds to each target y = x·W its adapter, y + (x·A·scaling)·B, with A, B and scaling as graph inputs (float32, rank
 * symbolic), so that one graph serves training, any adapter and none: a zero B adds zeros to y, which changes no bit
 * but the sign of a zero.
 */
export function injectLora(model: Model, targets: readonly LoraTarget[]): Model {
  const isMerged = decodersOf(model).length > 1;
  const adapted = rewriteDecoders(model, (decoder) => {
    const own = isMerged ? sameTargets(decoder, targets) : targets;
    const byNode = new Map(own.map((target) => [target.node, target]));
    return (node) => {
      const target = byNode.get(node.name);
      return target ? adapt(node, target) : [node];
    };
  });
  const inputs = [...model.graph.inputs, ...targets.flatMap(targetInputs), floatInput(scalingInput, [1])];
  return { ...adapted, graph: { ...adapted.graph, inputs } };
}

function targetInputs({ module, inFeatures, outFeatures }: LoraTarget): ValueInfo[] {
  const { loraA, loraB } = loraInputNames(module);
  return [floatInput(loraA, [inFeatures, 'lora_rank']), floatInput(loraB, ['lora_rank', outFeatures])];
}

const floatInput = (name: string, shape: readonly (number | string)[]): ValueInfo => ({
  name,
  elementType: 'float32',
  shape,
});

const float16 = 10;

function adapt(node: ModelNode, target: LoraTarget): ModelNode[] {
  const output = node.outputs[0]!;
  const { loraA, loraB } = loraInputNames(target.module);
  const prefix = `${node.name}/lora`;
  const base = `${output}/base`;
  const step = (
    opType: string,
    inputs: string[],
    as: string,
    attributes: Record<string, Attribute> = {},
  ): ModelNode => {
    return { name: `${prefix}/${as}`, opType, domain: '', inputs, outputs: [`${prefix}/${as}`], attributes };
  };
  const isHalf = target.elementType === 'float16';
  const cast = (input: string, as: string) => (isHalf ? [step('Cast', [input], as, { to: { type: 'int', value: float16 } })] : []); // prettier-ignore
  const named = (input: string, as: string) => (isHalf ? `${prefix}/${as}` : input);
  return [
    { ...node, outputs: [base, ...node.outputs.slice(1)] },
    ...cast(loraA, 'A'),
    ...cast(loraB, 'B'),
    ...cast(scalingInput, 'scaling'),
    step('MatMul', [target.input, named(loraA, 'A')], 'down'),
    step('Mul', [`${prefix}/down`, named(scalingInput, 'scaling')], 'scaled'),
    step('MatMul', [`${prefix}/scaled`, named(loraB, 'B')], 'up'),
    { ...step('Add', [base, `${prefix}/up`], 'sum'), outputs: [output] },
  ];
}
