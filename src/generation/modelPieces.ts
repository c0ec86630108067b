import type { Attributes, ElementType, Initializer, Model, ModelNode, ValueInfo } from '../graph/model.ts';

/** A node of the ONNX standard domain with one output, named like the node. */
export function standardNode(
  opType: string,
  name: string,
  inputs: readonly string[],
  attributes: Attributes = {},
): ModelNode {
  return { name, opType, domain: '', inputs, outputs: [name], attributes };
}

/** An integer attribute set of one entry, as in `{ axis: 0 }`. */
export function intAttribute(name: string, value: number): Attributes {
  return { [name]: { type: 'int', value } };
}

/** An integer attribute of a node; `fallback` where it has none. */
export function intOf({ attributes }: ModelNode, name: string, fallback: number): number {
  const attribute = attributes[name];
  return attribute?.type === 'int' ? attribute.value : fallback;
}

/** A one-dimensional int64 constant, or a scalar when `values` is a number. */
export function int64Constant(name: string, values: number | readonly number[]): Initializer {
  const list = typeof values === 'number' ? [values] : values;
  const bytes = new Uint8Array(BigInt64Array.from(list, BigInt).buffer);
  return {
    name,
    elementType: 'int64',
    dims: typeof values === 'number' ? [] : [list.length],
    data: { bytes },
  };
}

/** A float scalar of the given type; float16 takes its bits. */
export function floatConstant(name: string, elementType: 'float32' | 'float16', value: number): Initializer {
  const array = elementType === 'float32' ? Float32Array.of(value) : Uint16Array.of(value);
  return { name, elementType, dims: [], data: { bytes: new Uint8Array(array.buffer) } };
}

/** ONNX's numbers for the element types that these passes cast to (TensorProto.DataType). */
export const dataTypeNumbers = { float32: 1, int32: 6, float16: 10 } as const;

/** The graph input called `name`, or `undefined`. */
export function findInput(model: Model, name: string): ValueInfo | undefined {
  return model.graph.inputs.find((input) => input.name === name);
}

/** The element type of a value that the graph declares as an input or with a value info; `fallback` if it does not. */
export function elementTypeOf(model: Model, name: string, fallback: ElementType): ElementType {
  const { inputs, valueInfos } = model.graph;
  return [...inputs, ...valueInfos].find((info) => info.name === name)?.elementType ?? fallback;
}
