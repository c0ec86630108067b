import { OnnxFormatError } from './onnxFormatError.ts';
import { encodeVarint, externalDataFields } from './wireFields.ts';

/** A range of the file that the scan wants to see next; answered with exactly those bytes. */
export interface ByteRange {
  readonly offset: number;
  readonly length: number;
}

/** A scan asks for ranges with `yield` and returns its result, so that one code serves memory and Blobs. */
type Scan<T> = Generator<ByteRange, T, Uint8Array>;

type MessageKind = 'model' | 'graph' | 'node' | 'attribute' | 'tensor' | 'constant';

/** Fields through which a tensor with `raw_data` can be reached: field number → kind of submessage. */
const submessages: Record<MessageKind, Readonly<Record<number, MessageKind>>> = {
  model: { 7: 'graph' },
  graph: { 1: 'node', 5: 'tensor' },
  node: { 5: 'attribute' },
  attribute: { 5: 'constant', 6: 'graph', 10: 'constant', 11: 'graph' },
  tensor: {},
  constant: {},
};

const rawDataField = 9;
/** Tensors in attributes stay in the graph up to this size (masks, tables): onnxruntime reads none from files there. */
const largestAttribute = 1 << 24;
const longestVarint = 10;
const deepestNesting = 64;

/** Bytes in pieces, joined once at the end. */
interface Rope {
  readonly pieces: Uint8Array[];
  length: number;
}

/**
 * Copies a serialized ModelProto without the bulk of its weights: each inline `raw_data` of at least `threshold`
 * bytes becomes external data with the empty location (the file itself), its offset and its length. All other
 * bytes are copied as they are, unknown fields too.
 * @throws OnnxFormatError when the wire format is broken or truncated
 */
export function* scanWire(size: number, threshold: number): Scan<Uint8Array> {
  const rope = yield* scanMessage('model', 0, size, threshold, 0);
  return join(rope);
}

function* scanMessage(
  kind: MessageKind,
  start: number,
  end: number,
  threshold: number,
  depth: number,
): Scan<Rope> {
  if (depth > deepestNesting) throw new OnnxFormatError(`graphs are nested more than ${deepestNesting} deep`);
  const rope: Rope = { pieces: [], length: 0 };
  let at = start;
  let copiedTo = start;
  while (at < end) {
    const field = yield* scanField(at, end);
    const bodyLength = field.end - field.body;
    if (field.wireType === 2 && bodyLength >= threshold) {
      const replacement = yield* scanLargeField(kind, field, threshold, depth);
      if (replacement) {
        yield* copyRange(rope, copiedTo, at);
        append(rope, replacement.pieces);
        copiedTo = field.end;
      }
    }
    at = field.end;
  }
  yield* copyRange(rope, copiedTo, end);
  return rope;
}

/** What stands for a large field in the copy; undefined when it is copied as it is. */
function* scanLargeField(
  kind: MessageKind,
  field: Field,
  threshold: number,
  depth: number,
): Scan<Rope | undefined> {
  const rope: Rope = { pieces: [], length: 0 };
  const length = field.end - field.body;
  const isWeight = kind === 'tensor' || (kind === 'constant' && length >= largestAttribute);
  if (isWeight && field.number === rawDataField) {
    append(rope, [externalDataFields({ location: '', offset: field.body, length })]);
    return rope;
  }
  const child = submessages[kind][field.number];
  if (!child) return undefined;
  const inner = yield* scanMessage(child, field.body, field.end, threshold, depth + 1);
  append(rope, [encodeVarint(field.number * 8 + 2), encodeVarint(inner.length)]);
  append(rope, inner.pieces);
  return rope;
}

interface Field {
  readonly number: number;
  readonly wireType: number;
  /** Where the payload begins and ends in the file. */
  readonly body: number;
  readonly end: number;
}

/** Reads one field's tag and extent; its payload is not looked at. */
function* scanField(at: number, end: number): Scan<Field> {
  const length = Math.min(2 * longestVarint, end - at);
  const head = yield { offset: at, length };
  const tag = readVarint(head, 0, at);
  const wireType = tag.value % 8;
  const number = Math.floor(tag.value / 8);
  if (number === 0 || tag.value > 0xffffffff)
    throw new OnnxFormatError(`there is an invalid field tag at byte ${at}`);
  const { body, length: bodyLength } = extent(wireType, head, tag.next, at);
  const fieldEnd = at + body + bodyLength;
  if (fieldEnd > end) {
    throw new OnnxFormatError(
      `field ${number} at byte ${at} reaches to byte ${fieldEnd}, past the end at byte ${end}`,
    );
  }
  return { number, wireType, body: at + body, end: fieldEnd };
}

/** Payload start (relative to the tag) and length by wire type. Groups do not occur in ONNX. */
function extent(
  wireType: number,
  head: Uint8Array,
  next: number,
  at: number,
): { body: number; length: number } {
  if (wireType === 0) return { body: next, length: readVarint(head, next, at).next - next };
  if (wireType === 1) return { body: next, length: 8 };
  if (wireType === 5) return { body: next, length: 4 };
  if (wireType === 2) {
    const length = readVarint(head, next, at);
    return { body: length.next, length: length.value };
  }
  throw new OnnxFormatError(`there is an invalid wire type ${wireType} at byte ${at}`);
}

/** A varint as a number: exact to 2^53, larger values only approximately, which no length or tag may have. */
function readVarint(bytes: Uint8Array, from: number, at: number): { value: number; next: number } {
  let value = 0;
  for (let i = 0; i < longestVarint; i++) {
    const byte = bytes[from + i];
    if (byte === undefined) throw new OnnxFormatError(`it is cut off at byte ${at + from + i}`);
    value += (byte & 0x7f) * 2 ** (7 * i);
    if (byte < 0x80) return { value, next: from + i + 1 };
  }
  throw new OnnxFormatError(`there is an endless number at byte ${at + from}`);
}

function* copyRange(rope: Rope, from: number, to: number): Scan<void> {
  if (to > from) append(rope, [(yield { offset: from, length: to - from }).slice()]);
}

/** Takes a list, since a model of many thousand weights has more pieces than a call may have arguments. */
function append(rope: Rope, pieces: readonly Uint8Array[]): void {
  for (const piece of pieces) {
    rope.pieces.push(piece);
    rope.length += piece.length;
  }
}

function join(rope: Rope): Uint8Array {
  const bytes = new Uint8Array(rope.length);
  let at = 0;
  for (const piece of rope.pieces) {
    bytes.set(piece, at);
    at += piece.length;
  }
  return bytes;
}
