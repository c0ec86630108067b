import { parquetWriteBuffer } from 'hyparquet-writer';
import type { SourceFile } from '../../src/sources/sourceFile.ts';

const questions = ['Which gland makes insulin?', 'Is bone alive?', 'Which bone is longest?'];

/** Three questions with choices and a conversation column, as data sets on the Hub have them. */
export function parquetFixture(codec: 'SNAPPY' | 'UNCOMPRESSED' = 'SNAPPY'): SourceFile {
  const bytes = parquetWriteBuffer({
    codec,
    columnData: [
      { name: 'id', data: [7n, 8n, 9n], type: 'INT64' },
      { name: 'question', data: questions, type: 'STRING' },
      {
        name: 'choices',
        data: [
          ['liver', 'pancreas'],
          ['yes', 'no'],
          ['femur', 'tibia'],
        ],
        type: 'JSON',
      },
      { name: 'answer', data: [1n, 0n, null], type: 'INT64', nullable: true },
    ],
  });
  return { name: 'rows.parquet', bytes: new Uint8Array(bytes) };
}

export function conversationParquet(): SourceFile {
  const messages = [
    { role: 'user', content: 'What carries oxygen?' },
    { role: 'assistant', content: 'haemoglobin' },
  ];
  const bytes = parquetWriteBuffer({ columnData: [{ name: 'messages', data: [messages], type: 'JSON' }] });
  return { name: 'chat.parquet', bytes: new Uint8Array(bytes) };
}
