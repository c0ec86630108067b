import type { ColumnMetaData, DataReader, FileMetaData, PageHeader, SchemaTree } from 'hyparquet';

/** The reader's own functions, which is loaded only when there is something to read. */
interface Parsing {
  readonly parquetHeader: (reader: DataReader) => PageHeader;
  readonly parquetSchema: (metadata: FileMetaData) => SchemaTree;
}

/** Bytes that a page may take beyond a thousand times what it takes in the file, which no compression is worth. */
const pageRoom = 8 * 2 ** 20;
/** Values that one page may state; more are pages that state what they do not have. */
const mostValues = 2 ** 21;

/**
 * Goes through the headers of all pages before any is read: the reader trusts the sizes in them, and would go on for ever,
 * or take any amount of memory, where they are damaged.
 * It also forgets about columns that the schema does not name, and nobody would hear of what is wrong with them.
 * @throws where a size or a column cannot be
 */
export function checkPages(file: ArrayBuffer, metadata: FileMetaData, parsing: Parsing): void {
  const names = leavesOf(parsing.parquetSchema(metadata)).sort().join('\n');
  for (const { columns, num_rows } of metadata.row_groups) {
    checkCount(Number(num_rows), Number.MAX_SAFE_INTEGER);
    const data = columns.flatMap(({ meta_data }) => meta_data ?? []);
    const found = data.map(({ path_in_schema }) => path_in_schema.join('.'));
    if (found.sort().join('\n') !== names) throw new RangeError('The columns are not those of the schema.');
    for (const column of data) checkColumn(file, column, parsing.parquetHeader);
  }
}

const leavesOf = ({ path, children }: SchemaTree): string[] =>
  children.length === 0 ? [path.join('.')] : children.flatMap(leavesOf);

function checkColumn(file: ArrayBuffer, column: ColumnMetaData, readHeader: Parsing['parquetHeader']): void {
  // A column without a dictionary may state that it lies at 0.
  const start = Number(column.dictionary_page_offset || column.data_page_offset);
  const length = Number(column.total_compressed_size);
  checkCount(start, file.byteLength);
  checkCount(length, file.byteLength - start);
  const reader = { view: new DataView(file, start, length), offset: 0 };
  while (reader.offset < length - 1) {
    const before = reader.offset;
    const header = readHeader(reader);
    checkCount(header.compressed_page_size, length - reader.offset);
    checkCount(header.uncompressed_page_size, pageRoom + 1000 * header.compressed_page_size);
    checkData(header);
    reader.offset += header.compressed_page_size;
    if (reader.offset <= before) throw new RangeError('A page has no length.');
  }
}

function checkData({
  data_page_header,
  data_page_header_v2: second,
  dictionary_page_header,
  ...header
}: PageHeader): void {
  for (const part of [data_page_header, second, dictionary_page_header]) {
    if (part) checkCount(part.num_values, mostValues);
  }
  if (!second) return;
  checkCount(second.num_rows, second.num_values);
  checkCount(second.num_nulls, second.num_values);
  const levels = [second.definition_levels_byte_length, second.repetition_levels_byte_length];
  for (const length of levels) checkCount(length, header.compressed_page_size);
}

function checkCount(value: number | undefined, most: number): void {
  if (value === undefined || !Number.isSafeInteger(value) || value < 0 || value > most)
    throw new RangeError(`A size of ${value} is not between 0 and ${most}.`);
}
