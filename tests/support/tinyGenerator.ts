import type { AdapterWeights } from '../../src/generation/adapterTensors.ts';
import { buildGenerationModel, cacheOutputs } from '../../src/generation/buildGenerationModel.ts';
import { seededRandom } from '../../src/generation/seededRandom.ts';
import { TextGenerator } from '../../src/generation/textGenerator.ts';
import { layOutParameters } from '../../src/graph/parameterLayout.ts';
import { adapterTensors } from '../../src/lora/injectLora.ts';
import { findLoraTargets, type LoraTarget } from '../../src/lora/targets.ts';
import { encodeModel } from '../../src/onnx/encode.ts';
import type { Device, Feeds, Session } from '../../src/runtime/device.ts';
import { cacheRowsOf } from './cacheRows.ts';
import { numberTokenizer } from './numberTokenizer.ts';
import { tinyConfig, tinyDecoder } from './tinyDecoder.ts';

export const tinyModel = tinyDecoder();
export const tinyTargets = findLoraTargets(tinyModel, 'all-linear');

export interface TinyGeneratorOptions {
  readonly batchSize?: number;
  /** 99 by default, which the model never writes: every row runs to its length. */
  readonly endTokenIds?: readonly number[];
  /** Run every batch until its slowest row ends, as models are run whose rows cannot be exchanged. */
  readonly hasFixedBatches?: boolean;
  /** Tokens that a run of the model is worth; 10 by default, for the prompts are short. `Infinity`: prefixes are not shared. */
  readonly worthRun?: number;
  /** Called before every run of the session. */
  readonly onRun?: (feeds: Feeds) => void;
}

/** A text generator over `tinyDecoder` with LoRA inputs on all its linear layers. */
export async function tinyGenerator(
  device: Device,
  options: TinyGeneratorOptions = {},
): Promise<TextGenerator> {
  const graph = encodeModel(buildGenerationModel(tinyModel, tinyTargets));
  const session = await device.createSession(
    { graph, weights: { files: [] } },
    { label: 'tiny graph', keepOnDevice: cacheOutputs(tinyModel) },
  );
  const cacheRows = options.hasFixedBatches ? null : await cacheRowsOf(device, session);
  return new TextGenerator({
    device,
    ...(cacheRows && { cacheRows }),
    session: watchedSession(session, options.onRun),
    config: tinyConfig,
    tokenizer: numberTokenizer(options.endTokenIds ?? [99]),
    worthRun: options.worthRun ?? 10,
    ...(options.batchSize === undefined ? {} : { batchSize: options.batchSize }),
  });
}

/** The session, with `onRun` called before every run. */
export function watchedSession(session: Session, onRun: ((feeds: Feeds) => void) | undefined): Session {
  const { inputNames, outputNames, inputMetadata, outputMetadata } = session;
  const run: Session['run'] = (feeds, fetches) => {
    onRun?.(feeds);
    return session.run(feeds, fetches);
  };
  return { inputNames, outputNames, inputMetadata, outputMetadata, run, dispose: () => session.dispose() };
}

/** An adapter of random matrices, large enough to change what is written. */
export function randomAdapter(targets: readonly LoraTarget[], rank: number, seed: number): AdapterWeights {
  const layout = layOutParameters(adapterTensors(targets, rank));
  const uniform = seededRandom(seed, 1);
  return {
    layout,
    parameters: Float32Array.from({ length: layout.size }, () => uniform() - 0.5),
    scaling: 2,
  };
}
