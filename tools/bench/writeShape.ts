import { createWriteStream, existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { finished } from 'node:stream/promises';
import { exportDecoder, exportFileName, type ExportDtype } from '../../src/exporter/exportDecoder.ts';
import { splitWeights } from '../../src/exporter/splitWeights.ts';
import { encodeModel } from '../../src/onnx/encode.ts';
import { modelShapes, randomQuantized, randomTensors, type ModelShape } from './shapes.ts';

/** Where the random models lie; git ignores it. */
export const shapesFolder = join('out', 'shapes');

/**
 * Writes a model with random weights in a real model's shape, unless it is there; returns its folder.
 * @param layers as many as it keeps of that model's; default: all
 */
export async function writeShape(
  shape: ModelShape,
  dtype: ExportDtype = 'q4',
  layers?: number,
): Promise<string> {
  const name = layers === undefined ? shape : `${shape}-${layers}layers`;
  const folder = join(shapesFolder, `${name}-${dtype}`);
  const done = join(folder, 'config.json');
  if (existsSync(done)) return folder;
  const config = { ...modelShapes[shape], ...(layers !== undefined && { num_hidden_layers: layers }) };
  const fileName = exportFileName(dtype);
  const model = exportDecoder({
    config,
    tensors: randomTensors(config),
    dtype,
    quantize: randomQuantized,
  });
  const { model: graph, pieces } = splitWeights(model, `${fileName}_data`);
  mkdirSync(join(folder, 'onnx'), { recursive: true });
  writeFileSync(join(folder, 'onnx', fileName), encodeModel(graph));
  const stream = createWriteStream(join(folder, 'onnx', `${fileName}_data`));
  for (const piece of pieces) stream.write(piece);
  stream.end();
  await finished(stream);
  // Written last: a folder without it is incomplete.
  writeFileSync(done, `${JSON.stringify(config, null, 2)}\n`);
  return folder;
}
