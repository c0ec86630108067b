import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { AdapterProvenance } from '../lora/peft.ts';
import type { Adapter } from '../lora/adapter.ts';
import type { DatasetRow } from '../specialize/dataset.ts';
import type { EvaluatedModel } from '../specialize/events.ts';
import { renderReport } from '../specialize/renderReport.ts';
import type { SpecializationState } from '../specialize/state.ts';
import { saveAdapter } from './adapterFolder.ts';

/**
 * Writes every artefact of a run: `tasks.jsonl` (all generated tasks with provenance, decision and reason), `train.jsonl`,
 * `valid.jsonl`, `test.jsonl` (held-out tasks with every model's answer and scores), the adapters as PEFT folders,
 * `report.json` and `report.md`, and `run.json` with the configuration.
 */
export async function writeRun(
  out: string,
  state: SpecializationState<Adapter>,
  configuration: Readonly<Record<string, unknown>>,
  provenance: AdapterProvenance,
): Promise<void> {
  await mkdir(out, { recursive: true });
  const write = (name: string, text: string) => writeFile(join(out, name), text);
  const json = (value: unknown) => `${JSON.stringify(value, null, 2)}\n`;
  await write('run.json', json(configuration));
  await write('tasks.jsonl', lines(state.tasks));
  await write('train.jsonl', lines(state.dataset?.train.map(exportedRow) ?? []));
  await write('valid.jsonl', lines(state.dataset?.valid.map(exportedRow) ?? []));
  await write('test.jsonl', lines(answeredTasks(state)));
  if (state.report) {
    await write('report.json', json(state.report));
    await write('report.md', renderReport(state.report));
  }
  const { specialized, seedsOnly } = state.adapters;
  if (specialized) await saveAdapter(join(out, 'adapter'), specialized, provenance);
  if (seedsOnly) await saveAdapter(join(out, 'adapter-seeds-only'), seedsOnly, provenance);
}

const lines = (rows: readonly unknown[]) => rows.map((row) => `${JSON.stringify(row)}\n`).join('');

/** A row as `train` reads it, with its provenance in further columns. */
const exportedRow = ({ example, ...provenance }: DatasetRow) => ({ ...example, ...provenance });

function answeredTasks({ evaluations }: SpecializationState<Adapter>) {
  const models = Object.entries(evaluations) as [
    EvaluatedModel,
    NonNullable<(typeof evaluations)[EvaluatedModel]>,
  ][];
  const items = models[0]?.[1].heldOut.answers.map(({ item }) => item) ?? [];
  return items.map((item, i) => {
    const answers = models.map(([model, { heldOut }]) => {
      const { answer, exactMatch, f1, rougeL, isInvalid } = heldOut.answers[i]!;
      return [model, { answer, exact_match: exactMatch, f1, rouge_l: rougeL, is_invalid: isInvalid }];
    });
    return { ...item, answers: Object.fromEntries(answers) as Record<string, unknown> };
  });
}
