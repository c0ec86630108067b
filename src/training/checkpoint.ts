import type { LossScale } from './lossScale.ts';
import type { OptimizerVectors } from './optimizerState.ts';

/** Everything needed to continue a run as if it had not stopped. The order of the data follows from `step` and config. */
export interface TrainingCheckpoint extends OptimizerVectors {
  /** Optimizer steps done. */
  readonly step: number;
  /** Tokens (without padding) seen so far. */
  readonly tokens: number;
  /** What must be the same on resuming, by name. */
  readonly config: Readonly<Record<string, string | number | boolean>>;
  /** Of a run in half precision. */
  readonly lossScale?: LossScale;
}

/** Bytes that are no usable checkpoint. The message says what is wrong and what to do. */
export class CheckpointFormatError extends Error {
  override readonly name = 'CheckpointFormatError';
}

const magic = 'WHITTLE-CHECKPOINT-1\n';
const vectorNames = ['parameters', 'firstMoment', 'secondMoment'] as const;

interface Header {
  readonly step: number;
  readonly tokens: number;
  readonly config: TrainingCheckpoint['config'];
  readonly lossScale?: LossScale;
  /** Elements of each of the three float32 vectors. */
  readonly size: number;
  /** CRC-32 of the vectors' bytes. */
  readonly checksum: number;
}

/**
 * A checkpoint as one file: the magic line, the header's length (u32), a JSON header, zeros up to a multiple of 4,
 * then parameters, first and second moment as little-endian float32.
 */
export function encodeCheckpoint(checkpoint: TrainingCheckpoint): Uint8Array<ArrayBuffer> {
  const { step, tokens, config, lossScale, parameters } = checkpoint;
  const size = parameters.length;
  const payload = new Uint8Array(size * 4 * vectorNames.length);
  vectorNames.forEach((name, i) => payload.set(bytesOf(checkpoint[name]), i * size * 4));
  const scaling = lossScale && { lossScale };
  const header: Header = { step, tokens, config, ...scaling, size, checksum: crc32(payload) };
  const text = new TextEncoder().encode(JSON.stringify(header));
  const start = payloadStart(text.length);
  const file = new Uint8Array(start + payload.length);
  file.set(new TextEncoder().encode(magic));
  new DataView(file.buffer).setUint32(magic.length, text.length, true);
  file.set(text, magic.length + 4);
  file.set(payload, start);
  return file;
}

/**
 * Reads a checkpoint file.
 * @throws CheckpointFormatError in one sentence when it is foreign, truncated or damaged
 */
export function decodeCheckpoint(file: Uint8Array): TrainingCheckpoint {
  const { header, start } = readHeader(file);
  const { step, tokens, config, lossScale, size, checksum } = header;
  const expected = start + size * 4 * vectorNames.length;
  if (file.length !== expected) {
    throw new CheckpointFormatError(
      `The checkpoint has ${file.length} bytes instead of ${expected}; it was cut off. Use an earlier one.`,
    );
  }
  if (crc32(file.subarray(start)) !== checksum) {
    throw new CheckpointFormatError(
      'The checkpoint is damaged: its checksum does not match. Use an earlier one.',
    );
  }
  const vector = (index: number) =>
    new Float32Array(file.slice(start + index * size * 4, start + (index + 1) * size * 4).buffer);
  const vectors = { parameters: vector(0), firstMoment: vector(1), secondMoment: vector(2) };
  return { step, tokens, config, ...(lossScale && { lossScale }), ...vectors };
}

function readHeader(file: Uint8Array): { header: Header; start: number } {
  const decoder = new TextDecoder();
  if (decoder.decode(file.subarray(0, magic.length)) !== magic) {
    throw new CheckpointFormatError('This is not a checkpoint of Whittle.');
  }
  const view = new DataView(file.buffer, file.byteOffset, file.byteLength);
  const length = file.length >= magic.length + 4 ? view.getUint32(magic.length, true) : Infinity;
  if (file.length < magic.length + 4 + length) {
    throw new CheckpointFormatError(
      `The checkpoint has only ${file.length} bytes; it was cut off. Use an earlier one.`,
    );
  }
  try {
    const header: unknown = JSON.parse(
      decoder.decode(file.subarray(magic.length + 4, magic.length + 4 + length)),
    );
    if (!isHeader(header)) throw new Error('fields are missing');
    return { header, start: payloadStart(length) };
  } catch (error) {
    throw new CheckpointFormatError(
      'The checkpoint is damaged: its header cannot be read. Use an earlier one.',
      {
        cause: error,
      },
    );
  }
}

function isHeader(value: unknown): value is Header {
  if (typeof value !== 'object' || value === null) return false;
  const fields = value as Record<keyof Header, unknown>;
  const counts = [fields.step, fields.tokens, fields.size, fields.checksum];
  const hasCounts = counts.every((count) => Number.isSafeInteger(count) && Number(count) >= 0);
  const isScale = fields.lossScale === undefined || isLossScale(fields.lossScale);
  return hasCounts && isScale && typeof fields.config === 'object' && fields.config !== null;
}

function isLossScale(value: unknown): value is LossScale {
  if (typeof value !== 'object' || value === null) return false;
  const { scale, goodSteps } = value as Record<keyof LossScale, unknown>;
  return Number.isFinite(scale) && Number(scale) > 0 && Number.isSafeInteger(goodSteps);
}

/** What checkpoints and configurations leave unsaid. */
const unsaid: TrainingCheckpoint['config'] = { activations: 'float32' };

/**
 * Checks that a run may continue from `checkpoint`. Throws naming the first setting that differs, because losses
 * would silently deviate from those of an uninterrupted run.
 */
export function assertResumable(
  checkpoint: TrainingCheckpoint,
  config: TrainingCheckpoint['config'],
  parameterCount: number,
): void {
  if (checkpoint.parameters.length !== parameterCount) {
    throw new Error(
      `The checkpoint holds ${checkpoint.parameters.length} parameters, but this run trains ${parameterCount}; use the same model, rank and target modules.`,
    );
  }
  const names = new Set([...Object.keys(config), ...Object.keys(checkpoint.config)]);
  for (const name of names) {
    const [was, is] = [checkpoint.config[name] ?? unsaid[name], config[name] ?? unsaid[name]];
    if (was !== is) {
      throw new Error(
        `The checkpoint was written with ${name} = ${was}, but this run has ${is}; resume with the same settings.`,
      );
    }
  }
}

/** Where the vectors begin: after the header, aligned so that they can be viewed as float32. */
const payloadStart = (headerLength: number): number => Math.ceil((magic.length + 4 + headerLength) / 4) * 4;

const bytesOf = (vector: Float32Array): Uint8Array =>
  new Uint8Array(vector.buffer, vector.byteOffset, vector.byteLength);

const crcTable = Uint32Array.from({ length: 256 }, (_, n) => {
  let c = n;
  for (let bit = 0; bit < 8; bit++) c = c & 1 ? 0xedb88320 ^ (c >>> 1) : c >>> 1;
  return c;
});

/** CRC-32 as in ZIP and PNG (polynomial 0xEDB88320), as an unsigned number. */
export function crc32(bytes: Uint8Array, start = 0): number {
  let crc = ~start;
  for (let i = 0; i < bytes.length; i++) crc = crcTable[(crc ^ bytes[i]!) & 0xff]! ^ (crc >>> 8);
  return ~crc >>> 0;
}
