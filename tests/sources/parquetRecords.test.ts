import { describe, expect, it } from 'vitest';
import { readRows } from '../../src/sources/readRows.ts';
import { conversationParquet, parquetFixture } from '../support/parquetFixture.ts';

describe('a Parquet file', () => {
  it.each(['SNAPPY', 'UNCOMPRESSED'] as const)('becomes tasks by its columns (%s)', async (codec) => {
    const { format, tasks, dropped } = await readRows(parquetFixture(codec));
    expect(format).toBe('parquet');
    expect(tasks).toEqual([
      {
        ...{ instruction: 'Which gland makes insulin?', input: '', output: 'pancreas', task: 'all' },
        ...{ labels: ['liver', 'pancreas'], origin: { file: 'rows.parquet', row: 1, id: '7' } },
      },
      {
        ...{ instruction: 'Is bone alive?', input: '', output: 'yes', task: 'all' },
        ...{ labels: ['yes', 'no'], origin: { file: 'rows.parquet', row: 2, id: '8' } },
      },
    ]);
    expect(dropped.map(({ row, reason }) => [row, reason])).toEqual([
      [3, expect.stringContaining('none of which is an answer')],
    ]);
  });

  it('may hold conversations', async () => {
    const { tasks } = await readRows(conversationParquet());
    expect(tasks[0]).toMatchObject({ instruction: 'What carries oxygen?', output: 'haemoglobin' });
  });

  it('is refused where a column is not in its schema, and leaves no other fault behind unheard', async () => {
    const { name, bytes } = parquetFixture();
    const text = new TextDecoder('latin1').decode(bytes);
    // The name stands in the schema and then, the last time, with the column.
    bytes[text.lastIndexOf('question')] = 'Q'.charCodeAt(0);
    // The first column's compressed data; a rejection that nobody awaits would end a process.
    bytes.fill(0xff, 35, 47);
    await expect(readRows({ name, bytes })).rejects.toThrow('cannot be read as Parquet');
  });

  it('is refused in one sentence where it is cut off', async () => {
    const { name, bytes } = parquetFixture();
    const cut = { name, bytes: bytes.slice(0, bytes.length - 9) };
    await expect(readRows(cut)).rejects.toThrow('rows.parquet cannot be read as Parquet; it is damaged');
  });
});
