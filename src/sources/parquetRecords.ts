import { checkPages } from './parquetPages.ts';
import type { SourceRecord } from './records.ts';
import { SourceFormatError, type SourceFile } from './sourceFile.ts';

/** Rows that are read at most: all are held in memory as objects. */
const mostRows = 200_000;

/** Rows of a Parquet file (hyparquet, with all its compressions). @throws SourceFormatError where it is damaged */
export async function readParquet({ name, bytes }: SourceFile): Promise<SourceRecord[]> {
  const [{ parquetMetadataAsync, parquetReadObjects, parquetSchema }, { parquetHeader }, { compressors }] =
    await Promise.all([
      import('hyparquet'),
      import('hyparquet/src/column.js'),
      import('hyparquet-compressors'),
    ]);
  const file = bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.byteLength);
  try {
    const metadata = await parquetMetadataAsync(file);
    checkPages(file, metadata, { parquetHeader, parquetSchema });
    const rows = await parquetReadObjects({ file, metadata, compressors, rowEnd: mostRows });
    return rows.map((value, i) => ({ row: i + 1, value }));
  } catch (error) {
    throw new SourceFormatError(`${name} cannot be read as Parquet; it is damaged, or uses a feature that is not known here.`, { cause: error }); // prettier-ignore
  }
}
