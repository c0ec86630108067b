import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { CheckpointTensor } from '../../../src/exporter/checkpoint.ts';
import { exportDecoder, exportFileName } from '../../../src/exporter/exportDecoder.ts';
import { dequantizeMatrix, quantizeMatrix } from '../../../src/exporter/quantize.ts';
import { writeSafetensors, type SafetensorsTensor } from '../../../src/lora/safetensors.ts';
import { encodeModel } from '../../../src/onnx/encode.ts';
import { randomTensors } from '../shapes.ts';
import { decoder } from './task.ts';

const config = {
  model_type: 'llama',
  hidden_act: 'silu',
  rms_norm_eps: decoder.epsilon,
  tie_word_embeddings: true,
  hidden_size: decoder.width,
  intermediate_size: decoder.inner,
  num_hidden_layers: decoder.layers,
  num_attention_heads: decoder.heads,
  num_key_value_heads: decoder.heads,
  vocab_size: decoder.vocabulary,
  max_position_embeddings: decoder.tokens,
  rope_theta: decoder.theta,
};

/** Block size and zero points of `exportDecoder`. */
const form = { bits: 4, blockSize: 32, zeroPoints: false } as const;

/**
 * Writes the decoder in 4 bits and in floats, and its tensors as they are read by the other libraries, all of the same
 * numbers: floats that 4 bits hold. Returns its folder.
 */
export function writeRivalModel(folder: string): string {
  const done = join(folder, 'config.json');
  if (existsSync(done)) return folder;
  const tensors = new Map(
    [...randomTensors(config)].map(([name, tensor]) => [
      name,
      name.endsWith('norm.weight') ? once(tensor) : inFourBits(tensor),
    ]),
  );
  mkdirSync(join(folder, 'onnx'), { recursive: true });
  for (const dtype of ['q4', 'fp32'] as const) {
    const model = exportDecoder({ config, tensors, dtype });
    writeFileSync(join(folder, 'onnx', exportFileName(dtype)), encodeModel(model));
  }
  writeFileSync(
    join(folder, 'model.safetensors'),
    writeSafetensors(tensors as Map<string, SafetensorsTensor>),
  );
  writeFileSync(done, `${JSON.stringify(config, null, 2)}\n`);
  return folder;
}

/** Random tensors are others each time that they are read. */
const once = ({ dtype, shape, bytes }: CheckpointTensor): CheckpointTensor => ({ dtype, shape, bytes });

function inFourBits(tensor: CheckpointTensor): CheckpointTensor {
  const { dtype, shape, bytes } = once(tensor);
  const [rows = 0, columns = 0] = shape;
  const quantized = quantizeMatrix(new Float32Array(bytes.buffer), rows, columns, form);
  return { dtype, shape, bytes: new Uint8Array(dequantizeMatrix(quantized, rows, columns, form).buffer) };
}
