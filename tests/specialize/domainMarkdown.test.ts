import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { checkDomain, DomainFormatError, parseDomain, type DomainFile } from '../../src/specialize/domain.ts';
import { writeDomainMarkdown } from '../../src/specialize/domainMarkdown.ts';
import { readDomain } from '../../src/specialize/readDomain.ts';

const fixture = readFileSync(new URL('../fixtures/sources/anatomy.md', import.meta.url), 'utf8');

describe('a domain in Markdown', () => {
  it('is read as it looks', () => {
    expect(readDomain(fixture)).toEqual({
      name: 'Anatomy',
      description: 'Questions about the human body.\n\nAnswers are short.',
      documents: ['notes/heart.md', 'notes/lungs.txt'],
      seeds: [
        { id: 'seed-1', instruction: 'How many chambers has the heart?', input: '', output: 'four' },
        {
          id: 'valve',
          instruction: 'Is the claim true?\nSay it in one word.',
          input: 'The mitral valve lies\nbetween atrium and ventricle.',
          output: 'yes',
          labels: ['yes', 'no, it is not', 'maybe'],
          task: 'yes-no',
          origin: { file: 'claims.csv', row: 7, id: 'c-7' },
        },
        {
          id: 'seed-3',
          instruction: 'Repeat the text.',
          input: '### Not a task\nOutput: not a field',
          output: '```\ncode\n```',
        },
      ],
      heldOut: [{ id: 'held-out-1', task: 'all', instruction: 'Which organ breathes?', input: '', output: 'lung', labels: ['lung', 'liver'] }], // prettier-ignore
      retention: [{ id: 'retention-1', task: 'sums', instruction: 'What is 2 + 2?', input: '', output: '4', source: 'pretraining' }], // prettier-ignore
    });
  });

  it.each(['biomedicine', 'finance'])('comes back from Markdown as it was: %s', (id) => {
    const domain = parseDomain(
      readFileSync(new URL(`../../public/domains/${id}.json`, import.meta.url), 'utf8'),
    );
    expect(readDomain(writeDomainMarkdown(domain))).toEqual(domain);
  });

  it('comes back whatever its texts hold', () => {
    const pieces = fc.constantFrom('a', ' ', '\n', '\r\n', '#', '# ', '## Seeds', '### x', '```', '````', 'Output:', 'Input: y', '\\', '- ', ',', '"', 'ü', ', row 3', ', id 4', '{'); // prettier-ignore
    const text = fc.array(pieces, { minLength: 1, maxLength: 8 }).map((parts) => parts.join('')).filter((made) => made.trim() !== ''); // prettier-ignore
    const line = text.map((made) => made.replace(/[\r\n]+/g, ' ')).filter((made) => made.trim() !== '');
    const origin = fc.record({ file: line, row: fc.integer({ min: 1, max: 1e9 }), id: fc.option(line, { nil: undefined }) }); // prettier-ignore
    const optional = <T>(values: fc.Arbitrary<T>) => fc.option(values, { nil: undefined });
    const task = fc.record({ instruction: text, input: optional(text), output: text, task: line, origin: optional(origin) }); // prettier-ignore
    const choice = fc.tuple(task, text).map(([made, other]) => ({ ...made, labels: [made.output, other] }));
    const rows = fc.array(fc.oneof(task, choice), { minLength: 1, maxLength: 3 });
    const file = fc.record({ name: line, description: text, documents: fc.array(line, { maxLength: 2 }), seeds: rows, heldOut: rows, retention: rows }); // prettier-ignore
    fc.assert(
      fc.property(file, (written) => {
        let domain;
        try {
          domain = checkDomain(written as DomainFile);
        } catch (error) {
          if (error instanceof DomainFormatError) return; // held-out rows that repeat seeds
          throw error;
        }
        expect(readDomain(writeDomainMarkdown(domain))).toEqual(normalised(domain));
      }),
      { numRuns: 400 },
    );
  });

  const seeds = '# A\n\n## Seeds\n\n';
  it.each<[string, string, string]>([
    ['no name', '## Seeds\n', 'Line 1: a domain in Markdown begins with "# "'],
    ['two names', '# A\n# B\n', 'Line 2: a domain has one name'],
    ['an unknown section', '# A\n\n## Sedes\n', 'Line 3: there is no section "Sedes"; use Seeds'],
    ['a task outside', '# A\n### b\n', 'Line 2: a task stands in a section'],
    ['text outside a task', `${seeds}What?\n`, 'Line 5 belongs to no task'],
    ['no answer', `${seeds}### b\n\n### c\nOutput: d\n`, 'Line 5: row 1 of "seeds": "output" is missing.'],
    ['no answer of an unseen task', `${seeds}### c\nOutput: d\n## Held out\n### x\n`, 'Line 8: row 1 of "heldOut": "output" is missing.'], // prettier-ignore
    ['two answers', `${seeds}### b\nOutput: c\nOutput: d\n`, 'Line 7: "output" was already given in line 6'],
    ['an open fence', `${seeds}### b\nOutput:\n\`\`\`\nd\n`, 'Line 7: the fence ``` is never closed.'],
    ['an odd origin', `${seeds}### b\nOrigin: somewhere\nOutput: c\n`, 'Line 6: "Origin" is not of the form'],
    [
      'an open quote',
      `${seeds}### b\nLabels: "c, d\nOutput: d\n`,
      'Line 6: the label "c lacks its closing quote.',
    ],
    ['an odd document', '# A\n## Documents\nnotes.md\n', 'Line 3 is no list item'],
  ])('names the line where there is %s', (_, text, message) => {
    expect(() => readDomain(text)).toThrow(message);
    expect(() => readDomain(text)).toThrow(DomainFormatError);
  });
});

/** Line ends are written as "\n", and a document's name is one line in single spaces at its ends. */
function normalised(value: unknown): unknown {
  return JSON.parse(JSON.stringify(value).replace(/\\r\\n/g, '\\n')) as unknown;
}
