import { describe, expect, it } from 'vitest';
import { describeDropped } from '../../src/sources/importedRows.ts';
import { readRows } from '../../src/sources/readRows.ts';
import { SourceFormatError } from '../../src/sources/sourceFile.ts';
import { sourceFixture, textFile } from '../support/sourceFixture.ts';

const short = ({ tasks }: Awaited<ReturnType<typeof readRows>>) =>
  tasks.map(({ instruction, input, output }) => [instruction, input, output]);
const reasons = ({ dropped }: Awaited<ReturnType<typeof readRows>>) =>
  dropped.map(({ row, reason }) => `${row}: ${reason}`);

describe('readRows', () => {
  it('reads Alpaca as a list, and says what it drops', async () => {
    const rows = await readRows(sourceFixture('alpaca.json'));
    expect(rows.format).toBe('alpaca');
    expect(short(rows)).toEqual([
      ['Name the capital of France.', '', 'Paris'],
      ['Translate to German.', 'the house', 'das Haus'],
      ['Is water wet?', '', 'yes'],
    ]);
    expect(rows.tasks[1]).toMatchObject({ origin: { file: 'alpaca.json', row: 2, id: 't-2' }, task: 'all' });
    expect(rows.tasks[2]).toMatchObject({ labels: ['yes', 'no'], task: 'yes-no', origin: { row: 6 } });
    expect(reasons(rows)).toEqual([
      '3: asks nothing: the instruction is empty',
      '4: has no answer: the output is empty',
      '5: is no object',
    ]);
  });

  it('takes the first exchange of conversations of every kind', async () => {
    const rows = await readRows(sourceFixture('chat.jsonl'));
    expect(rows.format).toBe('messages');
    expect(short(rows)).toEqual([
      ['What is the largest planet?', '', 'Jupiter'],
      ['Which metal is liquid?', '', 'mercury'],
      ['How many legs has a spider?', '', 'eight'],
      ['What do bees make?', '', 'honey'],
    ]);
    expect(rows.notes).toEqual(['Of 2 conversations only the first question and its answer were taken.']);
    expect(rows.tasks[0]!.origin).toEqual({ file: 'chat.jsonl', row: 1, id: 'm1' });
    expect(reasons(rows)).toEqual([
      '6: has no answer of the assistant to the first question',
      '7: has a turn 1 of an unknown role ("tool")',
      expect.stringMatching(/^8: is not JSON \(/),
    ]);
  });

  it('reads prompt and completion', async () => {
    const rows = await readRows(sourceFixture('completion.jsonl'));
    expect(rows.format).toBe('completion');
    expect(short(rows)[0]).toEqual(['The opposite of hot is', '', 'cold']);
    expect(rows.tasks.map(({ isTest }) => isTest)).toEqual([undefined, true]);
    expect(reasons(rows)).toEqual([
      '3: has the columns "prompt", none of which is an answer (output, completion, answer)',
    ]);
  });

  it('finds the columns of a CSV file', async () => {
    const rows = await readRows(sourceFixture('questions.csv'));
    expect(rows.format).toBe('csv');
    expect(short(rows)).toEqual([
      ['Does the drug help; in short?', 'Of 40 patients, 31 felt better.\nNobody felt worse.', 'yes'],
      ['Which organ filters blood?', '', 'kidney'],
      ['Which is a mammal?', '', 'whale'],
    ]);
    expect(rows.tasks.map(({ labels }) => labels)).toEqual([['yes', 'no'], undefined, ['trout', 'whale']]);
    expect(rows.tasks[2]!.origin).toEqual({ file: 'questions.csv', row: 3, id: 'q3' });
    expect(reasons(rows)).toEqual([
      '4: has no answer: the output is empty',
      '5: has 6 cells, but the header names 5',
    ]);
  });

  it('reads PubMedQA as questions about the context', async () => {
    const rows = await readRows(sourceFixture('articles.json'));
    expect(rows.format).toBe('pubmedqa');
    expect(rows.tasks[0]).toEqual({
      instruction: 'Does walking lower blood pressure? Answer yes, no or maybe.',
      input: 'Sixty adults walked daily.\nTheir pressure fell by 5 mmHg.',
      output: 'yes',
      labels: ['yes', 'no', 'maybe'],
      task: 'yes-no-maybe',
      origin: { file: 'articles.json', row: 1, id: '101' },
    });
    expect(reasons(rows)).toEqual([
      '3: has no CONTEXTS (id 103)',
      '4: has no final_decision of yes, no or maybe (id 104)',
    ]);
  });

  it('asks for the entities that tags name', async () => {
    const rows = await readRows(sourceFixture('tags.tsv'));
    const text = 'Aspirin (acetylsalicylic acid) may cause gastric ulcers, rarely.';
    expect(rows.format).toBe('iob');
    expect(short(rows)).toEqual([
      ['List the chemicals named in the text.', text, 'Aspirin, acetylsalicylic acid'],
      ['List the diseases named in the text.', text, 'gastric ulcers'],
      ['List the diseases named in the text.', 'The ulcers healed without aspirin.', 'ulcers'],
      ['List the chemicals named in the text.', 'The ulcers healed without aspirin.', 'aspirin'],
    ]);
    expect(rows.tasks[2]).toMatchObject({ task: 'list-disease', origin: { file: 'tags.tsv', row: 20 } });
    expect(reasons(rows)).toEqual(['16: names nothing']);
  });

  it('names what plain tags name as it is told, and begins a new name at each B', async () => {
    const file = textFile('train.txt', 'DM1\tB\nDM2\tB\ngene\tI\nis\tO\n\nno\tO\n');
    const { tasks } = await readRows(file, { entities: 'diseases' });
    expect(tasks[0]).toMatchObject({
      instruction: 'List the diseases named in the text.',
      output: 'DM1, DM2 gene',
    });
  });

  it.each([
    ['an empty file', '', 'x has no rows below a header'],
    ['prose', 'Some words.\nMore words, and more.\n', 'x holds no row that makes a task: x, row 1: '],
    ['JSON of something else', '{"a":\n1}', 'x is JSON, but no list of objects'],
    ['broken JSON', '[{"instruction":', 'x is not JSON ('],
    ['unknown columns', 'a,b\n1,2\n', 'x, row 1: has the columns "a", "b", none of which says what is asked'],
    [
      'a quote that is not closed',
      'prompt,completion\n"a,b\n',
      'x holds no row that makes a task: x, row 1: has a quote',
    ],
    ['bytes', '\u0000\u0001', 'x is no text in UTF-8'],
    ['a PDF', '%PDF-1.4', 'x is a document or an archive'],
    ['half a Parquet file', 'PAR1 and nothing else', 'x cannot be read as Parquet; it is damaged'],
  ])('refuses %s in one sentence', async (_, text, message) => {
    const refused = await readRows(textFile('x', text)).catch((error: unknown) => error);
    expect(refused).toBeInstanceOf(SourceFormatError);
    expect((refused as Error).message).toContain(message);
    expect((refused as Error).message).toMatch(/\.$/);
  });

  it('refuses content of another format than asked for', async () => {
    await expect(readRows(sourceFixture('alpaca.json'), { format: 'csv' })).rejects.toThrow(
      'alpaca.json was to be csv, but its content is alpaca',
    );
  });
});

describe('describeDropped', () => {
  it('shows ten rows and counts the others', () => {
    const rows = Array.from({ length: 13 }, (_, i) => ({ file: 'a.csv', row: i + 1, reason: 'is empty' }));
    expect(describeDropped(rows)).toHaveLength(11);
    expect(describeDropped(rows).slice(9)).toEqual(['a.csv, row 10: is empty', 'and 3 more']);
    expect(describeDropped(rows.slice(0, 10))).toHaveLength(10);
  });
});
