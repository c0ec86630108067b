import fc from 'fast-check';
import type { Fault, FuzzResult } from '../../tools/testing/fuzzResult.ts';
import { createRandom, type Random } from '../../src/random.ts';
import { mutateBytes } from './fuzzBytes.ts';
import { mutateJson } from './fuzzJson.ts';

type ErrorClass = abstract new (...args: never[]) => Error;

/** Something that takes what people hand it. An input is accepted, or refused with an error of one of `errors`. */
export interface FuzzedReader<Input = Uint8Array> {
  readonly name: string;
  readonly errors: readonly ErrorClass[];
  /** The input numbered `index`, always the same for the same random stream. */
  readonly input: (random: Random, index: number) => Input;
  readonly sizeOf: (input: Input) => number;
  /** Reads, and checks what it read as far as there is something to check. */
  readonly read: (input: Input) => unknown;
}

export interface FuzzLimits {
  readonly slowestMs: number;
  /** Bytes that reading a file of `size` bytes may take. */
  readonly growth: (size: number) => number;
}

/** Parsed text costs up to some hundred times its size in objects; beyond that a file states sizes that it does not have. */
export const fuzzLimits: FuzzLimits = { slowestMs: 10_000, growth: (size) => 64 * 2 ** 20 + 256 * size };

/** Damaged real files most of the time, and bytes out of nowhere. */
export function damagedFiles(seeds: readonly Uint8Array[]): (random: Random, index: number) => Uint8Array {
  return (random) => {
    if (random.next() < 0.1) return arbitrary(fc.uint8Array({ maxLength: 300 }), random);
    return mutateBytes(random, seeds[random.below(seeds.length)]!);
  };
}

/** Damaged JSON files: half of them still JSON, half with wrong bytes, and some JSON out of nowhere. */
export function damagedJson(seeds: readonly string[]): (random: Random, index: number) => Uint8Array {
  const encoder = new TextEncoder();
  const values = seeds.map((text): unknown => JSON.parse(text));
  return (random) => {
    const at = random.below(seeds.length);
    const kind = random.next();
    if (kind < 0.1) return encoder.encode(arbitrary(fc.json(), random));
    if (kind < 0.35) return mutateBytes(random, encoder.encode(seeds[at]));
    return encoder.encode(mutateJson(random, values[at]));
  };
}

/** One value of an arbitrary. */
export function arbitrary<T>(values: fc.Arbitrary<T>, random: Random): T {
  return fc.sample(values, { seed: random.below(2 ** 31), numRuns: 1 })[0]!;
}

/** The input that a fault's index stands for. */
export function fuzzInput<Input>(reader: FuzzedReader<Input>, seed: number, index: number): Input {
  return reader.input(createRandom('fuzz', reader.name, seed, index), index);
}

/**
 * Reads `count` inputs and reports all that went wrong: errors of a foreign kind, messages that are no sentence, more time or
 * memory than the limits.
 * @param started is told an input's index before it is read, so that a hang can be named
 */
export async function fuzz<Input>(
  reader: FuzzedReader<Input>,
  { count, seed, limits = fuzzLimits, started }: FuzzOptions,
): Promise<FuzzResult> {
  const faults: Fault[] = [];
  const totals = { accepted: 0, rejected: 0, slowestMs: 0, largestGrowth: 0 };
  for (let index = 0; index < count; index++) {
    const input = fuzzInput(reader, seed, index);
    started?.(index);
    const trial = await readOnce(reader, input);
    totals[trial.error === undefined ? 'accepted' : 'rejected']++;
    totals.slowestMs = Math.max(totals.slowestMs, trial.ms);
    totals.largestGrowth = Math.max(totals.largestGrowth, trial.growth);
    const what = faultOf(reader, trial, reader.sizeOf(input), limits);
    if (what !== undefined) faults.push({ index, what });
  }
  return { reader: reader.name, inputs: count, ...totals, faults };
}

export interface FuzzOptions {
  readonly count: number;
  readonly seed: number;
  readonly limits?: FuzzLimits;
  readonly started?: (index: number) => void;
}

interface Trial {
  readonly error: unknown;
  readonly ms: number;
  readonly growth: number;
}

async function readOnce<Input>(reader: FuzzedReader<Input>, input: Input): Promise<Trial> {
  const before = footprint();
  const begin = process.cpuUsage();
  let error: unknown;
  try {
    const result = reader.read(input);
    if (result instanceof Promise) await result;
  } catch (thrown) {
    error = thrown ?? new Error('undefined was thrown');
  }
  // The processor's time: a busy machine makes nothing slower by it.
  const { user, system } = process.cpuUsage(begin);
  const ms = (user + system) / 1000;
  const after = footprint();
  return { error, ms, growth: Math.max(after.buffers - before.buffers, after.peak - before.peak, 0) };
}

/** Bytes in buffers now, and the most that the process ever had in memory: the first shows buffers that were kept. */
function footprint(): { buffers: number; peak: number } {
  return { buffers: process.memoryUsage().arrayBuffers, peak: process.resourceUsage().maxRSS * 1024 };
}

const longestMessage = 1500;

/** What the engine says when code of ours trusted an input. */
const inside = /Cannot (read|convert|set|mix|destructure)|is not (a function|iterable|defined|a constructor)|Invalid (array|string|typed array|count|date)|call stack|allocation failed|undefined is|NaN cannot/; // prettier-ignore

/** `Error` itself stands for plain errors only, not for what the engine throws. */
function isOfKind(error: Error, known: ErrorClass): boolean {
  if (known !== Error) return error instanceof known;
  for (let link: unknown = error; link instanceof Error; link = link.cause) {
    if (Object.getPrototypeOf(link) !== Error.prototype) return false;
  }
  return true;
}

function faultOf<Input>(
  reader: FuzzedReader<Input>,
  { error, ms, growth }: Trial,
  size: number,
  limits: FuzzLimits,
): string | undefined {
  if (ms > limits.slowestMs) return `took ${Math.round(ms)} ms`;
  if (growth > limits.growth(size)) return `grew by ${growth} bytes over an input of ${size}`;
  if (error === undefined) return undefined;
  if (!(error instanceof Error)) return `threw ${typeof error} that is no Error`;
  const { message } = error;
  if (!reader.errors.some((known) => isOfKind(error, known)))
    return `${error.name}: ${error.stack ?? message}`;
  if (inside.test(message)) return `speaks of its own inside: ${message}`;
  if (message.length > longestMessage) return `says ${message.length} characters: ${message.slice(0, 200)}`;
  return message.endsWith('.') ? undefined : `says no whole sentence: ${message}`;
}
