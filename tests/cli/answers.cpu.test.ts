import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { whittle } from '../support/commandLine.ts';
import { writeModelFolder } from '../support/modelFolder.ts';

let folder: string;
let model: string[];
const at = (name: string) => join(folder, name);
const jsonLines = (rows: readonly object[]) => rows.map((row) => JSON.stringify(row)).join('\n');

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'whittle-answers-'));
  model = ['--model', writeModelFolder(at('model')), '--threads', '1', '--json'];
  const rows = ['one', 'two'].map((prompt) => ({ prompt, completion: 'yes' }));
  writeFileSync(at('rows.jsonl'), jsonLines(rows));
  const sizes = ['--steps', '30', '--lr', '2e-2', '--batch-size', '2', '--max-length', '16', '--rank', '4'];
  await whittle('train', ...model, '--data', at('rows.jsonl'), '--out', at('adapter'), ...sizes); // prettier-ignore
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const answersOf = (stdout: readonly string[]) =>
  stdout.map((line) => (JSON.parse(line) as { text: string }).text);

describe('generate', () => {
  it('answers with the base, and with the adapter as it was trained to', async () => {
    const ask = ['--data', at('rows.jsonl'), '--max-new-tokens', '6'];
    const base = await whittle('generate', ...model, ...ask);
    const adapted = await whittle('generate', ...model, ...ask, '--adapter', at('adapter'));
    expect([base.code, adapted.code]).toEqual([0, 0]);
    expect(answersOf(adapted.stdout)).toEqual(['yes', 'yes']);
    expect(answersOf(base.stdout)).not.toContain('yes');
    expect(JSON.parse(adapted.stdout[0]!)).toEqual({ text: 'yes', finish_reason: 'stop', tokens: 4 });
    const summary = expect.stringMatching(
      /^\d+ tokens, \d+ tokens\/s, 100 % of the batch's rows busy$/,
    ) as string;
    expect([...base.stderr, ...adapted.stderr]).toEqual([summary, summary]);
  });

  it('takes one prompt, through the chat template or as it stands', async () => {
    const ask = (...more: string[]) => whittle('generate', ...model, '--adapter', at('adapter'), '--prompt', 'two', '--max-new-tokens', '6', ...more); // prettier-ignore
    expect(answersOf((await ask('--raw')).stdout)).toEqual(['yes']);
    expect((await ask()).code).toBe(0);
  });
});

describe('evaluate', () => {
  const items = ['one', 'two'].map((instruction) => ({ instruction, output: 'yes', task: 'agree' }));

  it('scores the tasks of a JSONL file and of a domain file alike', async () => {
    writeFileSync(at('items.jsonl'), jsonLines(items));
    const seeds = [{ instruction: 'three', output: 'no' }];
    writeFileSync(at('domain.json'), JSON.stringify({ name: 'numbers', seeds, heldOut: items }));
    const ask = (data: string) => whittle('evaluate', ...model, '--data', at(data), '--max-new-tokens', '4');
    const [rows, domain] = [await ask('items.jsonl'), await ask('domain.json')];
    expect(rows.code).toBe(0);
    expect(rows.stdout).toEqual(domain.stdout);
    const [task, all] = rows.stdout.map((line) => JSON.parse(line) as Record<string, unknown>);
    expect(task).toMatchObject({ task: 'agree', count: 2, majority: { f1: 1 } });
    expect(all).toMatchObject({ task: 'all', count: 2, exact_match: 0 });
    expect(Object.keys(all!)).toEqual([
      'shots',
      'task',
      'count',
      'exact_match',
      'f1',
      'rouge_l',
      'invalid_rate',
    ]);
  });

  it('tests once more after seeds, which only a domain file has, and gives F1 over labels', async () => {
    const choices = items.map((item) => ({ ...item, labels: ['yes', 'no'] }));
    const seeds = [{ instruction: 'three', output: 'no' }];
    writeFileSync(at('choices.json'), JSON.stringify({ name: 'numbers', seeds, heldOut: choices }));
    const long = ['--model', writeModelFolder(at('long'), 512), '--threads', '1', '--json'];
    const ask = (data: string, ...more: string[]) => whittle('evaluate', ...long, '--data', at(data), '--max-new-tokens', '4', ...more); // prettier-ignore
    const { code, stdout } = await ask('choices.json', '--few-shot', '1');
    expect(code).toBe(0);
    const rows = stdout.map((line) => JSON.parse(line) as Record<string, unknown>);
    expect(rows.map(({ shots, task }) => [shots, task])).toEqual([
      [0, 'agree'],
      [0, 'all'],
      [1, 'agree'],
      [1, 'all'],
    ]);
    expect(rows[0]).toMatchObject({ label_f1: 0, invalid_rate: 1, likeliest_label: { count: 2 } });
    expect(rows[3]).toMatchObject({ likeliest_label: { count: 2 } });
    const refused = await ask('items.jsonl', '--few-shot', '1');
    expect([refused.code, refused.stderr]).toEqual([
      1,
      [`--few-shot shows seeds, and ${at('items.jsonl')} has none; give a domain file (.json) as --data.`],
    ]);
  });

  it('lets a task be answered with one of its labels only, where that is asked for', async () => {
    writeFileSync(at('labelled.jsonl'), jsonLines(items.map((item) => ({ ...item, labels: ['yes', 'no'] }))));
    const ask = ['evaluate', ...model, '--data', at('labelled.jsonl'), '--max-new-tokens', '4'];
    const [free, bound] = [await whittle(...ask), await whittle(...ask, '--labels-only')];
    const invalid = (stdout: readonly string[]) =>
      (JSON.parse(stdout.at(-1)!) as { invalid_rate: number }).invalid_rate;
    expect([invalid(free.stdout), invalid(bound.stdout)]).toEqual([1, 0]);
  });

  it('needs held-out tasks', async () => {
    writeFileSync(at('bare.json'), '{"name":"x","seeds":[{"instruction":"a","output":"b"}]}');
    const { code, stderr } = await whittle('evaluate', ...model, '--data', at('bare.json'));
    expect([code, stderr]).toEqual([1, [`${at('bare.json')} has no held-out tasks; add "heldOut" to it.`]]);
  });
});
