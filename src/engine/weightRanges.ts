import type { DecoderModel } from '../compileTrainingModel.ts';
import type { Model } from '../graph/model.ts';
import { OnnxFormatError } from '../onnx/onnxFormatError.ts';
import type { WeightFiles } from '../runtime/device.ts';
import type { ModelFolder } from './modelFolder.ts';

/** Bytes of a file beside the graph; `null` where that is not known. */
type SizeOfFile = (path: string) => Promise<number | null>;

/** The size of a weight file that is at hand, or else as the folder tells it. */
export async function sizeOfFile(
  path: string,
  weights: WeightFiles,
  folder: ModelFolder,
): Promise<number | null> {
  const data = 'files' in weights ? weights.files.find((file) => file.path === path)?.data : undefined;
  if (data instanceof Uint8Array) return data.length;
  if (data instanceof Blob) return data.size;
  return (await folder.sizeOf?.(`onnx/${path}`)) ?? null;
}

/**
 * Checks that the files which a decoder's weights refer to are as long as the references say, before anything reads them.
 * @throws OnnxFormatError naming tensor and file
 */
export async function checkWeightRanges(
  { decoder, embedding }: DecoderModel,
  sizeOf: SizeOfFile,
): Promise<void> {
  for (const [path, last] of lastWeights(embedding ? [decoder, embedding.model] : [decoder])) {
    const size = await sizeOf(path);
    if (size === null || last.end <= size) continue;
    throw new OnnxFormatError(
      `Tensor ${last.name.slice(0, 200)} reaches to byte ${last.end} of ${path}, which has ${size}; ` +
        'download both files again, they are cut off or of different exports.',
    );
  }
}

/** Per file, the weight that reaches farthest. */
function lastWeights(models: readonly Model[]): Map<string, { name: string; end: number }> {
  const last = new Map<string, { name: string; end: number }>();
  for (const { name, data } of models.flatMap(({ graph }) => graph.initializers)) {
    if ('bytes' in data || data.location === '') continue;
    const end = data.offset + data.length;
    if (end > (last.get(data.location)?.end ?? -1)) last.set(data.location, { name, end });
  }
  return last;
}
