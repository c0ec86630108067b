/**
 * Exports a Hugging Face checkpoint folder (config.json, model.safetensors, tokenizer files) as a folder that
 * transformers.js and Whittle load: `npx tsx tools/onnx/exportCheckpoint.ts CHECKPOINT OUT [fp32|fp16|q8|q4|q4f16] [--zero-points]`
 */
import {
  copyFileSync,
  createWriteStream,
  mkdirSync,
  readdirSync,
  readFileSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { finished } from 'node:stream/promises';
import { exportDecoder, exportFileName, type ExportDtype } from '../../src/exporter/exportDecoder.ts';
import { splitWeights } from '../../src/exporter/splitWeights.ts';
import { readSafetensors, type SafetensorsTensor } from '../../src/lora/safetensors.ts';
import type { Model } from '../../src/graph/model.ts';
import { encodeModel } from '../../src/onnx/encode.ts';

/** Above this the weights go to a file of their own; browsers hold larger single files badly. */
const largestSelfContained = 512 * 2 ** 20;

function readTensors(folder: string): Map<string, SafetensorsTensor> {
  const files = readdirSync(folder).filter((name) => name.endsWith('.safetensors'));
  if (files.length === 0) throw new Error(`${folder} has no .safetensors file.`);
  return new Map(
    files.flatMap((name) => [...readSafetensors(new Uint8Array(readFileSync(join(folder, name)))).tensors]),
  );
}

function copySidecars(folder: string, out: string): void {
  const names = readdirSync(folder).filter(
    (name) => /\.(json|jinja|model)$/.test(name) && !name.includes('.index.'),
  );
  names.forEach((name) => copyFileSync(join(folder, name), join(out, name)));
}

async function writeModel(model: Model, path: string, fileName: string): Promise<void> {
  const size = model.graph.initializers.reduce(
    (sum, { data }) => sum + ('bytes' in data ? data.bytes.length : 0),
    0,
  );
  if (size <= largestSelfContained) return writeFileSync(path, encodeModel(model));
  const { model: graph, pieces } = splitWeights(model, `${fileName}_data`);
  writeFileSync(path, encodeModel(graph));
  const stream = createWriteStream(`${path}_data`);
  pieces.forEach((piece) => stream.write(piece));
  stream.end();
  await finished(stream);
}

async function main([folder, out, dtype = 'q4', ...flags]: string[]): Promise<void> {
  if (!folder || !out)
    throw new Error('Usage: exportCheckpoint.ts CHECKPOINT OUT [fp32|fp16|q8|q4|q4f16] [--zero-points]');
  const config = JSON.parse(readFileSync(join(folder, 'config.json'), 'utf8')) as Record<string, unknown>;
  const zeroPoints = flags.includes('--zero-points');
  const model = exportDecoder({
    config,
    tensors: readTensors(folder),
    dtype: dtype as ExportDtype,
    zeroPoints,
  });
  mkdirSync(join(out, 'onnx'), { recursive: true });
  copySidecars(folder, out);
  const fileName = exportFileName(dtype as ExportDtype);
  await writeModel(model, join(out, 'onnx', fileName), fileName);
  console.log(`Wrote ${join(out, 'onnx', fileName)}`);
}

await main(process.argv.slice(2));
