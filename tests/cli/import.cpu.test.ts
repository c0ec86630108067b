import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, describe, expect, it } from 'vitest';
import { readDomain } from '../../src/specialize/readDomain.ts';
import { whittle } from '../support/commandLine.ts';

const folder = mkdtempSync(join(tmpdir(), 'whittle-import-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));
const fixture = (name: string) => fileURLToPath(new URL(`../fixtures/sources/${name}`, import.meta.url));
const sizes = ['--seeds', '2', '--held-out', '1', '--name', 'Mixed'];

describe('whittle import', () => {
  it.each(['json', 'md'])('writes a domain (.%s) and says what it left out', async (ending) => {
    const out = join(folder, `new/domain.${ending}`);
    const from = ['--from', fixture('alpaca.json'), '--held-out-from', fixture('questions.csv')];
    const { code, stdout, stderr } = await whittle('import', ...from, ...sizes, '--out', out);
    expect([code, stderr]).toEqual([0, []]);
    expect(stdout).toContain('left out: 5');
    expect(stdout).toContain('  questions.csv, row 5: has 6 cells, but the header names 5');
    expect(stdout.at(-1)).toBe(
      `${out}: 2 seeds, 1 held-out tasks, out of 3 tasks in alpaca.json (alpaca), 3 tasks in questions.csv (csv)`,
    );
    const { seeds, heldOut } = readDomain(readFileSync(out, 'utf8'));
    expect([seeds.length, heldOut.length]).toEqual([2, 1]);
    expect([...seeds, ...heldOut].map(({ origin }) => origin?.file)).toEqual(['alpaca.json', 'alpaca.json', 'questions.csv']); // prettier-ignore
  });

  it('gives one object per line with --json', async () => {
    const argv = [
      '--from',
      fixture('articles.json'),
      '--seeds',
      '1',
      '--held-out',
      '1',
      '--name',
      'P',
      '--json',
    ];
    const { stdout } = await whittle('import', ...argv, '--out', join(folder, 'p.json'));
    expect(JSON.parse(stdout.join(''))).toMatchObject({
      type: 'import',
      seeds: 1,
      heldOut: 1,
      droppedCount: 2,
    });
  });

  const from = ['--from', fixture('alpaca.json')];
  const out = ['--out', join(folder, 'x.json')];
  it.each<[string, string[], RegExp]>([
    ['no source', [...sizes, ...out], /^--from is missing: rows: JSON/],
    [
      'an unknown format',
      [...from, ...sizes, ...out, '--format', 'xml'],
      /^--format takes auto, alpaca, .*not xml\.$/,
    ],
    [
      'another ending',
      [...from, ...sizes, '--out', 'x.txt'],
      /^--out takes a \.json or \.md file, not x\.txt\.$/,
    ],
    ['too few rows', [...from, '--name', 'x', ...out], /^There are rows for 3 held-out tasks, not for 100/],
    [
      'no rows',
      ['--from', fixture('anatomy.md'), ...sizes, ...out],
      /^anatomy\.md holds no row that makes a task/,
    ],
  ])('refuses %s', async (_, argv, message) => {
    const { code, stderr } = await whittle('import', ...argv);
    expect([code, stderr]).toEqual([1, [expect.stringMatching(message)]]);
  });
});
