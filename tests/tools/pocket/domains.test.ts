import { readFile } from 'node:fs/promises';
import { describe, expect, it } from 'vitest';
import { parseDomain } from '../../../src/specialize/domain.ts';
import { readTable } from '../../../tools/pocket/entries.ts';
import { heldBackTables } from '../../../tools/pocket/facts/allTables.ts';

const read = (path: string) => readFile(new URL(`../../../public/domains/${path}`, import.meta.url), 'utf8');
const asked = (task: { instruction: string; input: string }) => `${task.instruction} ${task.input}`;
const words = (text: string) =>
  ` ${text
    .toLowerCase()
    .replace(/[^\p{L}\p{N}' -]/gu, ' ')
    .replace(/\s+/g, ' ')} `;
const mentions = (text: string, name: string) => words(text).includes(` ${name.toLowerCase()} `);

describe.each(['biomedicine', 'finance'])('the bundled domain %s', (name) => {
  const load = async () => parseDomain(await read(`${name}.json`));
  const entries = heldBackTables.filter((t) => t.topic === name).flatMap(readTable);
  const names = [...new Set(entries.map((e) => e.name.replace(/^(the|a|an) /, '')))];

  it('has seeds and held-out tasks of every kind in plenty', async () => {
    const { seeds, heldOut, retention } = await load();
    expect(seeds.length).toBeGreaterThanOrEqual(20);
    for (const source of ['pretraining', 'documents'])
      expect(heldOut.filter((t) => t.source === source).length).toBeGreaterThanOrEqual(30);
    expect(new Set(heldOut.map((t) => t.task))).toEqual(
      new Set(['short-answer', 'yes-no', 'classification', 'reading']),
    );
    expect(retention.length).toBeGreaterThan(20);
  });

  it('balances yes and no', async () => {
    const answers = (await load()).heldOut.filter((t) => t.task === 'yes-no').map((t) => t.output);
    const yes = answers.filter((a) => a === 'yes').length / answers.length;
    expect(yes).toBeGreaterThan(0.4);
    expect(yes).toBeLessThan(0.6);
  });

  it('asks about other things in its held-out tasks than in its seeds', async () => {
    const { seeds, heldOut } = await load();
    const shared = names.filter(
      (n) => seeds.some((s) => mentions(asked(s), n)) && heldOut.some((h) => mentions(asked(h), n)),
    );
    expect(shared).toEqual([]);
  });

  it('answers document questions from its documents alone', async () => {
    const { documents, heldOut } = await load();
    const text = (await Promise.all(documents.map(read))).join('\n');
    for (const task of heldOut.filter((t) => t.source === 'documents' && t.task === 'short-answer'))
      expect([task.instruction, words(text).includes(words(task.output))]).toEqual([task.instruction, true]);
    const titles = text
      .split('\n')
      .filter((line) => line.startsWith('# '))
      .map((line) => line.slice(2));
    expect(titles.length).toBeGreaterThan(20);
    expect(names.filter((n) => titles.some((title) => title.toLowerCase() === n.toLowerCase()))).toEqual([]);
  });

  it('answers pretraining questions with what a table states', async () => {
    const known = entries
      .flatMap((e) => [e.name, ...e.facts.map((f) => f.value)])
      .map((v) => words(v.replace(/^(the|a|an) /, '')));
    const { heldOut } = await load();
    const open = heldOut.filter((t) => t.source === 'pretraining' && t.task !== 'yes-no');
    expect(open.filter((t) => !known.includes(words(t.output))).map((t) => t.instruction)).toEqual([]);
  });
});
