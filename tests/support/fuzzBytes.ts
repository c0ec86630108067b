import type { Random } from '../../src/random.ts';

type Mutation = (random: Random, bytes: Uint8Array) => Uint8Array;

/** A random stretch of `bytes`; half of them are short, as fields and numbers are. */
function stretch(random: Random, bytes: Uint8Array): { start: number; end: number } {
  const start = random.below(bytes.length + 1);
  const longest = random.next() < 0.5 ? 16 : bytes.length;
  return { start, end: Math.min(bytes.length, start + random.below(longest + 1)) };
}

function replace(bytes: Uint8Array, start: number, end: number, inserted: Uint8Array): Uint8Array {
  const result = new Uint8Array(bytes.length - (end - start) + inserted.length);
  result.set(bytes.subarray(0, start));
  result.set(inserted, start);
  result.set(bytes.subarray(end), start + inserted.length);
  return result;
}

/** Numbers where readers go wrong: powers of two and their neighbours, as varints and as little-endian words. */
function oddNumber(random: Random): Uint8Array {
  const power = 2n ** BigInt(random.below(65)) + BigInt(random.below(3) - 1);
  return random.next() < 0.5 ? varint(power) : littleEndian(power, 2 ** random.below(4));
}

/** A protobuf varint, of up to eleven bytes; ten are the most that a reader may take. */
function varint(value: bigint): Uint8Array {
  const bytes: number[] = [];
  let rest = BigInt.asUintN(71, value);
  for (; rest >= 0x80n; rest >>= 7n) bytes.push(Number(rest & 0x7fn) | 0x80);
  return Uint8Array.from([...bytes, Number(rest)]);
}

function littleEndian(value: bigint, width: number): Uint8Array {
  return Uint8Array.from({ length: width }, (_, i) => Number((value >> BigInt(8 * i)) & 0xffn));
}

const mutations: readonly Mutation[] = [
  function flipBit(random, bytes) {
    const at = random.below(bytes.length);
    return replace(bytes, at, at + 1, Uint8Array.of((bytes[at] ?? 0) ^ (1 << random.below(8))));
  },
  function overwriteByte(random, bytes) {
    const at = random.below(bytes.length);
    const byte = random.next() < 0.5 ? random.below(256) : [0, 1, 0x7f, 0x80, 0xff][random.below(5)]!;
    return replace(bytes, at, at + 1, Uint8Array.of(byte));
  },
  function truncate(random, bytes) {
    return bytes.slice(0, random.below(bytes.length + 1));
  },
  function remove(random, bytes) {
    const { start, end } = stretch(random, bytes);
    return replace(bytes, start, end, new Uint8Array(0));
  },
  function duplicate(random, bytes) {
    const { start, end } = stretch(random, bytes);
    return replace(bytes, end, end, bytes.subarray(start, end));
  },
  function splice(random, bytes) {
    const [from, to] = [stretch(random, bytes), stretch(random, bytes)];
    return replace(bytes, to.start, to.end, bytes.subarray(from.start, from.end));
  },
  function swap(random, bytes) {
    const [a, b] = [stretch(random, bytes), stretch(random, bytes)].sort((x, y) => x.start - y.start);
    if (!a || !b || a.end > b.start) return bytes;
    const parts = [bytes.subarray(b.start, b.end), bytes.subarray(a.end, b.start), bytes.subarray(a.start, a.end)]; // prettier-ignore
    return replace(bytes, a.start, b.end, Buffer.concat(parts));
  },
  function insertNumber(random, bytes) {
    const at = random.below(bytes.length + 1);
    return replace(bytes, at, at, oddNumber(random));
  },
  function overwriteNumber(random, bytes) {
    const number = oddNumber(random);
    const at = random.below(bytes.length);
    return replace(bytes, at, Math.min(bytes.length, at + number.length), number);
  },
  function append(random, bytes) {
    return replace(bytes, bytes.length, bytes.length, new Uint8Array(random.below(64)).fill(random.below(256))); // prettier-ignore
  },
];

/** One to four random damages to a file: bits, bytes, lengths, stretches lost, doubled, moved or cut off. */
export function mutateBytes(random: Random, bytes: Uint8Array): Uint8Array {
  let result = bytes;
  for (let count = 1 + random.below(4); count > 0; count--) {
    if (result.length > 0) result = mutations[random.below(mutations.length)]!(random, result);
  }
  return Uint8Array.from(result);
}
