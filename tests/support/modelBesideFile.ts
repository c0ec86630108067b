import { exportDecoder, type ExportDtype } from '../../src/exporter/exportDecoder.ts';
import { splitWeights } from '../../src/exporter/splitWeights.ts';
import { randomQuantized, randomTensors } from '../../tools/bench/shapes.ts';

/** A random model with its weights in a file beside the graph, as a page has it. */
export function modelBesideFile(config: Parameters<typeof randomTensors>[0], dtype: ExportDtype) {
  const path = 'model_q4.onnx_data';
  const exported = exportDecoder({
    config,
    tensors: randomTensors(config),
    dtype,
    quantize: randomQuantized,
  });
  const { model, pieces } = splitWeights(exported, path);
  const data = new Blob(pieces as Uint8Array<ArrayBuffer>[]);
  return { decoder: { decoder: model, fileName: 'model_q4.onnx' }, weights: { files: [{ path, data }] } };
}
