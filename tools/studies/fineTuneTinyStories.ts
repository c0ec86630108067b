import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { loadModel } from '../../src/engine/loadModel.ts';
import type { ModelFolder } from '../../src/engine/modelFolder.ts';
import { ModelSession } from '../../src/engine/modelSession.ts';
import { trainAdapter } from '../../src/engine/trainAdapter.ts';
import { createRandom } from '../../src/random.ts';
import { exportDecoder } from '../../src/exporter/exportDecoder.ts';
import type { Adapter } from '../../src/lora/adapter.ts';
import { readSafetensors } from '../../src/lora/safetensors.ts';
import { encodeModel } from '../../src/onnx/encode.ts';
import type { Device } from '../../src/runtime/device.ts';
import { parseTrainingRows } from '../../src/text/rows.ts';
import { tokenizeRow } from '../../src/text/tokenize.ts';
import type { TokenizedRow } from '../../src/text/tokenizedRow.ts';
import type { Tokenizer } from '../../src/text/tokenizer.ts';
import { defaultTrainingOptions } from '../../src/training/options.ts';
import type { Score, Scorer } from '../../src/specialize/languageModel.ts';
import type { TrainingEvent } from '../../src/training/trainingEvents.ts';

export interface TinyStoriesSettings {
  /** Folder with `TinyStories-656K/` and `data/llms_from_scratch_instructions/`. */
  readonly reference: string;
  readonly trainingRows: number;
  readonly heldOutRows: number;
  readonly steps: number;
  readonly batchSize: number;
  readonly storyTokens: number;
  /** Stories whose loss says what was forgotten. */
  readonly stories: number;
  readonly learningRate: number;
}

/** What a run shows; losses are nats per supervised token. */
export interface TinyStoriesOutcome {
  /** Held-out loss of the base, and of the adapter after the last step. */
  readonly baseLoss: number;
  readonly adaptedLoss: number;
  /** On stories of the kind that the model was trained on, of the base and with the adapter: what it costs elsewhere. */
  readonly storyLossBefore: number;
  readonly storyLossAfter: number;
  /** The same greedy story: before training, after it with the adapter off, and with the adapter on. */
  readonly storyBefore: string;
  readonly storyAdapterOff: string;
  readonly storyAdapterOn: string;
}

/**
 * Fine-tunes TinyStories-656K (a real checkpoint, exported to 4 bits in memory) with LoRA on general instructions, in the
 * plain layout for models without a chat template. Rows are taken from the front for training, from the end held out.
 * @throws naming the file of the reference folder that is missing
 */
export async function fineTuneTinyStories(
  settings: TinyStoriesSettings,
  device: Device,
  onEvent: (event: TrainingEvent) => void = () => {},
): Promise<TinyStoriesOutcome> {
  const { reference, trainingRows, heldOutRows, storyTokens } = settings;
  const model = await loadModel(exportedFolder(join(reference, 'TinyStories-656K')));
  const all = readInstructions(reference, model.tokenizer);
  const session = new ModelSession(model, device, { batchSize: 1 });
  const tell = async (adapter: Adapter | null): Promise<string> => {
    const request = { maxNewTokens: storyTokens, temperature: 0, topP: 1, seed: 0, stop: [] };
    const [story] = await session.languageModel(adapter).complete(['Once upon a time,'], request);
    return story!.text;
  };
  const stories = readStories(reference, settings.stories);
  const storyBefore = await tell(null);
  const storyLossBefore = await meanLoss(session.languageModel(null), stories);
  await session.releaseGeneration();
  const losses: number[] = [];
  const training = trainAdapter({
    model,
    device,
    rows: all.slice(0, trainingRows),
    evaluationRows: all.slice(-heldOutRows),
    ...hyperparameters(settings),
  });
  const adapter = await drain(training, (event) => {
    if (event.type === 'evaluation') losses.push(event.loss);
    onEvent(event);
  });
  const storyLossAfter = await meanLoss(session.languageModel(adapter), stories);
  const outcome = { storyBefore, storyAdapterOff: await tell(null), storyAdapterOn: await tell(adapter) };
  await session.releaseGeneration();
  return { baseLoss: losses[0]!, adaptedLoss: losses.at(-1)!, storyLossBefore, storyLossAfter, ...outcome };
}

/** Nats per token. */
async function meanLoss(model: Scorer, stories: readonly string[]): Promise<number> {
  const scores = await model.score(stories.map((story) => ({ prompt: '', completion: story })));
  const sum = (of: (score: Score) => number) => scores.reduce((total, score) => total + of(score), 0);
  return -sum(({ logLikelihood }) => logLikelihood) / sum(({ tokens }) => tokens);
}

/** Stories from the end of the sample that the model's context of 512 tokens holds. */
function readStories(reference: string, count: number): string[] {
  const path = join(reference, 'data/tinystories_sample/tinystories_1000.json');
  if (!existsSync(path)) throw new Error(`There is no ${path}; give the folder that holds the data.`);
  const all = JSON.parse(readFileSync(path, 'utf8')) as readonly string[];
  return all.filter((story) => story.length < 1000).slice(-count);
}

function hyperparameters({ steps, batchSize, learningRate }: TinyStoriesSettings) {
  const random = createRandom(0, 'adapter');
  return {
    lora: { rank: 8, alpha: 16, targetModules: 'all-linear' },
    batchSize,
    maxLength: 128,
    options: { ...defaultTrainingOptions, learningRate, duration: { steps }, evaluateEvery: steps },
    random: () => random.next(),
  } as const;
}

async function drain(
  training: AsyncGenerator<TrainingEvent, Adapter>,
  onEvent: (event: TrainingEvent) => void,
): Promise<Adapter> {
  for (;;) {
    const next = await training.next();
    if (next.done) return next.value;
    onEvent(next.value);
  }
}

function readInstructions(reference: string, tokenizer: Tokenizer): TokenizedRow[] {
  const path = join(reference, 'data/llms_from_scratch_instructions/instruction-data.json');
  if (!existsSync(path)) throw new Error(`There is no ${path}; give the folder that holds the data.`);
  const rows = JSON.parse(readFileSync(path, 'utf8')) as readonly unknown[];
  const lines = rows.map((row) => JSON.stringify(row)).join('\n');
  return parseTrainingRows(lines).map((row) => tokenizeRow(row, tokenizer));
}

/** A checkpoint folder as a model folder whose 4-bit graph exists in memory only. */
function exportedFolder(folder: string): ModelFolder {
  if (!existsSync(folder)) throw new Error(`There is no checkpoint folder ${folder}.`);
  const file = (name: string) => new Uint8Array(readFileSync(join(folder, name)));
  const config = JSON.parse(new TextDecoder().decode(file('config.json'))) as Record<string, unknown>;
  const { tensors } = readSafetensors(file('model.safetensors'));
  const graph = encodeModel(exportDecoder({ config, tensors, dtype: 'q4' }));
  const fileName = 'model_q4.onnx';
  return {
    name: folder,
    read: async (path) => {
      if (path === `onnx/${fileName}`) return graph;
      return existsSync(join(folder, path)) ? file(path) : null;
    },
    weights: async () => ({ files: [{ path: fileName, data: graph }] }),
  };
}
