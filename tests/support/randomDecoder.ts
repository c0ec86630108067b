import type { DecoderModel } from '../../src/compileTrainingModel.ts';
import { exportDecoder, type ExportDtype } from '../../src/exporter/exportDecoder.ts';
import { randomCheckpoint, tinyConfigs, type TinyFamily } from '../exporter/randomCheckpoint.ts';

/** A random decoder as exports have it. */
export function randomDecoder(family: TinyFamily, dtype: ExportDtype): DecoderModel {
  const config = tinyConfigs[family];
  const decoder = exportDecoder({ config, tensors: randomCheckpoint(family), dtype });
  return { decoder, fileName: 'model.onnx', modelType: config.model_type };
}

export const lora = { kind: 'lora', targetModules: 'all-linear', rank: 4, alpha: 8 } as const;
