import type { ExportContext } from './exportContext.ts';
import { int } from './graphWriter.ts';

export interface LinearLayer {
  /** Path of the module in the graph, `/model/layers.0/attn/q_proj`; LoRA finds its targets by it. */
  readonly path: string;
  readonly input: string;
  /** [outFeatures, inFeatures], as PyTorch has it. */
  readonly weight: Float32Array;
  readonly inFeatures: number;
  readonly outFeatures: number;
  readonly bias?: Float32Array;
  readonly bits: 4 | 8 | null;
  /** The output's name; derived from the path by default. */
  readonly output?: string;
}

/** Writes y = x·Wᵀ (+ bias) as MatMul, or as MatMulNBits when quantized; returns the name of y. */
export function writeLinear(context: ExportContext, layer: LinearLayer): string {
  const { writer } = context;
  const { path, bias } = layer;
  const product = bias ? `${path}/MatMul/output_0` : (layer.output ?? `${path}/MatMul/output_0`);
  if (layer.bits === null) writeMatMul(context, layer, product);
  else writeMatMulNBits(context, layer, layer.bits, product);
  if (!bias) return product;
  const biasName = writer.floats(`${dotted(path)}.Add.bias`, [layer.outFeatures], bias);
  return writer.op('Add', `${path}/Add`, [product, biasName]);
}

function writeMatMul({ writer }: ExportContext, layer: LinearLayer, output: string): void {
  const { path, input, inFeatures, outFeatures } = layer;
  const transposed = transpose(layer.weight, outFeatures, inFeatures);
  const weight = writer.floats(`${dotted(path)}.MatMul.weight`, [inFeatures, outFeatures], transposed);
  writer.node({
    opType: 'MatMul',
    name: `${path}/MatMul`,
    inputs: [input, weight],
    outputs: [output],
    attributes: {},
  });
}

function writeMatMulNBits(
  { writer, form, quantize }: ExportContext,
  layer: LinearLayer,
  bits: 4 | 8,
  output: string,
): void {
  const { path, input, inFeatures, outFeatures } = layer;
  const { blockSize } = form;
  const matrix = quantize(layer.weight, outFeatures, inFeatures, { ...form, bits });
  const name = `${dotted(path)}.MatMul.weight`.replaceAll('.', '_');
  const dims = [outFeatures, matrix.blocks, (blockSize * bits) / 8];
  const inputs = [
    input,
    writer.initializer(`${name}_quant`, 'uint8', dims, matrix.quant),
    writer.floats(`${name}_scales`, [outFeatures, matrix.blocks], matrix.scales),
  ];
  if (matrix.zeroPoints) {
    const width = matrix.zeroPoints.length / outFeatures;
    inputs.push(writer.initializer(`${name}_zp`, 'uint8', [outFeatures, width], matrix.zeroPoints));
  }
  const attributes = { K: int(inFeatures), N: int(outFeatures), bits: int(bits), block_size: int(blockSize) };
  writer.node({
    opType: 'MatMulNBits',
    name: `${path}/MatMul_Quant`,
    domain: 'com.microsoft',
    inputs,
    outputs: [output],
    attributes,
  });
}

/** `/model/layers.0/attn/q_proj` → `model.layers.0.attn.q_proj` */
function dotted(path: string): string {
  return path.slice(1).replaceAll('/', '.');
}

function transpose(matrix: Float32Array, rows: number, columns: number): Float32Array {
  const result = new Float32Array(matrix.length);
  for (let i = 0; i < rows; i++) {
    for (let j = 0; j < columns; j++) result[j * rows + i] = matrix[i * columns + j]!;
  }
  return result;
}
