import { suggestedModels } from '../../../src/hub/suggestedModels.ts';
import type { DownloadProgress, ModelOffer, StoredModel } from '../../../src/workerApi/model.ts';
import type { DownloadApi } from '../../../src/workerApi/whittleWorkerApi.ts';

const commit = '0a1b2c3d'.repeat(5);

const offer: ModelOffer = {
  ...{ id: 'HuggingFaceTB/SmolLM2-135M-Instruct', revision: 'main', commit, license: 'apache-2.0' },
  ...{ isGated: false, modelType: 'llama', parameters: 134_515_008, obstacle: null },
  dtypes: [
    { dtype: 'fp32', bytes: 538_000_000 },
    {
      dtype: 'q4',
      bytes: 185_000_000,
      training: { fit: 'fits', totalBytes: 440_000_000, budgetBytes: 4_000_000_000, advice: [] },
    },
    { dtype: 'q4f16', bytes: 118_000_000 },
  ],
};

const stored: StoredModel = {
  ...{ id: 'onnx-community/gemma-3-270m-it-ONNX', commit, license: 'gemma', parameters: 268_000_000 },
  bytes: 425_000_000,
  dtypes: [{ dtype: 'q4f16', bytes: 425_000_000 }],
};

const half: DownloadProgress = {
  ...{ bytes: 92_000_000, totalBytes: 185_000_000, secondsLeft: 44 },
  files: [
    { path: 'onnx/model_q4.onnx', bytes: 89_900_000, size: 182_900_000 },
    { path: 'tokenizer.json', bytes: 2_100_000, size: 2_100_000 },
  ],
};

/** A Hub that knows one model, whose download stays half done. For previews of the page; nothing is fetched. */
export function exampleDownloads(): DownloadApi {
  let stop: () => void = () => undefined;
  return {
    ready: async () => undefined,
    suggestions: async () => suggestedModels,
    examine: async (text) =>
      text.includes('absent')
        ? Promise.reject(new Error(`There is no public model ${text} on the Hub; check the spelling.`))
        : offer,
    download: (_, onProgress) =>
      new Promise((_resolve, reject) => {
        onProgress(half);
        stop = () => reject(new DOMException('The download was stopped.', 'AbortError'));
      }),
    importFiles: async () => stored,
    stop: () => stop(),
    stored: async () => [stored],
    remove: async () => undefined,
  };
}
