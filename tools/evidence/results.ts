import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import {
  pairedBootstrap,
  type Interval,
  type Verdict,
  verdictOf,
} from '../../src/evaluation/pairedBootstrap.ts';
import type { Report } from '../../src/specialize/report.ts';
import type { GeneratedTask } from '../../src/specialize/tasks.ts';

interface Answer {
  readonly f1: number;
  readonly is_invalid: boolean;
  /** The same task after some answered seeds. */
  readonly few_shot?: { readonly f1: number };
}

/** A held-out task with the F1 of every model that was asked. */
interface AnsweredItem {
  readonly id: string;
  readonly source?: string;
  readonly answers: Readonly<Record<string, Answer>>;
}

/** A finished run with its items. */
export interface RunResult {
  readonly seed: number;
  readonly report: Report;
  readonly items: readonly AnsweredItem[];
  readonly tasks: readonly GeneratedTask[];
}

/** The specialised model after the first round, which the controls belong to. */
export const full = 'specialized (round 1)';

export async function readRun(folder: string, seed: number): Promise<RunResult> {
  const report = JSON.parse(await readFile(join(folder, 'report.json'), 'utf8')) as Report;
  const items = await readLines<AnsweredItem>(join(folder, 'test.jsonl'));
  return { seed, report, items: items.map(withFull), tasks: await readTasks(folder) };
}

/** Every task that a run wrote, with its answer and what became of it. */
export const readTasks = (folder: string): Promise<GeneratedTask[]> =>
  readLines<GeneratedTask>(join(folder, 'tasks.jsonl'));

async function readLines<Row>(file: string): Promise<Row[]> {
  const lines = (await readFile(file, 'utf8')).trim().split('\n');
  return lines.map((line) => JSON.parse(line) as Row);
}

/** Where there was one round only, its model is the full method. */
function withFull(item: AnsweredItem): AnsweredItem {
  const { specialized, ...rest } = item.answers;
  return full in rest || !specialized ? item : { ...item, answers: { ...rest, [full]: specialized } };
}

const mean = (values: readonly number[]): number => values.reduce((sum, x) => sum + x, 0) / values.length;

/** Mean F1 of a model over items and seeds, of those items whose answer is known from `source`. */
export function meanF1(runs: readonly RunResult[], model: string, source?: string): number {
  return mean(
    runs.flatMap(({ items }) =>
      items
        .filter((item) => source === undefined || item.source === source)
        .map(({ answers }) => answers[model]!.f1),
    ),
  );
}

/** Mean F1 over items and seeds, after some answered seeds; NaN where that was not tested. */
export function fewShotF1(runs: readonly RunResult[], model: string): number {
  return mean(runs.flatMap(({ items }) => items.map(({ answers }) => answers[model]!.few_shot?.f1 ?? NaN)));
}

export function invalidRate(runs: readonly RunResult[], model: string): number {
  return mean(runs.flatMap(({ items }) => items.map(({ answers }) => Number(answers[model]!.is_invalid))));
}

/** F1 on general tasks, mean over seeds; of the first round's model for `full`. */
export function generalF1(runs: readonly RunResult[], model: string): number {
  return mean(
    runs.map(({ report }) =>
      model === full
        ? ((report.rounds?.[0]?.retention ?? report.retention?.overall.models.specialized)?.f1 ?? NaN)
        : (report.retention?.overall.models[model as 'base']?.f1 ?? NaN),
    ),
  );
}

/**
 * The difference in F1 between two models with its 95 % interval: every item's mean over the seeds, items drawn with
 * replacement. It says how far the difference depends on which tasks were held out, not on the seeds.
 */
export function compare(
  runs: readonly RunResult[],
  of: string,
  against: string,
): { readonly difference: Interval; readonly verdict: Verdict } {
  const [first] = runs;
  const differences = (first?.items ?? []).map((_, i) =>
    mean(runs.map(({ items }) => items[i]!.answers[of]!.f1 - items[i]!.answers[against]!.f1)),
  );
  const difference = pairedBootstrap(differences, { seed: 0, resamples: 10_000 });
  return { difference, verdict: verdictOf(difference, differences) };
}
