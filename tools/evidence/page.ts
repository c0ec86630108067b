import { renderLinePlot } from '../../src/evaluation/linePlot.ts';
import type { Interval } from '../../src/evaluation/pairedBootstrap.ts';
import { controlNames, controlTitles, type ControlName } from '../../src/specialize/controlNames.ts';
import { judgeTasks } from './judgedTasks.ts';
import { compare, fewShotF1, full, generalF1, invalidRate, meanF1, type RunResult } from './results.ts';

export type DomainRuns = readonly (readonly [domain: string, runs: readonly RunResult[]])[];

const percent = (share: number): string => (100 * share).toFixed(1);
const signed = (share: number): string => `${share < 0 ? '−' : '+'}${percent(Math.abs(share))}`;
const withInterval = ({ mean, low, high }: Interval): string =>
  `${signed(mean)} (${signed(low)} to ${signed(high)})`;

/** A Markdown table. */
export function table(header: readonly string[], rows: readonly (readonly string[])[]): string {
  const lines = [header, header.map(() => '---'), ...rows];
  return lines.map((cells) => `| ${cells.join(' | ')} |`).join('\n');
}

const second = 'specialized';
const titles: Readonly<Record<string, string>> = {
  base: 'base',
  ...controlTitles,
  [full]: '**full method**',
  [second]: 'full method, two rounds',
};

/** Whether a model was tested in these runs. */
export const hasModel = (domains: DomainRuns, model: string): boolean =>
  domains.every(([, runs]) => runs.every(({ items }) => items.every(({ answers }) => model in answers)));

/** Every model on held-out and general tasks, and what the full method is better by. */
export function renderModels(runs: readonly RunResult[]): string {
  const models = ['base', ...controlNames, full, second].filter((model) => hasModel([['', runs]], model));
  const header = ['model', 'held-out F1', 'stated facts', 'documents only', 'after 3 seeds', 'invalid', 'general F1', 'full method against it']; // prettier-ignore
  return table(
    header,
    models.map((model) => [
      titles[model]!,
      ...[percent(meanF1(runs, model)), percent(meanF1(runs, model, 'pretraining'))],
      ...[percent(meanF1(runs, model, 'documents')), percent(fewShotF1(runs, model))],
      ...[`${percent(invalidRate(runs, model))} %`, percent(generalF1(runs, model))],
      model === full ? '' : withInterval(compare(runs, full, model).difference),
    ]),
  );
}

/** Each seed apart: how far results depend on the dice. */
export function renderSeeds(domains: DomainRuns): string {
  const models = ['base', 'seedsOnly', full, second].filter((model) => hasModel(domains, model));
  const rows = domains.flatMap(([domain, runs]) =>
    runs.map((run) => [
      ...[domain, String(run.seed), String(run.report.counts.kept)],
      ...models.map((model) => percent(meanF1([run], model))),
      ...models.map((model) => percent(generalF1([run], model))),
    ]),
  );
  const named = models.map((model) => titles[model]!);
  return table(['domain', 'seed', 'tasks kept', ...named, ...named.map((name) => `general: ${name}`)], rows);
}

/** What became of the answered tasks of all seeds, and how many short answers among them are right. */
export function renderFates(domains: DomainRuns): string {
  const rows = domains.flatMap(([domain, runs]) =>
    judgeTasks(runs.flatMap(({ tasks }) => tasks)).map(({ fate, tasks, right, wrong, yesOrNo, unknown }) => [
      ...[domain, fate === 'kept' ? '**kept**' : `\`${fate}\``],
      ...[tasks, right, wrong].map(String),
      right + wrong > 0 ? `${((100 * wrong) / (right + wrong)).toFixed(0)} %` : '',
      ...[yesOrNo, unknown].map(String),
    ]),
  );
  const header = ['domain', 'kept, or taken out by', 'tasks', 'right', 'wrong', 'wrong of these', 'yes or no', 'not known']; // prettier-ignore
  return table(header, rows);
}

type Question = readonly [question: string, of: string, against: string];

const questions: readonly Question[] = [
  ['Does the method help?', full, 'base'],
  ["Do the model's own tasks add anything to the seeds?", full, 'seedsOnly'],
  ['Do the filters help?', full, 'unfiltered'],
  ['Do passages help while answering?', full, 'noRetrieval'],
  ['Is it more than the form of the answers?', full, 'randomLabels'],
  ['Does a second round help?', second, full],
  ['Does twice the data help (all against half)?', full, 'half'],
];

const words = { better: 'yes', 'no difference shown': 'not shown', worse: 'no, it harms' } as const;

/** One row per question: what the intervals say, whatever was hoped for. */
export function renderQuestions(domains: DomainRuns): string {
  const header = ['question', ...domains.map(([domain]) => domain)];
  const asked = questions.filter(([, of, against]) => hasModel(domains, of) && hasModel(domains, against));
  const rows = asked.map(([question, of, against]) => [
    question,
    ...domains.map(([, runs]) => {
      const { difference, verdict } = compare(runs, of, against);
      return `${words[verdict]}: ${withInterval(difference)}`;
    }),
  ]);
  return table(header, rows);
}

const shares: readonly (readonly [ControlName | typeof full, number])[] = [
  ['eighth', 1 / 8],
  ['quarter', 1 / 4],
  ['half', 1 / 2],
  [full, 1],
];

/** F1 over the share of the written tasks that is trained on, bars from the lowest to the highest seed. */
export function renderDataPlot(domains: DomainRuns): string {
  const lines = domains.flatMap(([domain, runs]) =>
    [
      { name: `${domain}, held-out`, of: (run: RunResult, model: string) => meanF1([run], model) },
      { name: `${domain}, general`, of: (run: RunResult, model: string) => generalF1([run], model) },
    ].map(({ name, of }) => ({
      name,
      points: shares.map(([model, x]) => {
        const scores = runs.map((run) => 100 * of(run, model));
        const y = scores.reduce((sum, score) => sum + score, 0) / scores.length;
        return { x, y, low: Math.min(...scores), high: Math.max(...scores) };
      }),
    })),
  );
  const labels = { xLabel: 'share of the written tasks', yLabel: 'token F1 in percent' };
  return renderLinePlot({ title: 'How much data does it take?', ...labels, lines });
}
