import { describe, expect, it } from 'vitest';
import { parseEvaluationItems } from '../../src/evaluation/parseItems.ts';
import { scoreAnswers } from '../../src/evaluation/evaluate.ts';
import { specializationFiles } from '../../src/specialize/artefacts.ts';
import { buildDataset } from '../../src/specialize/dataset.ts';
import { pocketPrompts } from '../../src/specialize/prompts.ts';
import { renderReport } from '../../src/specialize/renderReport.ts';
import { buildReport } from '../../src/specialize/report.ts';
import { pocketSettings } from '../../src/specialize/presets.ts';
import { emptyState, type SpecializationState } from '../../src/specialize/state.ts';
import type { GeneratedTask } from '../../src/specialize/tasks.ts';
import { parseTrainingRows } from '../../src/text/rows.ts';
import { exampleDomain } from './stubModel.ts';

const domain = exampleDomain();
const answerWith = (rights: number) => ({
  heldOut: scoreAnswers(
    domain.heldOut,
    domain.heldOut.map((item, i) => (i < rights ? item.output : 'wrong')),
  ),
  retention: scoreAnswers(
    domain.retention,
    domain.retention.map((item) => item.output),
  ),
});
const task = (id: string, change: Partial<GeneratedTask>): GeneratedTask => ({
  ...{
    id,
    side: 'train',
    prompt: 0,
    seedIds: ['seed-1', 'seed-2'],
    instruction: `Ask ${id}?`,
    input: '',
    output: `Say ${id}.`,
  },
  ...{ decision: 'kept', ...change },
});
const rejected = (id: string, rule: string) =>
  task(id, { decision: 'rejected', rejection: { rule, reason: 'Because | so.', stage: 'instruction' } });
const tasks = [
  task('a', { passageId: 'doc#1' }),
  rejected('b', 'novelty'),
  rejected('c', 'blacklist'),
  rejected('d', 'novelty'),
];

function finishedState(base: number, specialized: number): SpecializationState<null> {
  const dataset = buildDataset(
    { train: { seeds: domain.seeds, passages: [] }, valid: { seeds: [], passages: [] } },
    tasks,
    [],
    pocketPrompts,
  );
  const evaluations = { base: answerWith(base), specialized: answerWith(specialized) };
  return { ...emptyState<null>(), tasks, promptsUsed: 2, dataset, evaluations };
}

const report = (base: number, specialized: number) =>
  buildReport(domain, finishedState(base, specialized), pocketSettings);

describe('buildReport', () => {
  it('calls a clear gain better, a clear loss worse, and little of either neither', () => {
    expect(report(0, 6).verdict).toBe('better');
    expect(report(6, 0).verdict).toBe('worse');
    expect(report(3, 3).verdict).toBe('no difference shown');
    expect(report(0, 6).heldOut.comparisons[0]?.difference).toEqual({ mean: 1, low: 1, high: 1 });
  });

  it('counts rejects by rule, the most frequent first', () => {
    expect(report(0, 6).rejects.map(({ rule, count }) => [rule, count])).toEqual([
      ['novelty', 2],
      ['blacklist', 1],
    ]);
  });

  it('counts the data', () => {
    expect(report(0, 6).counts).toEqual({
      seeds: 10,
      prompts: 2,
      generated: 4,
      kept: 1,
      train: 11,
      valid: 0,
    });
  });

  it('gives every task a verdict of its own, and its interval', () => {
    const { tasks, sources, overall } = report(0, 6).heldOut;
    expect(tasks.map(({ name, comparison }) => [name, comparison?.verdict])).toEqual([
      ['odd', 'no difference shown'], // three items are too few
      ['even', 'no difference shown'],
    ]);
    expect(tasks[0]?.comparison?.difference).toEqual({ mean: 1, low: 1, high: 1 });
    expect([sources[0]?.comparison?.verdict, overall.comparison?.verdict]).toEqual(['better', 'better']);
  });

  it('tells a task that got better from one that got worse, where together they show nothing', () => {
    const items = ['up', 'down'].flatMap((task) =>
      Array.from({ length: 8 }, (_, i) => ({
        ...{ id: `${task}-${i}`, task, instruction: `What is ${task} ${i}?`, input: '', output: 'right' },
      })),
    );
    const retention = scoreAnswers([], []);
    const answering = (good: string) =>
      scoreAnswers(
        items,
        items.map(({ task }) => (task === good ? 'right' : 'wrong')),
      );
    const evaluations = {
      base: { heldOut: answering('down'), retention },
      specialized: { heldOut: answering('up'), retention },
    };
    const { heldOut, verdict } = buildReport(domain, { ...finishedState(0, 0), evaluations }, pocketSettings);
    expect(heldOut.tasks.map(({ comparison }) => comparison?.verdict)).toEqual(['better', 'worse']);
    expect(verdict).toBe('no difference shown');
  });

  it('compares after answered seeds where both were tested so', () => {
    const { evaluations, ...state } = finishedState(0, 6);
    const both = {
      base: { ...evaluations.base!, fewShot: evaluations.specialized!.heldOut },
      specialized: { ...evaluations.specialized!, fewShot: evaluations.base!.heldOut },
    };
    const tested = buildReport(domain, { ...state, evaluations: both }, { ...pocketSettings, fewShot: 3 });
    expect([tested.verdict, tested.fewShot?.comparisons[0]?.verdict]).toEqual(['better', 'worse']);
    expect(renderReport(tested)).toContain('## Held-out tasks after 3 answered seeds\n');
    const one = { ...both, base: evaluations.base! };
    expect(buildReport(domain, { ...state, evaluations: one }, pocketSettings).fewShot).toBeNull();
  });

  it('compares on general tasks apart', () => {
    expect(report(0, 6).retention?.comparisons[0]?.verdict).toBe('no difference shown');
  });

  it('needs both evaluations', () => {
    expect(() => buildReport(domain, emptyState(), pocketSettings)).toThrow(/must be evaluated/);
  });
});

describe('renderReport', () => {
  it('writes one row per model and set, and the comparison as a sentence', () => {
    const text = renderReport(report(0, 6));
    expect(text).toContain('# Biomedicine: better');
    expect(text).toContain(
      '- Specialised against base: +100.0 points of F1 (95 % interval +100.0 to +100.0): better.',
    );
    expect(text).toContain(
      '| all | 6 | base | 0.0 | 0.0 | 0.0 | 0.0 |\n|  |  | specialised | 100.0 | 100.0 | 100.0 | 0.0 |',
    );
    expect(text).toContain('| odd | 3 | base |');
    expect(text).toMatch(/majority answer \| 33\.3/);
    expect(text).toContain('| 2 | novelty |');
  });
});

describe('what renderReport puts where', () => {
  it('has the changes per task first, what they come to second, every score third', () => {
    const [, heldOut = ''] = renderReport(report(0, 6)).split('## ');
    const places = [
      '| odd | 3 | 0.0 | 100.0 | +100.0 |',
      'Together:',
      '| all | 6 |',
      '- Specialised',
      'All scores:',
    ];
    const found = places.map((place) => heldOut.indexOf(place));
    expect(found).not.toContain(-1);
    expect(found).toEqual(found.toSorted((a, b) => a - b));
    expect(heldOut).toContain('| +100.0 to +100.0 | no difference shown |');
  });

  it('has columns for labels and loss only where there are any, and the loss in a sentence', () => {
    expect(renderReport(report(0, 6))).not.toMatch(/label F1|\| loss|Loss/);
    const item = {
      id: 'x',
      task: 'choice',
      instruction: 'Is it?',
      input: '',
      output: 'yes',
      labels: ['yes', 'no'],
    };
    const weighed = (logLikelihood: number) => {
      const label = (name: string, weight: number) => ({ label: name, logLikelihood: weight, tokens: 1 });
      const labels = [label('yes', logLikelihood), label('no', -2)];
      const set = scoreAnswers([item], ['no'], [{ labels, reference: { logLikelihood, tokens: 2 } }]);
      return { heldOut: set, retention: set };
    };
    const evaluations = { base: weighed(-3), specialized: weighed(-1) };
    const text = renderReport(buildReport(domain, { ...finishedState(0, 0), evaluations }, pocketSettings));
    expect(text).toContain('Loss of the right answers: 1.500 before, 0.500 after (nats per token).');
    expect(text).toContain(
      '| set | n | model | exact match | F1 | label F1 | ROUGE-L | invalid | likeliest label | its label F1 | by sum | loss |',
    );
    expect(text).toContain('| base | 0.0 | 0.0 | 0.0 | 0.0 | 0.0 | 0.0 | 0.0 | 0.0 | 1.500 |');
    expect(text).toContain('| specialised | 0.0 | 0.0 | 0.0 | 0.0 | 0.0 | 100.0 | 100.0 | 100.0 | 0.500 |');
  });
});

describe('specializationFiles', () => {
  const state = { ...finishedState(0, 6), report: report(0, 6) };

  it('writes rows that training can read back, with their provenance', () => {
    const files = specializationFiles(state, domain);
    expect(Object.keys(files).sort()).toEqual(
      ['report.json', 'report.md', 'tasks.jsonl', 'test.jsonl', 'train.jsonl', 'valid.jsonl'].sort(),
    );
    expect(parseTrainingRows(files['train.jsonl'] ?? '')).toEqual(
      state.dataset?.train.map((row) => row.example),
    );
    expect(JSON.parse(files['train.jsonl']?.trim().split('\n').at(-1) ?? '')).toMatchObject({
      id: 'a',
      source: 'generated',
      seed_ids: ['seed-1', 'seed-2'],
      doc_ids: ['doc#1'],
    });
    expect(
      files['tasks.jsonl']
        ?.trim()
        .split('\n')
        .map((line) => JSON.parse(line) as unknown),
    ).toEqual(tasks);
    expect(parseEvaluationItems(files['test.jsonl'] ?? '')).toEqual(domain.heldOut);
    expect(JSON.parse(files['report.json'] ?? '')).toEqual(state.report);
  });

  it('says of seeds and held-out tasks which file and row they came from', () => {
    const origin = { file: 'rows.csv', row: 7, id: 'q7' };
    const [seed, held] = [
      { ...domain.seeds[0]!, origin },
      { ...domain.heldOut[0]!, origin: { ...origin, row: 8 } },
    ];
    const sides = { train: { seeds: [seed], passages: [] }, valid: { seeds: [], passages: [] } };
    const dataset = buildDataset(sides, [], [], pocketPrompts);
    const files = specializationFiles({ ...emptyState(), dataset }, { ...domain, heldOut: [held] });
    expect(JSON.parse(files['train.jsonl']!)).toMatchObject({ source: 'seed', origin });
    expect(JSON.parse(files['test.jsonl']!)).toMatchObject({
      origin: { file: 'rows.csv', row: 8, id: 'q7' },
    });
  });

  it('leaves out what does not exist yet', () => {
    expect(Object.keys(specializationFiles(emptyState(), domain))).toEqual(['tasks.jsonl', 'test.jsonl']);
  });
});
