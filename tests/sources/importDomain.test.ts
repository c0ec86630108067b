import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { importDomain, readIds } from '../../src/sources/importDomain.ts';
import type { ImportedTask } from '../../src/sources/importedRows.ts';
import { splitTasks } from '../../src/sources/splitTasks.ts';
import { checkDomain } from '../../src/specialize/domain.ts';
import { taskKey } from '../../src/specialize/tasks.ts';
import { sourceFixture, textFile } from '../support/sourceFixture.ts';

const task = (row: number, change: Partial<ImportedTask> = {}): ImportedTask => ({
  ...{ instruction: `Question ${row}?`, input: '', output: 'yes', task: 'all' },
  origin: { file: 'a.csv', row },
  ...change,
});

describe('splitTasks', () => {
  it('draws the same rows for the same seed, others for another', () => {
    const tasks = Array.from({ length: 40 }, (_, i) => task(i + 1));
    const draw = (seed: number) => splitTasks(tasks, { seeds: 5, heldOut: 10, seed });
    expect(draw(1)).toEqual(draw(1));
    expect(draw(1).seeds).not.toEqual(draw(2).seeds);
    expect([draw(1).seeds.length, draw(1).heldOut.length]).toEqual([5, 10]);
    const all = splitTasks(tasks, { seeds: 20, heldOut: 20, seed: 0 });
    expect(new Set([...all.seeds, ...all.heldOut]).size).toBe(40);
  });

  it('never has a question or a text on both sides', () => {
    const some = fc.record({ question: fc.nat(9), text: fc.nat(9), isTest: fc.boolean() });
    fc.assert(
      fc.property(fc.array(some, { minLength: 12, maxLength: 40 }), fc.nat(), (rows, seed) => {
        const tasks = rows.map(({ question, text, isTest }, i) =>
          task(i + 1, {
            instruction: `Question ${question}`,
            input: text < 3 ? '' : `Text ${text}`,
            ...(isTest && { isTest }),
          }),
        );
        let split;
        try {
          split = splitTasks(tasks, { seeds: 2, heldOut: 2, seed });
        } catch {
          return; // too few of a kind
        }
        const { seeds, heldOut } = split;
        const keys = new Set(seeds.map(taskKey));
        const texts = new Set(seeds.map(({ input }) => input).filter((text) => text !== ''));
        expect(heldOut.filter((held) => keys.has(taskKey(held)) || texts.has(held.input))).toEqual([]);
        expect(seeds.filter(({ isTest }) => isTest)).toEqual([]);
      }),
    );
  });

  it('takes held-out tasks from the test part only, where there is one', () => {
    const tasks = [task(1), task(2), task(3), task(4, { isTest: true }), task(5, { isTest: true })];
    const { seeds, heldOut } = splitTasks(tasks, { seeds: 3, heldOut: 2, seed: 0 });
    expect(new Set(seeds.map(({ origin }) => origin.row))).toEqual(new Set([1, 2, 3]));
    expect(new Set(heldOut.map(({ origin }) => origin.row))).toEqual(new Set([4, 5]));
    expect(() => splitTasks(tasks, { seeds: 1, heldOut: 3, seed: 0 })).toThrow(
      'There are rows for 2 held-out tasks (rows kept for testing), not for 3; ask for fewer',
    );
    expect(() => splitTasks(tasks, { seeds: 4, heldOut: 1, seed: 0 })).toThrow(
      'rows for 3 seed tasks, not for 4',
    );
  });

  it('says which rows repeat others, and keeps the one of the test part', () => {
    const twin = { instruction: 'question 1!', isTest: true };
    const { heldOut, repeated } = splitTasks([task(1), task(2), task(3, twin)], {
      seeds: 1,
      heldOut: 1,
      seed: 0,
    });
    expect(heldOut[0]!.origin.row).toBe(3);
    expect(repeated).toEqual([{ file: 'a.csv', row: 1, reason: 'asks the same as row 3 of a.csv' }]);
  });
});

describe('importDomain', () => {
  it('makes a domain that says where each task came from', async () => {
    const seen: string[] = [];
    const { file, formats, dropped, notes } = await importDomain({
      ...{ name: 'Mixed', seeds: 4, heldOut: 2, seed: 3 },
      files: [sourceFixture('alpaca.json'), sourceFixture('chat.jsonl')],
      testFiles: [sourceFixture('articles.json')],
      onFile: (name, i, count) => seen.push(`${name} ${i + 1}/${count}`),
    });
    const domain = checkDomain(file);
    expect(seen).toEqual(['alpaca.json 1/3', 'chat.jsonl 2/3', 'articles.json 3/3']);
    expect(formats.map(({ format, tasks }) => [format, tasks])).toEqual([['alpaca', 3], ['messages', 4], ['pubmedqa', 2]]); // prettier-ignore
    expect(new Set(domain.heldOut.map(({ origin }) => origin?.id))).toEqual(new Set(['101', '102']));
    expect(domain.heldOut[0]!.labels).toEqual(['yes', 'no', 'maybe']);
    expect(domain.seeds.every(({ origin }) => ['alpaca.json', 'chat.jsonl'].includes(origin!.file))).toBe(
      true,
    );
    expect(dropped).toHaveLength(8);
    expect(notes).toEqual([expect.stringMatching(/^chat\.jsonl: Of 2 conversations/)]);
  });

  it('keeps rows with the given ids for testing', async () => {
    const request = {
      ...{ name: 'P', seeds: 1, heldOut: 1, seed: 0 },
      files: [sourceFixture('articles.json')],
    };
    const { file } = await importDomain({ ...request, testIds: readIds('{"102":"no"}') });
    expect(file.heldOut![0]!.origin!.id).toBe('102');
    await expect(importDomain({ ...request, testIds: readIds('7\n8') })).rejects.toThrow(
      'No row has one of the ids',
    );
  });

  it('reads ids as an object, a list or lines', () => {
    for (const text of ['{"1":"yes","2":"no"}', '[1,"2"]', '1\n\n2\n'])
      expect([...readIds(text)]).toEqual(['1', '2']);
  });

  it('stops between files when it is told to', async () => {
    const abort = new AbortController();
    const files = [textFile('a.csv', 'prompt,completion\na,b\n'), textFile('b.csv', 'x')];
    const run = importDomain({
      ...{ name: 'S', seeds: 1, heldOut: 1, seed: 0, files, signal: abort.signal },
      onFile: () => abort.abort(new Error('stopped')),
    });
    await expect(run).rejects.toThrow('stopped');
  });
});
