import { dequantizeMatrix, quantizeMatrix } from '../../src/exporter/quantize.ts';
import type { ParameterLayout } from '../../src/graph/parameterLayout.ts';
import { transpose } from '../../src/lora/transpose.ts';
import { quantization } from './modelShape.ts';

/**
 * The parameters as the exported model will hold them, linear weights rounded to 4 bits and the embedding to 8. Training
 * through this rounding as if it were not there (straight-through: Bengio et al. 2013, arXiv 1308.3432) lets the weights
 * settle where rounding does not hurt.
 */
export function fakeQuantize(parameters: Float32Array, layout: ParameterLayout): Float32Array {
  const result = parameters.slice();
  for (const { name, shape, offset, length } of layout.entries) {
    if (shape.length !== 2) continue;
    const values = parameters.subarray(offset, offset + length);
    const [rows, columns] = shape as [number, number];
    const isEmbedding = name.includes('embed');
    const options = { ...quantization, bits: isEmbedding ? quantization.embeddingBits : quantization.bits };
    const rounded = (matrix: Float32Array, r: number, c: number) =>
      dequantizeMatrix(quantizeMatrix(matrix, r, c, options), r, c, options);
    const matrix = isEmbedding
      ? rounded(values, rows, columns)
      : transpose(rounded(transpose(values, rows, columns), columns, rows), columns, rows);
    result.set(matrix, offset);
  }
  return result;
}
