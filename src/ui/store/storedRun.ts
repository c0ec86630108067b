import * as z from 'zod/mini';
import type { TaskWording } from '../../taskChanges.ts';
import type { RunRecord } from '../../storage/runsDatabase.ts';
import type { AdapterFiles } from '../../workerApi/adapter.ts';
import type { Domain } from '../../workerApi/domain.ts';
import type {
  AdapterName,
  AnswerEvent,
  EvaluatedModel,
  GeneratedTask,
  Phase,
  RunEvent,
  TrainingProgress,
} from '../../workerApi/runEvent.ts';
import type { RunParameters } from '../../workerApi/runParameters.ts';
import type { RunSetup } from '../../workerApi/whittleWorkerApi.ts';
import {
  adapterDescription,
  anyNumber,
  checkStored,
  count,
  modelReference,
  opaque,
  StoredFormatError,
  type Format,
} from './storedFormats.ts';
import { isControl, modelNames } from './runProgress.ts';
import { coverageMeasured } from './storedCoverage.ts';
import { item, modelEvaluation, modelName, origin, report, taskFields } from './storedReport.ts';

const text = z.string();
const texts = z.array(text);
const adapterName = z.enum(Object.keys(modelNames).filter((name) => name !== 'base') as AdapterName[]);
const controlName = z.enum((Object.keys(modelNames) as EvaluatedModel[]).filter(isControl));

const seed = z.object({ ...taskFields, labels: z.optional(texts), task: z.optional(text), origin });
const domain: Format<Domain> = z.object({
  name: text,
  description: text,
  documents: texts,
  seeds: z.array(seed),
  heldOut: z.array(item),
  retention: z.array(item),
});

const parameters: Format<RunParameters> = z.object({
  ...{ tasks: count, rounds: count, temperature: z.number(), topP: z.number(), maxSimilarity: z.number() },
  ...{ rank: count, alpha: z.number(), learningRate: z.number(), epochs: count, batchSize: count },
  ...{ maxLength: count, seed: z.int() },
  ...{
    method: z.optional(z.enum(['pocket', 'small', 'faithful'])),
    settings: z.optional(z.record(text, z.unknown())),
  },
  ...{ seedsOnly: z.optional(z.boolean()), controls: z.optional(z.array(controlName)) },
  activations: z.optional(z.enum(['auto', 'float32', 'float16'])),
  ...{ fewShot: z.optional(count), coverage: z.optional(z.boolean()) },
});

const setup: Format<RunSetup> = z.object({
  model: z.optional(modelReference),
  domain,
  documents: z.array(z.object({ id: text, text })),
  parameters,
  sweepOf: z.optional(text),
});

/** The last moment that a `Date` can hold, in milliseconds. */
const lastMoment = 8.64e15;

const runRecord: Format<RunRecord<RunSetup>> = z.object({
  id: text,
  createdAt: z.number().check(z.minimum(0), z.maximum(lastMoment)),
  title: text,
  status: z.enum(['running', 'paused', 'waiting', 'finished', 'cancelled', 'failed', 'interrupted']),
  failure: z.optional(text),
  snapshot: setup,
});

const phase: Format<Phase> = z.object({
  stage: z.enum([
    'replay',
    'recitation',
    'instructions',
    'responses',
    'likelihoods',
    'coverage',
    'dataset',
    'training',
    'evaluation',
  ]),
  round: count,
  model: z.optional(modelName),
});

const rejection = z.object({ rule: text, reason: text, stage: z.enum(['instruction', 'response']) });

const weights = z.object({ ifd: z.optional(z.number()), evidenceGain: z.optional(z.number()) });

const passages = { passageId: z.optional(text), furtherPassageIds: z.optional(texts) };

const wording: Format<TaskWording> = z.object({ instruction: text, input: text, output: z.optional(text) });

const generatedTask: Format<GeneratedTask> = z.object({
  ...{ id: text, instruction: text, input: text, side: z.enum(['train', 'valid']), prompt: count },
  ...{ seedIds: texts, ...passages, output: z.optional(text) },
  decision: z.enum(['pending', 'kept', 'rejected']),
  rejection: z.optional(rejection),
  scores: z.optional(weights),
  rescued: z.optional(z.boolean()),
  written: z.optional(wording),
});

const planned = z.object({
  type: z.literal('planned'),
  batchSize: count,
  sequenceLength: count,
  recompute: z.enum(['none', 'elementwise', 'perLayer']),
  fit: z.enum(['fits', 'tight', 'does not fit']),
  memory: z.object({ weights: anyNumber, activations: anyNumber, state: anyNumber, graphs: z.optional(anyNumber) }), // prettier-ignore
  budgetBytes: anyNumber,
  isPacked: z.optional(z.boolean()),
  streaming: z.optional(z.object({ pieces: count, bytesRead: anyNumber, forwardPasses: anyNumber })),
  activations: z.optional(z.object({ precision: z.enum(['float16', 'float32']), note: text })),
});

const trainingProgress: Format<TrainingProgress> = z.discriminatedUnion('type', [
  planned,
  z.object({
    ...{ type: z.literal('started'), step: count, totalSteps: count, parameterCount: count },
    ...{ rows: count, truncatedRows: count, droppedRows: count },
  }),
  z.object({
    ...{
      type: z.literal('step'),
      step: count,
      loss: anyNumber,
      gradNorm: anyNumber,
      learningRate: anyNumber,
    },
    ...{ tokens: count, epoch: anyNumber, seconds: anyNumber, lossScale: z.optional(anyNumber) },
  }),
  z.object({ type: z.literal('skippedStep'), step: count, lossScale: anyNumber }),
  z.object({ type: z.literal('evaluation'), step: count, loss: anyNumber }),
  z.object({
    type: z.literal('smallerBatch'),
    step: count,
    batchSize: count,
    isPacked: z.optional(z.boolean()),
  }),
]);

const ofAdapter = { model: adapterName, round: count };

const message = z.object({ role: z.enum(['system', 'user', 'assistant']), content: text });
const example = z.union([
  z.object({ prompt: text, completion: text }),
  z.object({ messages: z.array(message) }),
]);
const source = z.enum(['seed', 'generated', 'replay']);
const datasetRow = z.object({
  ...{ id: text, source, seedIds: texts, ...passages, edited: z.optional(z.boolean()), origin, example },
});
const rows = z.array(datasetRow);

const answered = { id: text, output: text, ...passages };
const answerEvent: Format<AnswerEvent> = z.discriminatedUnion('type', [
  z.object({ type: z.literal('taskAnswered'), ...answered }),
  z.object({ type: z.literal('taskRejected'), id: text, rejection }),
  z.object({ type: z.literal('taskKept'), id: text }),
  z.object({ type: z.literal('taskScored'), id: text, scores: weights }),
]);

/** What each event carries, as far as the page or a continued run reads it. */
const events: { readonly [T in RunEvent['type']]: Format<Omit<Extract<RunEvent, { type: T }>, 'type'>> } = {
  device: z.object({ provider: z.enum(['webgpu', 'wasm', 'cpu']), note: z.optional(text) }),
  note: z.object({ text }),
  phaseStarted: z.object({ phase }),
  progress: z.object({ phase, done: count, total: count }),
  phaseFinished: z.object({ phase }),
  roundStarted: z.object({ round: count }),
  passageRecited: z.object({ passage: z.object({ id: text, documentId: text, text }) }),
  taskReplayed: z.object({ task: z.object(taskFields) }),
  taskGenerated: z.object({ task: generatedTask }),
  taskRejected: z.object({ id: text, rejection }),
  promptsFinished: z.object({ count }),
  taskAnswered: z.object(answered),
  taskKept: z.object({ id: text }),
  taskScored: z.object({ id: text, scores: weights }),
  taskRescued: z.object({ id: text }),
  taskDiscarded: z.object({ id: text }),
  taskEdited: z.object({ id: text, wording }),
  taskRestored: z.object({ task: generatedTask }),
  coverageMeasured,
  datasetReady: z.object({ dataset: z.object({ train: rows, valid: rows }) }),
  training: z.object({ ...ofAdapter, event: trainingProgress }),
  adapterTrained: z.object({
    ...ofAdapter,
    adapter: z.object({ description: adapterDescription, files: opaque<AdapterFiles>() }),
  }),
  evaluated: z.object({ model: modelName, evaluation: modelEvaluation }),
  controlStarted: z.object({ control: controlName, tasks: z.array(generatedTask) }),
  controlAnswer: z.object({ control: controlName, event: answerEvent }),
  rolledBack: z.object({ round: count, reason: text }),
  done: z.object({ report }),
};

const eventType: Format<{ type: RunEvent['type'] }> = z.object({
  type: z.enum(Object.keys(events) as RunEvent['type'][]),
});

/** @throws StoredFormatError where a stored run is not what this page can show */
export const readRunRecord = (record: unknown): RunRecord<RunSetup> => checkStored(runRecord, record);

/** @throws StoredFormatError naming the first event, counted from 1, that cannot be replayed */
export function readRunEvents(stored: readonly unknown[]): RunEvent[] {
  return stored.map((event, i) => {
    try {
      checkStored(events[checkStored(eventType, event).type] as Format<unknown>, event);
    } catch (error) {
      if (!(error instanceof StoredFormatError)) throw error;
      throw new StoredFormatError(`event ${i + 1}: ${error.message}`, { cause: error });
    }
    return event as RunEvent;
  });
}
