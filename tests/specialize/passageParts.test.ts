import { describe, expect, it } from 'vitest';
import { createRandom } from '../../src/random.ts';
import { makeClaim } from '../../src/specialize/claims.ts';
import { readStatements, sentencesOf } from '../../src/specialize/passageParts.ts';

const passage = (id: string, text: string) => ({ id, documentId: id, text });
const spansIn = (text: string, seedWords: readonly string[] = []) =>
  readStatements([passage('a', text)], new Set(seedWords)).flatMap(({ spans }) => spans.map((s) => s.text));

describe('sentencesOf', () => {
  it('leaves the headings out and splits at ends of sentences', () => {
    expect(sentencesOf('Drugs > Digoxin: Digoxin slows the heart. Take 0.5 mg a day. Stop.')).toEqual([
      'Digoxin slows the heart.',
      'Take 0.5 mg a day.',
    ]);
  });
});

describe('readStatements', () => {
  it('finds names and numbers anywhere, other words at the end', () => {
    const text = 'Firms such as Lego moved to Den Haag in 1932 for cheap land.';
    expect(spansIn(text, ['for'])).toEqual(['Lego', 'Den Haag', '1932', 'cheap land']);
  });

  it('takes no word that seeds use, and none that names what the passage is about', () => {
    const text = 'Omeprazole: Omeprazole is a proton pump inhibitor. Omeprazole treats strong heartburn.';
    expect(spansIn(text, ['treats', 'strong'])).toEqual(['proton pump inhibitor', 'heartburn']);
  });

  it('takes no name of what the passage is about', () => {
    expect(spansIn('Digoxin: Doctors like Digoxin from Berlin.')).toEqual(['Berlin']);
  });

  it('leaves out sentences that point back', () => {
    const text = 'Digoxin: Doctors give digoxin for the heart. It comes from the foxglove plant.';
    const statements = readStatements([passage('a', text)], new Set());
    expect(statements.map((statement) => statement.text)).toEqual(['Doctors give digoxin for the heart.']);
  });

  it('takes no word that many documents have', () => {
    const texts = ['Lego', 'Nike', 'Aldi', 'Ikea'].map((name) => `Today ${name} is a firm in Europe.`);
    const statements = readStatements(
      texts.map((text, i) => passage(`p${i}`, text)),
      new Set(),
    );
    expect(statements.flatMap(({ spans }) => spans.map(({ text }) => text))).toEqual([
      ...['Lego', 'Nike', 'Aldi', 'Ikea'],
    ]);
  });
});

describe('makeClaim', () => {
  const statements = readStatements(
    [
      passage('a', 'This drug eases gout.'),
      passage('b', 'This drug eases pain.'),
      passage('c', 'People born 1904 liked it.'),
    ],
    new Set(['this', 'drug', 'eases']),
  );
  const claims = (i: number) =>
    Array.from({ length: 40 }, (_, seed) => makeClaim(statements[i]!, statements, createRandom(seed)));

  it('swaps like for like, half of the time', () => {
    const made = claims(0);
    expect(new Set(made.map((claim) => `${claim?.text} ${claim?.isTrue}`))).toEqual(
      new Set(['This drug eases gout. true', 'This drug eases pain. false']),
    );
    const share = made.filter((claim) => claim?.isTrue).length / made.length;
    expect(share).toBeGreaterThan(0.3);
    expect(share).toBeLessThan(0.7);
  });

  it('takes nothing from the same document, which may well be true of the same thing', () => {
    const seedWords = new Set(['this', 'drug', 'eases']);
    const passages = ['gout', 'pain'].map((ailment, i) => ({
      ...{ id: `a#${i}`, documentId: 'a', text: `This drug eases ${ailment}.` },
    }));
    const own = readStatements(passages, seedWords);
    expect(own.map(({ spans }) => spans.length)).toEqual([1, 1]);
    expect(makeClaim(own[0]!, own, createRandom(1))).toBeNull();
  });

  it('makes no claim, not a true one either, where there is nothing to swap', () => {
    const alone = statements.slice(0, 1);
    expect(makeClaim(alone[0]!, alone, createRandom(1))).toBeNull();
  });
});
