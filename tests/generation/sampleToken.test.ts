import { describe, expect, it } from 'vitest';
import { greedyToken, sampleToken } from '../../src/generation/sampleToken.ts';
import { seededRandom } from '../../src/generation/seededRandom.ts';

/** Share of each token in many draws. */
function shares(
  logits: Float32Array,
  sampling: { temperature: number; topP: number },
  draws = 20_000,
): number[] {
  const counts = new Array<number>(logits.length).fill(0);
  const uniform = seededRandom(1, 0);
  for (let i = 0; i < draws; i++) counts[sampleToken(logits, sampling, uniform())]! += 1;
  return counts.map((count) => count / draws);
}

/** Tokens by weight, of equal ones the first first, until they reach `topP`; then the one at a share of their sum. */
function drawnByDefinition(logits: Float32Array, temperature: number, topP: number, at: number): number {
  const max = Math.max(...logits);
  const tokens = [...logits].map((logit, token) => ({
    token,
    weight: Math.exp((logit - max) / temperature),
  }));
  const total = tokens.reduce((sum, { weight }) => sum + weight, 0);
  tokens.sort((a, b) => b.weight - a.weight || a.token - b.token);
  let sum = 0;
  const nucleus = tokens.filter(({ weight }) => (sum += weight) - weight < topP * total);
  let rest = at * nucleus.reduce((all, { weight }) => all + weight, 0);
  return nucleus.find(({ weight }) => (rest -= weight) < 0)!.token;
}

const logits = Float32Array.from([0.5, 0.25, 0.125, 0.125], Math.log);

describe('sampling a token', () => {
  it('follows the probabilities', () => {
    const found = shares(logits, { temperature: 1, topP: 1 });
    [0.5, 0.25, 0.125, 0.125].forEach((expected, i) => expect(found[i]).toBeCloseTo(expected, 1));
  });

  it('sharpens them at a low temperature', () => {
    // p^2, normalised: 16 : 4 : 1 : 1
    const found = shares(logits, { temperature: 0.5, topP: 1 });
    [16 / 22, 4 / 22, 1 / 22, 1 / 22].forEach((expected, i) => expect(found[i]).toBeCloseTo(expected, 1));
  });

  it('draws only from the nucleus', () => {
    // 0.5 alone is short of 0.6; 0.5 and 0.25 reach it.
    const found = shares(logits, { temperature: 1, topP: 0.6 });
    expect(found.slice(2)).toEqual([0, 0]);
    expect(found[0]).toBeCloseTo(2 / 3, 1);
  });

  it('keeps the likeliest token however small the nucleus', () =>
    expect(shares(logits, { temperature: 1, topP: 1e-9 })).toEqual([1, 0, 0, 0]));

  it('finds the nucleus among many equal tokens', () => {
    const flat = new Float32Array(1000);
    const drawn = new Set<number>();
    const uniform = seededRandom(2, 0);
    for (let i = 0; i < 5000; i++) drawn.add(sampleToken(flat, { temperature: 1, topP: 0.25 }, uniform()));
    expect(Math.max(...drawn)).toBe(249);
  });

  it('draws what going through the sorted tokens draws', () => {
    const uniform = seededRandom(3, 0);
    for (let round = 0; round < 400; round++) {
      // Many equal logits in every second round.
      const logits = Float32Array.from({ length: 200 }, () => (round % 2 ? 6 * uniform() : Math.floor(4 * uniform()))); // prettier-ignore
      const [topP, at] = [0.05 + 0.94 * uniform(), uniform()];
      expect(sampleToken(logits, { temperature: 0.7, topP }, at)).toBe(drawnByDefinition(logits, 0.7, topP, at)); // prettier-ignore
    }
  });

  it('never draws an impossible token, at either end of the unit interval', () => {
    const some = Float32Array.from([-Infinity, 1, -Infinity, 1, -Infinity]);
    expect(sampleToken(some, { temperature: 1, topP: 1 }, 0)).toBe(1);
    expect(sampleToken(some, { temperature: 1, topP: 1 }, 1 - 2 ** -33)).toBe(3);
    expect(sampleToken(some, { temperature: 1, topP: 1 }, 1)).toBe(3);
    expect(sampleToken(some, { temperature: 1, topP: 0.9 }, 1 - 2 ** -33)).toBe(3);
  });

  it('takes the first of equal logits when greedy', () =>
    expect(greedyToken(Float32Array.of(0, 2, 1, 2))).toBe(1));
});

describe('a seeded stream', () => {
  const first = (seed: number, stream: number) => Array.from({ length: 4 }, seededRandom(seed, stream));

  it('repeats itself', () => expect(first(1, 2)).toEqual(first(1, 2)));

  it('differs by seed and by stream', () => {
    const all = [first(1, 2), first(1, 3), first(2, 2), first(2, 1)].map(String);
    expect(new Set(all).size).toBe(4);
  });

  it('is uniform', () => {
    const uniform = seededRandom(5, 5);
    const numbers = Array.from({ length: 10_000 }, uniform);
    expect(numbers.every((x) => x >= 0 && x < 1)).toBe(true);
    for (let decile = 0; decile < 10; decile++) {
      const share = numbers.filter((x) => Math.floor(x * 10) === decile).length / numbers.length;
      expect(Math.abs(share - 0.1)).toBeLessThan(0.015);
    }
  });
});
