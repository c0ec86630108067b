import { isJsonObject, shown } from '../jsonValue.ts';

/** Element types of the safetensors format and their widths in bytes. */
const widths = {
  BOOL: 1,
  U8: 1,
  I8: 1,
  F8_E5M2: 1,
  F8_E4M3: 1,
  I16: 2,
  U16: 2,
  F16: 2,
  BF16: 2,
  I32: 4,
  U32: 4,
  F32: 4,
  F64: 8,
  I64: 8,
  U64: 8,
} as const;

export type SafetensorsDtype = keyof typeof widths;

/** A tensor's little-endian bytes in row-major order. */
export interface SafetensorsTensor {
  readonly dtype: SafetensorsDtype;
  readonly shape: readonly number[];
  readonly bytes: Uint8Array;
}

export interface Safetensors {
  readonly metadata: Readonly<Record<string, string>>;
  /** In file order. The bytes are views into the file, aligned only as the file is. */
  readonly tensors: ReadonlyMap<string, SafetensorsTensor>;
}

/** A file that is no usable safetensors file. The message says what is wrong and what to do. */
export class SafetensorsFormatError extends Error {
  override readonly name = 'SafetensorsFormatError';
}

/** What the format's own reader allows. */
const longestHeader = 100_000_000;

/**
 * Reads a safetensors file: the header's length as u64, the header as JSON, the tensors one after the other.
 * @throws SafetensorsFormatError in one sentence when the file is not one, is cut off, or contradicts itself
 */
export function readSafetensors(file: Uint8Array): Safetensors {
  // A plain view: Node's Buffer is a Uint8Array too, but its slice() shares memory.
  const { header, body } = splitHeader(new Uint8Array(file.buffer, file.byteOffset, file.byteLength));
  const { __metadata__: metadata = {}, ...entries } = header;
  const tensors = new Map<string, SafetensorsTensor>();
  let end = 0;
  for (const [name, entry] of Object.entries(entries).sort(byOffset)) {
    const tensor = readTensor(name, entry, body);
    if (tensor.begin !== end) throw broken(`tensor ${name} begins at byte ${tensor.begin} instead of ${end}`);
    end = tensor.begin + tensor.bytes.length;
    tensors.set(name, { dtype: tensor.dtype, shape: tensor.shape, bytes: tensor.bytes });
  }
  if (end !== body.length)
    throw broken(`its tensors take ${end} bytes, but ${body.length} follow the header`);
  if (!isJsonObject(metadata) || Object.values(metadata).some((value) => typeof value !== 'string')) {
    throw broken('its __metadata__ is not a table of strings');
  }
  return { metadata: metadata as Record<string, string>, tensors };
}

/**
 * Writes a safetensors file, tensors in the given order, the header padded with spaces to a multiple of 8.
 * @throws Error naming a tensor whose bytes do not fit its shape
 */
export function writeSafetensors(
  tensors: ReadonlyMap<string, SafetensorsTensor>,
  metadata: Readonly<Record<string, string>> = {},
): Uint8Array {
  const entries: [string, unknown][] = Object.keys(metadata).length ? [['__metadata__', metadata]] : [];
  let end = 0;
  for (const [name, { dtype, shape, bytes }] of tensors) {
    const expected = byteCount(dtype, shape);
    if (bytes.length !== expected) {
      throw new Error(
        `Tensor ${name} (${dtype} [${shape}]) has ${bytes.length} bytes instead of ${expected}.`,
      );
    }
    entries.push([name, { dtype, shape, data_offsets: [end, (end += expected)] }]);
  }
  const header = paddedHeader(new Map(entries));
  const file = new Uint8Array(8 + header.length + end);
  new DataView(file.buffer).setBigUint64(0, BigInt(header.length), true);
  file.set(header, 8);
  let at = 8 + header.length;
  for (const { bytes } of tensors.values()) {
    file.set(bytes, at);
    at += bytes.length;
  }
  return file;
}

function paddedHeader(entries: ReadonlyMap<string, unknown>): Uint8Array {
  const json = [...entries].map(([name, entry]) => `${JSON.stringify(name)}:${JSON.stringify(entry)}`);
  const text = new TextEncoder().encode(`{${json.join(',')}}`);
  const padded = new Uint8Array(Math.ceil(text.length / 8) * 8).fill(0x20);
  padded.set(text);
  return padded;
}

function splitHeader(file: Uint8Array): { header: Record<string, unknown>; body: Uint8Array } {
  if (file.length < 8) throw broken(`it has only ${file.length} bytes`);
  const length = new DataView(file.buffer, file.byteOffset, file.byteLength).getBigUint64(0, true);
  if (length > longestHeader) throw broken(`it states a header of ${length} bytes`);
  const end = 8 + Number(length);
  if (end > file.length) throw broken(`its header ends at byte ${end}, the file at byte ${file.length}`);
  const header = parseHeader(file.subarray(8, end));
  return { header, body: file.subarray(end) };
}

function parseHeader(bytes: Uint8Array): Record<string, unknown> {
  try {
    const header: unknown = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes));
    if (isJsonObject(header)) return header;
  } catch {
    // Falls through: whatever is wrong with the text, the file is no safetensors file.
  }
  throw broken('its header is not a JSON table');
}

/** JSON moves names that look like numbers to the front, so the file's order is that of the offsets. */
function byOffset([, a]: [string, unknown], [, b]: [string, unknown]): number {
  const begin = (entry: unknown) =>
    isJsonObject(entry) && isSizes(entry.data_offsets) ? entry.data_offsets[0] : 0;
  return (begin(a) ?? 0) - (begin(b) ?? 0);
}

function readTensor(name: string, entry: unknown, body: Uint8Array): SafetensorsTensor & { begin: number } {
  if (!isJsonObject(entry)) throw broken(`the entry of tensor ${name} is not a table`);
  const { dtype, shape, data_offsets: offsets } = entry;
  if (!isDtype(dtype)) throw broken(`tensor ${name} has the unknown dtype ${shown(dtype)}`);
  if (!isSizes(shape)) throw broken(`tensor ${name} has the shape ${shownSizes(shape)}`);
  const [begin, end] = isSizes(offsets) ? offsets : [];
  if (begin === undefined || end === undefined || begin > end || end > body.length) {
    throw broken(`tensor ${name} lies at ${shownSizes(offsets)} of ${body.length} bytes`);
  }
  if (end - begin !== byteCount(dtype, shape)) {
    throw broken(
      `tensor ${name} (${dtype} [${shape}]) takes ${end - begin} bytes instead of ${byteCount(dtype, shape)}`,
    );
  }
  return { begin, dtype, shape, bytes: body.subarray(begin, end) };
}

function byteCount(dtype: SafetensorsDtype, shape: readonly number[]): number {
  return shape.reduce((product, size) => product * size, widths[dtype]);
}

function isDtype(value: unknown): value is SafetensorsDtype {
  return typeof value === 'string' && Object.hasOwn(widths, value);
}

function isSizes(value: unknown): value is number[] {
  return Array.isArray(value) && value.every((size) => Number.isSafeInteger(size) && (size as number) >= 0);
}

/** A shape or offsets for a message, which are short where they are right. */
const shownSizes = (value: unknown): string =>
  Array.isArray(value) ? `[${value.slice(0, 8).map(shown).join(',')}]` : shown(value);

/** A name or shape may be as long as the file. */
const longestReason = 300;

function broken(reason: string): SafetensorsFormatError {
  const short = reason.length > longestReason ? `${reason.slice(0, longestReason)}…` : reason;
  return new SafetensorsFormatError(
    `The safetensors file is not readable: ${short}; export or download it again.`,
  );
}
