import { describe, expect, it } from 'vitest';
import biomedicine from '../../../public/domains/biomedicine.json' with { type: 'json' };
import finance from '../../../public/domains/finance.json' with { type: 'json' };
import {
  corpusDocuments,
  corpusStyles,
  type CorpusDocument,
  type CorpusStyle,
} from '../../../tools/pocket/corpus.ts';
import { readTable } from '../../../tools/pocket/entries.ts';
import { heldBackTables, openTables } from '../../../tools/pocket/facts/allTables.ts';

function firstDocuments(seed: number, count: number, style?: CorpusStyle): CorpusDocument[] {
  const stream = corpusDocuments(seed, style);
  return Array.from({ length: count }, () => stream.next().value);
}

const textOf = (d: CorpusDocument) => (d.role === 'text' ? d.text : `${d.user}\n${d.assistant}`);
const plainKinds = ['heldBackArticle', 'heldBackSurvey', 'heldBackList'];

/** Names that only the held-back tables know. */
const openWords = JSON.stringify(openTables)
  .replaceAll(/\\n\s*/g, ' ')
  .toLowerCase();
const heldBackNames = heldBackTables
  .flatMap(readTable)
  .map((entry) => entry.name)
  .filter((name) => name.length > 4 && !openWords.includes(name.toLowerCase()));

const heldBackName = new RegExp(`(?<!\\p{L})(?:${heldBackNames.join('|')})(?!\\p{L})`, 'gu');

describe.each(Object.entries(corpusStyles))('the %s corpus of pocket', (_, style) => {
  const documents = firstDocuments(11, 8000, style);

  it('is the same for the same seed and another for another', () => {
    expect(firstDocuments(3, 500, style)).toEqual(firstDocuments(3, 500, style));
    expect(firstDocuments(3, 50, style)).not.toEqual(firstDocuments(4, 50, style));
  });

  it('draws every kind of document', () => {
    expect(new Set(documents.map((d) => d.kind))).toEqual(new Set(style.kinds.map(([kind]) => kind)));
  });

  it('shows held-back domains as plain statements only', () => {
    const tasks = documents
      .filter((d) => !plainKinds.includes(d.kind))
      .map(textOf)
      .join('\n');
    expect(heldBackNames.length).toBeGreaterThan(150);
    expect(tasks.match(heldBackName) ?? []).toEqual([]);
    expect(tasks).not.toMatch(/biomedicine|finance/i);
  });

  it('asks nothing and answers nothing in plain statements', () => {
    const plain = documents.filter((d) => plainKinds.includes(d.kind));
    expect(plain.length).toBeGreaterThan(500);
    expect(plain.every((d) => d.role === 'text' && !/\?|Task|Answer|Question/.test(d.text))).toBe(true);
  });

  it('fills every placeholder', () => {
    // Words thrown together may well hold an article twice.
    const unfilled =
      style.inventions === 'syllables' ? /[{}]|undefined|ENTITY|\bthe the /i : /[{}]|undefined|ENTITY/;
    expect(documents.map(textOf).filter((text) => unfilled.test(text))).toEqual([]);
  });

  it.each([biomedicine, finance])('never holds a held-out task of $name', ({ heldOut }) => {
    const all = documents.map(textOf).join('\n');
    const asked = heldOut.map(({ instruction, input }) => (input ? `${instruction}\n${input}` : instruction));
    expect(asked.filter((text) => all.includes(text))).toEqual([]);
  });
});
