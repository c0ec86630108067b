import { numberToFloat16 } from '../halfPrecision.ts';
import type { Graph, Value } from './graph.ts';
import type { ElementType, Initializer, Model, ModelNode, ValueInfo } from './model.ts';
import { primitiveDomains } from './primitives.ts';

/** Opset of lowered graphs: the first with blocked DequantizeLinear on 4-bit types. */
const opset = 21;

/** Writes a graph of primitives as an ONNX model; equal constants are stored once. */
export function toModel(graph: Graph): Model {
  const constants = new ConstantPool();
  const nodes = graph.nodes.map(({ node, output }): ModelNode => {
    const inputs = node.inputs.map((input) => (input ? constants.nameOf(input) : ''));
    const domain = primitiveDomains[node.op];
    return {
      name: node.name,
      opType: node.op,
      domain,
      inputs,
      outputs: [output.name],
      attributes: node.attributes,
    };
  });
  const aliases = graph.outputs.map(({ name, value }) => identity(constants.nameOf(value), name));
  return {
    irVersion: 10,
    opsets: { '': opset, 'com.microsoft': 1 },
    graph: {
      name: graph.name,
      nodes: renameOutputs(nodes, aliases),
      inputs: graph.inputs.map((input) => valueInfo(input.name, input)),
      outputs: graph.outputs.map(({ name, value }) => valueInfo(name, value)),
      initializers: [...graph.weights.map(({ initializer }) => initializer), ...constants.initializers],
      valueInfos: [],
    },
  };
}

const valueInfo = (name: string, value: Value): ValueInfo => ({
  name,
  elementType: value.elementType,
  shape: value.shape,
});

const identity = (input: string, output: string): ModelNode => ({
  name: `${output}/Identity`,
  opType: 'Identity',
  domain: '',
  inputs: [input],
  outputs: [output],
  attributes: {},
});

/** Gives a value that is one output its final name directly; inputs, constants and shared values keep an Identity. */
function renameOutputs(nodes: ModelNode[], aliases: readonly ModelNode[]): ModelNode[] {
  const produced = new Set(nodes.flatMap((node) => node.outputs));
  const finalNames = new Map<string, string>();
  const kept = aliases.filter(({ inputs, outputs }) => {
    const direct = produced.has(inputs[0]!) && !finalNames.has(inputs[0]!);
    if (direct) finalNames.set(inputs[0]!, outputs[0]!);
    return !direct;
  });
  const rename = (name: string) => finalNames.get(name) ?? name;
  return [...nodes, ...kept].map((node) => ({
    ...node,
    inputs: node.inputs.map(rename),
    outputs: node.outputs.map(rename),
  }));
}

class ConstantPool {
  readonly initializers: Initializer[] = [];
  private readonly names = new Map<string, string>();
  private readonly named = new Map<Value, string>();

  nameOf(value: Value): string {
    const name = this.named.get(value) ?? this.add(value);
    this.named.set(value, name);
    return name;
  }

  private add(value: Value): string {
    if (!value.constant) return value.name;
    const bytes = packNumbers(value.constant, value.elementType);
    const key = `${value.elementType}[${value.shape.join()}]${fingerprint(bytes)}`;
    const known = this.names.get(key);
    if (known !== undefined) return known;
    this.names.set(key, value.name);
    this.initializers.push({
      name: value.name,
      elementType: value.elementType,
      dims: value.shape,
      data: { bytes },
    });
    return value.name;
  }
}

/** Short contents stand for themselves; long ones (masks, tables) are told apart by their bytes too. */
function fingerprint(bytes: Uint8Array): string {
  let text = '';
  for (let at = 0; at < bytes.length; at += 8192)
    text += String.fromCharCode(...bytes.subarray(at, at + 8192));
  return text;
}

const packers: Partial<Record<ElementType, (contents: Float64Array) => ArrayBufferView>> = {
  float32: (x) => new Float32Array(x),
  float64: (x) => x,
  float16: (x) => Uint16Array.from(x, numberToFloat16),
  int64: (x) => BigInt64Array.from(x, toInt64),
  int32: (x) => Int32Array.from(x),
  int8: (x) => Int8Array.from(x),
  uint8: (x) => Uint8Array.from(x),
  bool: (x) => Uint8Array.from(x),
};

/** ONNX writes "to the end" as the largest int64, which a double rounds up past its range. */
const toInt64 = (x: number) => BigInt.asIntN(64, x >= 2 ** 63 ? 2n ** 63n - 1n : BigInt(Math.trunc(x)));

/** Contents as ONNX `raw_data`; throws for element types that constants never have. */
export function packNumbers(contents: Float64Array, elementType: ElementType): Uint8Array {
  const pack = packers[elementType];
  if (!pack) throw new Error(`A constant of type ${elementType} cannot be written.`);
  const view = pack(contents);
  return new Uint8Array(view.buffer, view.byteOffset, view.byteLength);
}
