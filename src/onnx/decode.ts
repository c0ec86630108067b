import { fromBinary } from '@bufbuild/protobuf';
import { checkGraph } from '../graph/checkGraph.ts';
import type { Initializer, Model } from '../graph/model.ts';
import { causalMasks, withCausalMasks } from './causalMasks.ts';
import { copyMessage } from './copyMessage.ts';
import { decodeGraph } from './decodeGraph.ts';
import { foreignHeadLength, refuseForeignBytes } from './foreignBytes.ts';
import { ModelProtoSchema, type ModelProto } from './generated/onnx_pb.ts';
import { OnnxFormatError } from './onnxFormatError.ts';
import { scanWire, type ByteRange } from './scanWire.ts';

/** Anything that yields byte ranges: a Blob, a file handle. Offsets may exceed 2^32. */
export interface ByteSource {
  readonly size: number;
  slice(offset: number, length: number): Promise<Uint8Array>;
}

/** Inline tensors of at least this many bytes become references; smaller ones are shape constants and the like. */
const inlineThreshold = 1024;
const windowLength = 1 << 18;

/**
 * An ONNX model as plain data. Inline weights of 1 KiB or more become references with location `''` into `bytes`,
 * external ones references into their files; nothing keeps `bytes` alive.
 * @param bytes the whole .onnx file
 * @param fileName how errors name the file
 * @throws OnnxFormatError for anything that is not an ONNX model, saying what it looks like and what to do
 */
export function decodeModel(bytes: Uint8Array, fileName = 'The file'): Model {
  return orFormatError(fileName, () => {
    refuseForeignBytes(bytes.subarray(0, foreignHeadLength), fileName);
    const scan = scanWire(bytes.length, inlineThreshold);
    let step = scan.next();
    while (!step.done) {
      const { offset, length } = step.value;
      step = scan.next(bytes.subarray(offset, offset + length));
    }
    const model = decodeSkeleton(step.value, bytes.length);
    const masks = causalMasks(model).map(
      ({ mask, data }) => [mask, bytes.slice(data.offset, data.offset + data.length)] as const,
    );
    return withCausalMasks(model, new Map(masks));
  });
}

/**
 * `decodeModel` for files of any size: reads the wire format's tags in windows and skips inline weights.
 * @throws OnnxFormatError as `decodeModel`; errors of `source.slice` pass through
 */
export async function scanModel(source: ByteSource, fileName = 'The file'): Promise<Model> {
  const head = await source.slice(0, Math.min(foreignHeadLength, source.size));
  refuseForeignBytes(head, fileName);
  const scan = scanWire(source.size, inlineThreshold);
  const read = windowedReader(source);
  let step = orFormatError(fileName, () => scan.next());
  while (!step.done) {
    const bytes = await read(step.value);
    step = orFormatError(fileName, () => scan.next(bytes));
  }
  const skeleton = step.value;
  const model = orFormatError(fileName, () => decodeSkeleton(skeleton, source.size));
  const masks = new Map<Initializer, Uint8Array>();
  for (const { mask, data } of causalMasks(model))
    masks.set(mask, await source.slice(data.offset, data.length));
  return withCausalMasks(model, masks);
}

/** Answers the scan's many tiny reads from one window of the file. */
function windowedReader(source: ByteSource): (range: ByteRange) => Promise<Uint8Array> {
  let window = new Uint8Array(0);
  let start = 0;
  return async ({ offset, length }) => {
    if (offset < start || offset + length > start + window.length) {
      const wanted = Math.min(Math.max(length, windowLength), source.size - offset);
      window = new Uint8Array(await source.slice(offset, wanted));
      start = offset;
      if (window.length !== wanted) {
        throw new OnnxFormatError(`reading ${wanted} bytes at byte ${offset} gave only ${window.length}.`);
      }
    }
    return window.subarray(offset - start, offset - start + length);
  };
}

/** Decodes what the scan left: a ModelProto whose large tensors are external data. */
function decodeSkeleton(skeleton: Uint8Array, fileSize: number): Model {
  const proto = fromBinary(ModelProtoSchema, skeleton);
  if (!proto.graph) throw new OnnxFormatError('it has no graph');
  if (proto.opsetImport.length === 0) throw new OnnxFormatError('it states no opset, so it may be cut off');
  const graph = decodeGraph(proto.graph);
  checkGraph(graph);
  graph.initializers.forEach((initializer) => checkRange(initializer, fileSize));
  const opsets = proto.opsetImport.map(({ domain, version }) => [
    domain === 'ai.onnx' ? '' : domain,
    Number(version),
  ]);
  return {
    graph,
    irVersion: Number(proto.irVersion),
    opsets: Object.fromEntries(opsets) as Record<string, number>,
    origin: withoutGraph(proto),
  };
}

function withoutGraph(proto: ModelProto): ModelProto {
  const rest = copyMessage(proto);
  delete rest.graph;
  return rest;
}

function checkRange({ name, data }: Initializer, fileSize: number): void {
  if ('bytes' in data || data.location !== '') return;
  if (data.offset + data.length > fileSize) {
    throw new OnnxFormatError(`tensor ${name} reaches to byte ${data.offset + data.length} of ${fileSize}`);
  }
}

/** A name or a list of dimensions may be as long as the file. */
const longestReason = 500;

/** Gives every failure of decoding the same form; the first letter tells a finished sentence from a reason. */
function orFormatError<T>(fileName: string, decode: () => T): T {
  try {
    return decode();
  } catch (error) {
    if (error instanceof OnnxFormatError && error.message.startsWith(fileName)) throw error;
    const whole = error instanceof Error ? error.message : String(error);
    const reason = whole.length > longestReason ? `${whole.slice(0, longestReason)}…` : whole;
    throw new OnnxFormatError(
      `${fileName} is not a readable ONNX model: ${reason}; download it again, or choose the .onnx file of an ONNX export.`,
      { cause: error },
    );
  }
}
