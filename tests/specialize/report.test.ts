import { describe, expect, it } from 'vitest';
import { parseEvaluationItems } from '../../src/evaluation/parseItems.ts';
import { scoreAnswers } from '../../src/evaluation/evaluate.ts';
import { specializationFiles } from '../../src/specialize/artefacts.ts';
import { buildDataset } from '../../src/specialize/dataset.ts';
import { pocketPrompts } from '../../src/specialize/prompts.ts';
import { renderReport } from '../../src/specialize/renderReport.ts';
import { buildReport } from '../../src/specialize/report.ts';
import { pocketSettings } from '../../src/specialize/settings.ts';
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
