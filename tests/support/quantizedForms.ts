import type { Attributes, ElementType, Initializer, Model, ModelNode } from '../../src/graph/model.ts';
import { transpose } from '../../src/lora/transpose.ts';
import { quantizeBnb4, quantizeBytes, type ByteMatrix } from './byteWeights.ts';

/** What tools make of float exports: the ops that onnxruntime's quantizers write, under the names that they give them. */
export type QuantizedForm = keyof typeof linearForms;

/** A quantized decoder, and the float decoder of the very weights that it holds. */
export interface QuantizedDecoder {
  readonly quantized: Model;
  readonly dequantized: Model;
}

interface Weight {
  readonly name: string;
  /** [rows, columns] = [in, out]. */
  readonly rows: number;
  readonly columns: number;
  readonly values: Float32Array;
}

interface Replacement {
  readonly nodes: readonly ModelNode[];
  readonly initializers: readonly Initializer[];
  readonly values: Float32Array;
}

type Form = (node: ModelNode, weight: Weight) => Replacement;

/** Rewrites every linear layer, the head included, and the embedding of a float32 decoder. */
export function quantizeDecoder(model: Model, form: QuantizedForm): QuantizedDecoder {
  const weights = new Map(model.graph.initializers.map((initializer) => [initializer.name, initializer]));
  const seen = new Set<string>();
  const initializers = new Map(weights);
  const floats = new Map(weights);
  const nodes = model.graph.nodes.flatMap((node) => {
    const at = node.opType === 'MatMul' ? 1 : node.opType === 'Gather' ? 0 : -1;
    const weight = weights.get(node.inputs[at] ?? '');
    if (weight?.elementType !== 'float32' || weight.dims.length !== 2) return [node];
    const replacement = (at === 0 ? embeddingForms[form] : linearForms[form])(node, matrixOf(weight));
    initializers.delete(weight.name);
    for (const added of replacement.initializers) initializers.set(added.name, added);
    floats.set(weight.name, float32(weight.name, weight.dims, replacement.values));
    return replacement.nodes.filter(({ name }) => !seen.has(name) && seen.add(name));
  });
  const withGraph = (graph: Partial<Model['graph']>): Model => ({
    ...model,
    graph: { ...model.graph, ...graph },
  });
  return {
    quantized: withGraph({ nodes, initializers: [...initializers.values()] }),
    dequantized: withGraph({ initializers: [...floats.values()] }),
  };
}

function matrixOf({ name, dims, data }: Initializer): Weight {
  if (!('bytes' in data)) throw new Error(`${name} is not at hand.`);
  const [rows, columns] = dims as [number, number];
  return { name, rows, columns, values: new Float32Array(data.bytes.slice().buffer) };
}

const initializer = (name: string, elementType: ElementType, dims: readonly number[], bytes: Uint8Array) => ({
  name,
  elementType,
  dims,
  data: { bytes },
});
const float32 = (name: string, dims: readonly number[], values: Float32Array) =>
  initializer(name, 'float32', dims, new Uint8Array(values.buffer));
const int = (value: number) => ({ type: 'int', value }) as const;

function step(opType: string, name: string, inputs: string[], outputs: string[], attributes: Attributes = {}, domain = ''): ModelNode {
  return { opType, name, domain, inputs, outputs, attributes };
} // prettier-ignore

/** `<weight>_quantized`, `_scale` and `_zero_point`: scalars, or one per column. */
function stored(weight: string, dims: readonly number[], matrix: ByteMatrix) {
  const each = matrix.scales.length === 1 ? [] : [matrix.scales.length];
  const names = ['quantized', 'scale', 'zero_point'].map((suffix) => `${weight}_${suffix}`);
  const [quantized, scale, zeroPoint] = names as [string, string, string];
  const initializers = [
    initializer(quantized, matrix.type, dims, matrix.bytes),
    float32(scale, each, matrix.scales),
    initializer(zeroPoint, matrix.type, each, matrix.zeroPoints),
  ];
  return { quantized, scale, zeroPoint, initializers };
}

/** quantize_dynamic: DynamicQuantizeLinear (one per activation) → MatMulInteger → Cast → Mul by both scales. */
const dynamic =
  (type: 'int8' | 'uint8', perColumn: boolean): Form =>
  (node, { name, rows, columns, values }) => {
    const matrix = quantizeBytes(values, columns, type, perColumn);
    const { quantized, scale, zeroPoint, initializers } = stored(name, [rows, columns], matrix);
    const [x, y] = [node.inputs[0]!, node.outputs[0]!];
    const nodes = [
      step('DynamicQuantizeLinear', `${x}_QuantizeLinear`, [x], [`${x}_quantized`, `${x}_scale`, `${x}_zero_point`]),
      step('MatMulInteger', `${node.name}_quant`, [`${x}_quantized`, quantized, `${x}_zero_point`, zeroPoint], [`${y}_output_quantized`]),
      step('Cast', `${y}_output_quantized_cast`, [`${y}_output_quantized`], [`${y}_output_quantized_cast_output`], { to: int(1) }),
      step('Mul', `${node.name}_quant_scales_mul`, [`${x}_scale`, scale], [`${node.name}_quant_scales_mul:0`]),
      step('Mul', `${node.name}_quant_output_scale_mul`, [`${y}_output_quantized_cast_output`, `${node.name}_quant_scales_mul:0`], [y]),
    ]; // prettier-ignore
    return { nodes, initializers, values: matrix.values };
  };

/** DequantizeLinear before the product: of the weight alone, or of the activation and the result as well. */
const qdq =
  (type: 'int8' | 'uint8', perColumn: boolean, withActivations: boolean): Form =>
  (node, { name, rows, columns, values }) => {
    const matrix = quantizeBytes(values, columns, type, perColumn);
    const { quantized, scale, zeroPoint, initializers } = stored(name, [rows, columns], matrix);
    const float = `${name}_DequantizeLinear_Output`;
    const weight = step('DequantizeLinear', `${name}_DequantizeLinear`, [quantized, scale, zeroPoint], [float], { axis: int(1) }); // prettier-ignore
    if (!withActivations)
      return {
        nodes: [weight, { ...node, inputs: [node.inputs[0]!, float] }],
        initializers,
        values: matrix.values,
      };
    const fixed = [float32('activation_scale', [], Float32Array.of(48 / 65535)), initializer('activation_zero_point', 'uint16', [], new Uint8Array(Uint16Array.of(32768).buffer))]; // prettier-ignore
    const around = (from: string, to: string) => [
      step('QuantizeLinear', `${from}_QuantizeLinear`, [from, 'activation_scale', 'activation_zero_point'], [`${from}_QuantizeLinear_Output`]),
      step('DequantizeLinear', `${from}_DequantizeLinear`, [`${from}_QuantizeLinear_Output`, 'activation_scale', 'activation_zero_point'], [to]),
    ]; // prettier-ignore
    const [x, y] = [node.inputs[0]!, node.outputs[0]!];
    // Quantizers leave a graph's outputs as they are.
    const result = y === 'logits' ? y : `${y}_unrounded`;
    const product = { ...node, inputs: [`${x}_rounded`, float], outputs: [result] };
    const after = y === 'logits' ? [] : around(result, y);
    const nodes = [weight, ...around(x, `${x}_rounded`), product, ...after];
    return { nodes, initializers: [...initializers, ...fixed], values: matrix.values };
  };

/** The weight stored as PyTorch has it, [out, in], transposed after it is dequantized. */
const transposedQdq: Form = (node, { name, rows, columns, values }) => {
  const matrix = quantizeBytes(transpose(values, rows, columns), rows, 'int8', false);
  const { quantized, scale, zeroPoint, initializers } = stored(name, [columns, rows], matrix);
  const nodes = [
    step('DequantizeLinear', `${name}_DequantizeLinear`, [quantized, scale, zeroPoint], [`${name}_float`]),
    step('Transpose', `${name}_Transpose`, [`${name}_float`], [`${name}_transposed`], { perm: { type: 'ints', value: [1, 0] } }),
    { ...node, inputs: [node.inputs[0]!, `${name}_transposed`] },
  ]; // prettier-ignore
  return { nodes, initializers, values: transpose(matrix.values, columns, rows) };
};

/** What onnxruntime's optimizer fuses dynamic quantization to, as saved optimized models hold it. */
const fused =
  (op: 'DynamicQuantizeMatMul' | 'MatMulIntegerToFloat'): Form =>
  (node, { name, rows, columns, values }) => {
    const matrix = quantizeBytes(values, columns, 'uint8', false);
    const { quantized, scale, zeroPoint, initializers } = stored(name, [rows, columns], matrix);
    const x = node.inputs[0]!;
    const rounded = step('DynamicQuantizeLinear', `${x}_QuantizeLinear`, [x], [`${x}_quantized`, `${x}_scale`, `${x}_zero_point`]); // prettier-ignore
    const inputs =
      op === 'DynamicQuantizeMatMul'
        ? [x, quantized, scale, zeroPoint]
        : [`${x}_quantized`, quantized, `${x}_scale`, scale, `${x}_zero_point`, zeroPoint];
    const product = { ...node, opType: op, domain: 'com.microsoft', inputs };
    return {
      nodes: op === 'MatMulIntegerToFloat' ? [rounded, product] : [product],
      initializers,
      values: matrix.values,
    };
  };

/** com.microsoft MatMulBnb4 on the transposed weight; 0 is FP4, 1 NF4. */
const bnb4 =
  (quantType: 0 | 1): Form =>
  (node, { name, rows, columns, values }) => {
    const blockSize = 32;
    const { packed, absmax, values: floats } = quantizeBnb4(transpose(values, rows, columns), blockSize, quantType); // prettier-ignore
    const attributes = {
      K: int(rows),
      N: int(columns),
      block_size: int(blockSize),
      quant_type: int(quantType),
    };
    const inputs = [node.inputs[0]!, `${name}_Bnb4`, `${name}_absmax`];
    return {
      nodes: [
        {
          ...node,
          name: `${node.name}_Bnb4`,
          opType: 'MatMulBnb4',
          domain: 'com.microsoft',
          inputs,
          attributes,
        },
      ],
      initializers: [
        initializer(`${name}_Bnb4`, 'uint8', [packed.length], packed),
        float32(`${name}_absmax`, [absmax.length], absmax),
      ],
      values: transpose(floats, columns, rows),
    };
  };

/** Rows gathered as bytes, dequantized after. */
const gatherBytes =
  (type: 'int8' | 'uint8'): Form =>
  (node, { name, rows, columns, values }) => {
    const matrix = quantizeBytes(values, columns, type, false);
    const { quantized, scale, zeroPoint, initializers } = stored(name, [rows, columns], matrix);
    const y = node.outputs[0]!;
    const nodes = [
      {
        ...node,
        name: `${node.name}_quant`,
        inputs: [quantized, node.inputs[1]!],
        outputs: [`${y}_quantized`],
      },
      step('DequantizeLinear', `${y}_DequantizeLinear`, [`${y}_quantized`, scale, zeroPoint], [y]),
    ];
    return { nodes, initializers, values: matrix.values };
  };

/** The whole table dequantized, with a scale for each row (axis 0), then gathered from. */
const gatherFloats: Form = (node, { name, rows, columns, values }) => {
  const matrix = quantizeBytes(transpose(values, rows, columns), rows, 'uint8', true);
  const byRow = { ...matrix, bytes: transposeBytes(matrix.bytes, columns, rows) };
  const { quantized, scale, zeroPoint, initializers } = stored(name, [rows, columns], byRow);
  const float = `${name}_DequantizeLinear_Output`;
  const nodes = [
    step('DequantizeLinear', `${name}_DequantizeLinear`, [quantized, scale, zeroPoint], [float], {
      axis: int(0),
    }),
    { ...node, inputs: [float, node.inputs[1]!] },
  ];
  return { nodes, initializers, values: transpose(matrix.values, columns, rows) };
};

const transposeBytes = (bytes: Uint8Array, rows: number, columns: number) =>
  Uint8Array.from(transpose(Float32Array.from(bytes), rows, columns));

const asIs: Form = (node, { name, rows, columns, values }) => ({
  nodes: [node],
  initializers: [float32(name, [rows, columns], values)],
  values,
});

const linearForms = {
  'dynamic uint8': dynamic('uint8', false),
  'dynamic int8 per channel': dynamic('int8', true),
  'QDQ weights int8 per channel': qdq('int8', true, false),
  'QDQ weights transposed': transposedQdq,
  'QDQ with activations': qdq('uint8', false, true),
  DynamicQuantizeMatMul: fused('DynamicQuantizeMatMul'),
  MatMulIntegerToFloat: fused('MatMulIntegerToFloat'),
  'bnb4 NF4': bnb4(1),
  'bnb4 FP4': bnb4(0),
} satisfies Record<string, Form>;

const embeddingForms: Readonly<Record<QuantizedForm, Form>> = {
  'dynamic uint8': gatherBytes('uint8'),
  'dynamic int8 per channel': gatherBytes('int8'),
  'QDQ weights int8 per channel': gatherFloats,
  'QDQ weights transposed': gatherFloats,
  'QDQ with activations': gatherBytes('uint8'),
  DynamicQuantizeMatMul: gatherBytes('uint8'),
  MatMulIntegerToFloat: gatherBytes('uint8'),
  'bnb4 NF4': asIs,
  'bnb4 FP4': asIs,
};

export const quantizedForms = Object.keys(linearForms) as QuantizedForm[];
