import * as z from 'zod/mini';
import type {
  Comparisons,
  EvaluatedModel,
  Interval,
  KindCount,
  ModelEvaluation,
  Report,
  ReportRow,
  RoundScores,
} from '../../workerApi/runEvent.ts';
import { modelNames } from './runProgress.ts';
import { coverage } from './storedCoverage.ts';
import { anyNumber, count, opaque, type Format } from './storedFormats.ts';

const text = z.string();
const texts = z.array(text);
export const modelName = z.enum(Object.keys(modelNames) as EvaluatedModel[]);

export const taskFields = { id: text, instruction: text, input: text, output: text };
export const origin = z.optional(z.object({ file: text, row: count, id: z.optional(text) }));
export const item = z.object({
  ...taskFields,
  task: text,
  labels: z.optional(texts),
  source: z.optional(z.enum(['pretraining', 'documents'])),
  origin,
});

const scores = { exactMatch: z.number(), f1: z.number(), rougeL: z.number() };
const labelF1 = z.optional(z.number());
const likeliest = z.object({ count, accuracy: z.number(), accuracyByTotal: z.number(), labelF1 });
const groupScores = {
  ...{ ...scores, count, invalidRate: z.number(), labelF1 },
  ...{ likeliest: z.optional(likeliest), loss: z.optional(anyNumber) },
};
const group = z.object(groupScores);
const likelihood = { logLikelihood: anyNumber, tokens: count };
const likelihoods = z.object({
  labels: z.optional(z.array(z.object({ ...likelihood, label: text }))),
  reference: z.optional(z.object(likelihood)),
});
const baselines = { majority: z.object(scores), random: z.object(scores) };

const evaluation = z.object({
  answers: z.array(
    z.object({
      ...{ ...scores, item, answer: text, isInvalid: z.boolean() },
      likelihoods: z.optional(likelihoods),
    }),
  ),
  tasks: z.array(z.object({ ...groupScores, task: text, ...baselines })),
  overall: group,
  taskMean: z.object({ ...scores, invalidRate: z.number() }),
});
export const modelEvaluation: Format<ModelEvaluation> = z.object({
  heldOut: evaluation,
  fewShot: z.optional(evaluation),
  retention: evaluation,
});

const verdict = z.enum(['better', 'no difference shown', 'worse']);
const interval: Format<Interval> = z.object({ mean: z.number(), low: z.number(), high: z.number() });
const comparison = z.object({ of: modelName, with: modelName, difference: interval, verdict });
const row: Format<ReportRow> = z.object({
  name: text,
  count,
  models: z.partialRecord(modelName, group),
  comparison: z.optional(comparison),
  majority: z.optional(baselines.majority),
  random: z.optional(baselines.random),
});
const comparisons: Format<Comparisons> = z.object({
  overall: row,
  tasks: z.array(row),
  sources: z.array(row),
  comparisons: z.array(comparison),
});
const round: Format<RoundScores> = z.object({
  ...{ round: count, heldOut: group, retention: z.nullable(group) },
  sources: z.array(z.object({ ...groupScores, name: text })),
});
export const report: Format<Report> = z.object({
  domain: text,
  verdict,
  heldOut: comparisons,
  fewShot: z.optional(z.nullable(comparisons)),
  retention: z.nullable(comparisons),
  counts: z.object({
    seeds: count,
    prompts: count,
    generated: count,
    kept: count,
    train: count,
    valid: count,
  }),
  rejects: z.array(z.object({ rule: text, description: text, count })),
  kinds: z.optional(z.array(opaque<KindCount>())),
  rounds: z.optional(z.array(round)),
  rolledBack: z.optional(z.object({ round: count, reason: text })),
  coverage: z.optional(coverage),
  settings: opaque<Report['settings']>(),
});
