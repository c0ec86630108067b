import { ModelSession } from '../engine/modelSession.ts';
import { promptsFor } from '../engine/specializeModel.ts';
import { evaluate, type Evaluation } from '../evaluation/evaluate.ts';
import type { EvaluationItem } from '../evaluation/items.ts';
import { parseEvaluationItems } from '../evaluation/parseItems.ts';
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
  'batch-size': { kind: 'count', default: 16, help: 'tasks that run together' },
} as const;

export const evaluateCommand: Command = {
  summary: 'scores on held-out tasks: exact match, F1, ROUGE-L, invalid outputs, baselines',
  help: helpOf('evaluate', options),
  run: async (argv) => {
    const values = readOptions(options, argv);
    const output = createOutput(values.json);
    const items = await readItems(values.data);
    const model = await openModel(values);
    const device = await openDevice(values);
    const adapter = values.adapter === undefined ? null : await readAdapter(values.adapter, model.decoder);
    const session = new ModelSession(model, device, { batchSize: values['batch-size'] });
    const prompts = promptsFor(model);
    const sampling = {
      maxNewTokens: values['max-new-tokens'],
      temperature: 0,
      topP: 1,
      seed: values.seed,
      stop: prompts.answerStop,
    };
    const answerer = session.languageModel(adapter);
    const evaluation = await evaluate(
      items,
      async (part) => {
        const choices = part.map(({ labels }) => (values['labels-only'] && labels) || null);
        const completions = await answerer.complete(part.map(prompts.answer), { ...sampling, choices });
        return completions.map(({ text }) => text);
      },
      {
        batchSize: 8 * values['batch-size'],
        onProgress: (done, total) => output.progress(`${done} of ${total} tasks`),
      },
    );
    report(evaluation, output);
    await device.dispose();
  },
};

/** Held-out tasks of a domain file, or the rows of a JSONL file such as a run's `test.jsonl`. */
async function readItems(path: string): Promise<readonly EvaluationItem[]> {
  if (!path.endsWith('.json')) return parseInputFile(path, parseEvaluationItems);
  const { heldOut } = await parseInputFile(path, readDomain);
  if (heldOut.length === 0) throw new Error(`${path} has no held-out tasks; add "heldOut" to it.`);
  return heldOut;
}

const percent = (share: number) => (100 * share).toFixed(1).padStart(6);

function report({ tasks, overall }: Evaluation, output: Output): void {
  const columns = 'exact     F1  ROUGE-L  invalid  majority F1  random F1';
  output.progress(`${'task'.padEnd(28)}${'n'.padStart(4)}  ${columns}`);
  for (const row of tasks) {
    const { task, count, exactMatch, f1, rougeL, invalidRate, majority, random } = row;
    const text = `${task.padEnd(28)}${String(count).padStart(4)} ${percent(exactMatch)} ${percent(f1)}  ${percent(rougeL)}   ${percent(invalidRate)}       ${percent(majority.f1)}     ${percent(random.f1)}`;
    output.result(
      {
        task,
        count,
        exact_match: exactMatch,
        f1,
        rouge_l: rougeL,
        invalid_rate: invalidRate,
        majority,
        random,
      },
      text,
    );
  }
  const { count, exactMatch, f1, rougeL, invalidRate } = overall;
  const text = `${'all'.padEnd(28)}${String(count).padStart(4)} ${percent(exactMatch)} ${percent(f1)}  ${percent(rougeL)}   ${percent(invalidRate)}`;
  output.result(
    { task: 'all', count, exact_match: exactMatch, f1, rouge_l: rougeL, invalid_rate: invalidRate },
    text,
  );
}
