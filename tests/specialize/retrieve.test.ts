import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { chunkDocument, countWords, createRetriever } from '../../src/specialize/retrieve.ts';

const markdown = `Intro line one
and two.

# Heart
Beats.

## Valves
There are four valves. They open. They close again after each beat.

# Lungs
Breathe.`;

const texts = (text: string, maxWords: number) =>
  chunkDocument({ id: 'd', text }, maxWords, countWords).map((p) => p.text);

describe('chunkDocument', () => {
  it('cuts along headings and names their path', () => {
    expect(texts(markdown, 40)).toEqual([
      'Intro line one and two.',
      'Heart: Beats.',
      'Heart > Valves: There are four valves. They open. They close again after each beat.',
      'Lungs: Breathe.',
    ]);
  });

  it('cuts a long paragraph between sentences', () => {
    expect(texts(markdown, 9)).toContain('Heart > Valves: There are four valves. They open.');
    expect(texts('One two three. Four five. Six seven eight nine ten.', 5)).toEqual([
      'One two three. Four five.',
      'Six seven eight nine ten.',
    ]);
  });

  it('keeps list items apart from the line before and never cuts one that fits', () => {
    const list = 'Steps:\n- Wash your\n  hands.\n- Dry them well.\n1. Rest.';
    expect(texts(list, 4)).toEqual(['Steps:', '- Wash your hands.', '- Dry them well.', '1. Rest.']);
    expect(texts(list, 9)).toEqual(['Steps: - Wash your hands. - Dry them well.', '1. Rest.']);
  });

  it('cuts a sentence only where it is too long alone, and a word only where that is', () => {
    expect(texts('One two. Three four five six seven.', 3)).toEqual([
      'One two.',
      'Three four five',
      'six seven.',
    ]);
    const letters = (text: string) => text.length;
    const cut = chunkDocument({ id: 'd', text: 'ab cdefgh' }, 3, letters).map((p) => p.text);
    expect(cut).toEqual(['ab', 'cde', 'fgh']);
  });

  it('measures passages with the counter that it is given, their headings included', () => {
    const twice = (text: string) => 2 * countWords(text);
    const cut = chunkDocument({ id: 'd', text: '# H\nA b. C d.' }, 6, twice).map((p) => p.text);
    expect(cut).toEqual(['H: A b.', 'H: C d.']);
  });

  it('joins short paragraphs', () => {
    expect(texts('One.\n\nTwo.\n\nThree four five.', 3)).toEqual(['One. Two.', 'Three four five.']);
  });

  it('numbers the passages under the document', () => {
    expect(
      chunkDocument({ id: 'a.md', text: 'One.\n\nTwo.' }, 1, countWords).map((p) => [p.id, p.documentId]),
    ).toEqual([
      ['a.md#1', 'a.md'],
      ['a.md#2', 'a.md'],
    ]);
  });

  it('loses no word, keeps their order, and exceeds no limit', () => {
    const word = fc.constantFrom('a', 'the', 'beat.', 'why?', 'so!', 'valve');
    const text = fc.array(fc.tuple(word, fc.constantFrom(' ', '\n', '\n\n', '  \r\n\r\n')), {
      maxLength: 60,
    });
    fc.assert(
      fc.property(text, fc.integer({ min: 1, max: 12 }), (pairs, maxWords) => {
        const chunks = texts(pairs.flat().join(''), maxWords);
        expect(chunks.join(' ')).toBe(pairs.map(([w]) => w).join(' '));
        for (const chunk of chunks) expect(countWords(chunk)).toBeLessThanOrEqual(maxWords);
      }),
    );
  });
});

describe('createRetriever', () => {
  const passages = ['Aspirin eases pain and fever.', 'Insulin lowers blood sugar.', 'Banks lend money.'].map(
    (text, i) => ({
      id: `p${i}`,
      documentId: 'd',
      text,
    }),
  );
  const retriever = createRetriever(passages);

  it('finds the passage that the question is about', () => {
    expect(retriever.find('What does insulin do to blood?', 1).map((p) => p.id)).toEqual(['p1']);
    expect(retriever.find('Does ASPIRIN help with fever?', 5)[0]?.id).toBe('p0');
  });

  it('finds nothing where no word is shared', () => {
    expect(retriever.find('xylophone', 3)).toEqual([]);
    expect(createRetriever([]).find('insulin', 3)).toEqual([]);
  });

  it('finds each passage by its own words', () => {
    fc.assert(
      fc.property(
        fc.uniqueArray(
          fc.nat(999).map((n) => `word${n}`),
          { minLength: 2, maxLength: 20 },
        ),
        (words) => {
          const own = words.map((word, i) => ({ id: `${i}`, documentId: 'd', text: `common ${word} words` }));
          const index = createRetriever(own);
          for (const { id, text } of own) expect(index.find(text, 1)[0]?.id).toBe(id);
        },
      ),
      { numRuns: 30 },
    );
  });
});
