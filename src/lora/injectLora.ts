import type { Attribute, Model, ModelNode, ValueInfo } from '../graph/model.ts';
import { decodersOf, rewriteDecoders } from './mergedDecoder.ts';
import type { LoraPart } from './packedModules.ts';
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
    const piecesOf = groupByNode(own.flatMap(targetPieces));
    const computed = new Set<LoraTarget>();
    return (node) => {
      const pieces = piecesOf.get(node.name);
      if (!pieces) return [node];
      const products = pieces.filter(({ target }) => !computed.has(target)).flatMap(productNodes);
      pieces.forEach(({ target }) => computed.add(target));
      return adapt(node, pieces, products);
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

/** What an adapter adds to some columns of a node's output. */
interface Piece extends LoraPart {
  readonly target: LoraTarget;
  /** The value [.., width] that is added. */
  readonly value: string;
}

function targetPieces(target: LoraTarget): Piece[] {
  const { node, outFeatures: width } = target;
  const parts = target.parts ?? [{ node, offset: 0, width, nodeWidth: width }];
  const up = `${prefixOf(target)}/up`;
  return parts.map((part, i) => ({ ...part, target, value: parts.length > 1 ? `${up}/${i}` : up }));
}

function groupByNode(pieces: readonly Piece[]): Map<string, Piece[]> {
  const groups = new Map<string, Piece[]>();
  for (const piece of pieces) groups.set(piece.node, [...(groups.get(piece.node) ?? []), piece]);
  return groups;
}

/** Where a node serves several modules, each has a name of its own below it. */
function prefixOf({ node, module, parts }: LoraTarget): string {
  return parts ? `${node}/lora/${module.slice(module.lastIndexOf('.') + 1)}` : `${node}/lora`;
}

/** A node that is named after its only output. */
const step = (
  opType: string,
  inputs: readonly string[],
  name: string,
  attributes: Record<string, Attribute> = {},
): ModelNode => ({ name, opType, domain: '', inputs, outputs: [name], attributes });

/** (x·A·scaling)·B, in parts where its columns go to several nodes. */
function productNodes({ target }: Piece): ModelNode[] {
  const { loraA, loraB } = loraInputNames(target.module);
  const prefix = prefixOf(target);
  const isHalf = target.elementType === 'float16';
  const cast = (input: string, as: string) => (isHalf ? [step('Cast', [input], `${prefix}/${as}`, { to: { type: 'int', value: float16 } })] : []); // prettier-ignore
  const named = (input: string, as: string) => (isHalf ? `${prefix}/${as}` : input);
  const pieces = targetPieces(target);
  const widths = pieces.map(({ width }) => width);
  return [
    ...cast(loraA, 'A'),
    ...cast(loraB, 'B'),
    ...cast(scalingInput, 'scaling'),
    step('MatMul', [target.input, named(loraA, 'A')], `${prefix}/down`),
    step('Mul', [`${prefix}/down`, named(scalingInput, 'scaling')], `${prefix}/scaled`),
    step('MatMul', [`${prefix}/scaled`, named(loraB, 'B')], `${prefix}/up`),
    ...(pieces.length > 1 ? splitNodes(`${prefix}/up`, widths, pieces.map(({ value }) => value)) : []), // prettier-ignore
  ];
}

/** The node with its adapters' values added to their columns; `products` compute those values. */
function adapt(node: ModelNode, pieces: readonly Piece[], products: readonly ModelNode[]): ModelNode[] {
  const output = node.outputs[0]!;
  const base = `${output}/base`;
  const prefix = `${node.name}/lora`;
  const first = [{ ...node, outputs: [base, ...node.outputs.slice(1)] }, ...products];
  const [only] = pieces;
  if (only!.width === only!.nodeWidth) {
    return [...first, { ...step('Add', [base, only!.value], `${prefix}/sum`), outputs: [output] }];
  }
  const columns = allColumns(pieces);
  const parts = columns.map((_, i) => `${prefix}/base/${i}`);
  const sums = columns.map(({ value }, i) => (value === null ? [] : [step('Add', [parts[i]!, value], `${prefix}/sum/${i}`)])); // prettier-ignore
  const joined = columns.map(({ value }, i) => (value === null ? parts[i]! : `${prefix}/sum/${i}`));
  const concat = step('Concat', joined, `${prefix}/joined`, { axis: { type: 'int', value: -1 } });
  const widths = columns.map(({ width }) => width);
  return [...first, ...splitNodes(base, widths, parts), ...sums.flat(), { ...concat, outputs: [output] }];
}

/** A node's columns from the first to the last: those that an adapter has a value for, and those between. */
function allColumns(pieces: readonly Piece[]): { width: number; value: string | null }[] {
  const ordered = pieces.toSorted((a, b) => a.offset - b.offset);
  const columns: { width: number; value: string | null }[] = [];
  let end = 0;
  const skipTo = (offset: number) => {
    if (offset > end) columns.push({ width: offset - end, value: null });
    end = offset;
  };
  for (const { offset, width, value } of ordered) {
    skipTo(offset);
    columns.push({ width, value });
    end = offset + width;
  }
  skipTo(pieces[0]!.nodeWidth);
  return columns;
}

/** Splits a value's columns. */
function splitNodes(input: string, widths: readonly number[], outputs: readonly string[]): ModelNode[] {
  const sizes = step('Constant', [], `${input}/widths`, { value_ints: { type: 'ints', value: widths } });
  const split = step('Split', [input, `${input}/widths`], `${input}/split`, { axis: { type: 'int', value: -1 } }); // prettier-ignore
  return [sizes, { ...split, outputs }];
}
