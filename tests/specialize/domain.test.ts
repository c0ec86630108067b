import { describe, expect, it } from 'vitest';
import { DomainFormatError, parseDomain } from '../../src/specialize/domain.ts';

const seed = { instruction: 'What does aspirin treat?', output: 'Pain.' };
const held = { instruction: 'What does insulin treat?', output: 'Diabetes.', task: 'drugs' };
const parse = (change: object) =>
  parseDomain(JSON.stringify({ name: 'Biomedicine', seeds: [seed], heldOut: [held], ...change }));

describe('parseDomain', () => {
  it('completes what may be left out', () => {
    expect(parse({})).toEqual({
      name: 'Biomedicine',
      description: '',
      documents: [],
      seeds: [{ ...seed, id: 'seed-1', input: '' }],
      heldOut: [{ ...held, id: 'held-out-1', input: '' }],
      retention: [],
    });
  });

  it('keeps what is given', () => {
    const full = {
      ...held,
      id: 'x',
      input: 'Text',
      labels: ['Diabetes', 'Pain'],
      source: 'documents',
      note: 'ignored',
    };
    const { note: _note, ...kept } = full;
    expect(parse({ heldOut: [full], documents: ['a.md'] })).toMatchObject({
      heldOut: [kept],
      documents: ['a.md'],
    });
  });

  it.each<[string, object, string]>([
    ['a missing field', { seeds: [seed, { instruction: 'Why?' }] }, 'Row 2 of "seeds": "output" is missing.'],
    [
      'an empty field',
      { seeds: [{ ...seed, output: ' ' }] },
      'Row 1 of "seeds": "output" is empty; write some text.',
    ],
    ['a wrong type', { seeds: [{ ...seed, input: 3 }] }, 'Row 1 of "seeds": "input" is 3; expected string.'],
    ['a row that is no object', { heldOut: [held, 'x'] }, 'Row 2 of "heldOut" is "x"; expected object.'],
    ['a missing task', { heldOut: [{ ...held, task: undefined }] }, 'Row 1 of "heldOut": "task" is missing.'],
    [
      'an unknown source',
      { heldOut: [{ ...held, source: 'web' }] },
      'Row 1 of "heldOut": "source" is "web"; use one of "pretraining", "documents".',
    ],
    ['no seeds', { seeds: [] }, 'The domain\'s "seeds" has 0 entries; give at least 1.'],
    ['seeds left out', { seeds: undefined }, 'The domain\'s "seeds" is missing.'],
    ['a document that is no path', { documents: [1] }, 'Row 1 of "documents" is 1; expected string.'],
    [
      'a single label',
      { seeds: [{ ...seed, labels: ['Pain'] }] },
      'Row 1 of "seeds": "labels" has 1 entries; give at least 2.',
    ],
    [
      'an answer outside its labels',
      { seeds: [{ ...seed, labels: ['yes', 'no'] }] },
      'Row 1 of "seeds": "output" is "Pain.", which is none of its "labels".',
    ],
    [
      'a repeated id',
      {
        seeds: [
          { ...seed, id: 'a' },
          { ...held, id: 'a' },
        ],
        heldOut: [],
      },
      'Row 2 of "seeds": "id" "a" is already used by row 1.',
    ],
    [
      'a held-out task among the seeds',
      { heldOut: [{ ...seed, instruction: 'What does aspirin treat', task: 'x' }] },
      'Row 1 of "heldOut" repeats row 1 of "seeds"; a held-out task must be new.',
    ],
  ])('names the fault: %s', (_, change, message) => {
    expect(() => parse(change)).toThrow(new DomainFormatError(message));
  });

  it('lists several faults, one per line', () => {
    const bad = { seeds: [{ instruction: 'Why?' }, { output: 'So.' }] };
    expect(() => parse(bad)).toThrow(
      'Row 1 of "seeds": "output" is missing.\nRow 2 of "seeds": "instruction" is missing.',
    );
  });

  it('says when the file is not JSON or not an object', () => {
    expect(() => parseDomain('{')).toThrow(/^The domain file is not JSON/);
    expect(() => parseDomain('[]')).toThrow('The domain file must be a JSON object');
  });
});
