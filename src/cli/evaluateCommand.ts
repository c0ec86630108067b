import { ModelSession } from '../engine/modelSession.ts';
import { promptsFor } from '../engine/specializeModel.ts';
import type { Evaluation, GroupScores, LikeliestScores, TaskScores } from '../evaluation/evaluate.ts';
import { parseEvaluationItems } from '../evaluation/parseItems.ts';
import type { Domain } from '../specialize/domain.ts';
import { evaluateModel, type ModelTest, type TestedModel } from '../specialize/evaluateModel.ts';
import type { ModelEvaluation } from '../specialize/events.ts';
import { readDomain } from '../specialize/readDomain.ts';
import { readAdapter } from './adapterFolder.ts';
import type { Command } from './command.ts';
import { parseInputFile } from './files.ts';
import { openDevice, openModel } from './openModel.ts';
import { commonOptions, helpOf, readOptions } from './options.ts';
import { createOutput, type Output } from './output.ts';

const options = {
  ...commonOptions,
  adapter: { kind: 'text', help: 'folder of a LoRA adapter' },
  data: {
    kind: 'text',
    isRequired: true,
    help: 'JSONL tasks (instruction, input, output, task), or a domain file (.json)',
  },
  'max-new-tokens': { kind: 'count', default: 32, help: 'tokens per answer at most' },
  'labels-only': { kind: 'flag', help: 'let a task that has labels be answered with one of them only' },
  'few-shot': { kind: 'count', help: 'answered seeds of the domain file to show in a second test' },
  'batch-size': { kind: 'count', default: 16, help: 'tasks that run together' },
} as const;

export const evaluateCommand: Command = {
  summary: 'scores on held-out tasks: exact match, F1, ROUGE-L, labels, invalid outputs, baselines',
  help: helpOf('evaluate', options),
  run: async (argv) => {
    const values = readOptions(options, argv);
    const output = createOutput(values.json);
    const fewShot = values['few-shot'] ?? 0;
    const domain = await readTasks(values.data, fewShot);
    const model = await openModel(values);
    const device = await openDevice(values);
    const adapter = values.adapter === undefined ? null : await readAdapter(values.adapter, model.decoder);
    const session = new ModelSession(model, device, { batchSize: values['batch-size'] });
    const test: ModelTest = {
      domain,
      prompts: promptsFor(model),
      settings: {
        seed: values.seed,
        batchSize: values['batch-size'],
        responseTokens: values['max-new-tokens'],
        fewShot,
      },
      labelsOnly: values['labels-only'],
      ready: () => Promise.resolve(),
    };
    const evaluation = await follow(test, session.languageModel(adapter), output);
    report(evaluation.heldOut, 0, output);
    if (evaluation.fewShot) report(evaluation.fewShot, fewShot, output);
    await device.dispose();
  },
};

/** Held-out tasks and seeds of a domain file, or the rows of a JSONL file such as a run's `test.jsonl`. */
async function readTasks(path: string, fewShot: number): Promise<ModelTest['domain']> {
  if (!path.endsWith('.json')) {
    if (fewShot > 0)
      throw new Error(`--few-shot shows seeds, and ${path} has none; give a domain file (.json) as --data.`);
    const heldOut = await parseInputFile(path, parseEvaluationItems);
    return { name: 'these tasks', description: '', seeds: [], heldOut, retention: [] };
  }
  const domain: Domain = await parseInputFile(path, readDomain);
  if (domain.heldOut.length === 0) throw new Error(`${path} has no held-out tasks; add "heldOut" to it.`);
  return { ...domain, retention: [] };
}

async function follow(test: ModelTest, model: TestedModel, output: Output): Promise<ModelEvaluation> {
  const run = evaluateModel(test, model);
  for (let told = 0; ;) {
    const next = await run.next();
    if (next.done) return next.value;
    const { done, total } = next.value;
    if (done < told + 64 && done < total) continue;
    output.progress(`${done} of ${total} answers and labels`);
    told = done;
  }
}

/** One row per task, then one over all. `shots` is the number of answered seeds before each task. */
function report({ tasks, overall }: Evaluation, shots: number, output: Output): void {
  const title = shots === 0 ? 'task' : `task, after ${shots} seeds`;
  const columns = 'exact     F1 label F1  ROUGE-L  invalid  likeliest  majority F1  random F1';
  output.progress(`${title.padEnd(28)}${'n'.padStart(4)}  ${columns}`);
  for (const row of tasks) {
    const { task, majority, random } = row;
    const baselines = `        ${percent(majority.f1)}     ${percent(random.f1)}`;
    output.result({ shots, task, ...columnsOf(row), majority, random }, rowText(task, row) + baselines);
  }
  output.result({ shots, task: 'all', ...columnsOf(overall) }, rowText('all', overall));
}

const percent = (share: number | undefined) =>
  share === undefined ? '     –' : (100 * share).toFixed(1).padStart(6);

function rowText(name: string, row: GroupScores | TaskScores): string {
  const { count, exactMatch, f1, labelF1, rougeL, invalidRate, likeliest } = row;
  const scores = `${percent(exactMatch)} ${percent(f1)}   ${percent(labelF1)}   ${percent(rougeL)}   ${percent(invalidRate)}`;
  return `${name.padEnd(28)}${String(count).padStart(4)} ${scores}     ${percent(likeliest?.accuracy)}`;
}

function columnsOf({ count, exactMatch, f1, labelF1, rougeL, invalidRate, likeliest }: GroupScores) {
  return {
    count,
    exact_match: exactMatch,
    f1,
    ...(labelF1 !== undefined && { label_f1: labelF1 }),
    rouge_l: rougeL,
    invalid_rate: invalidRate,
    ...(likeliest && { likeliest_label: likeliestColumns(likeliest) }),
  };
}

function likeliestColumns({ count, accuracy, accuracyByTotal, labelF1 }: LikeliestScores) {
  return {
    count,
    accuracy,
    accuracy_by_total: accuracyByTotal,
    ...(labelF1 !== undefined && { label_f1: labelF1 }),
  };
}
