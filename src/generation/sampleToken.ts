/** How a token is drawn from logits. */
export interface TokenSampling {
  /** Above 0; the logits are divided by it. */
  readonly temperature: number;
  /** In (0, 1]: only the smallest set of likeliest tokens that reaches this probability is drawn from. */
  readonly topP: number;
}

/**
 * Draws a token from one row of logits by temperature and nucleus (Holtzman et al. 2019, arXiv 1904.09751).
 * `uniform` is one number in [0, 1); the same logits and number give the same token.
 */
export function sampleToken(logits: Float32Array, sampling: TokenSampling, uniform: number): number {
  const { weights, total } = tokenWeights(logits, sampling.temperature);
  if (sampling.topP >= 1) return pick(weights, total, uniform);
  const nucleus = nucleusOf(weights, total, sampling.topP);
  const kept = nucleus.map((token) => weights[token] ?? 0);
  const index = pick(
    kept,
    kept.reduce((sum, weight) => sum + weight, 0),
    uniform,
  );
  return nucleus[index] ?? 0;
}

/** The index of the largest logit, the first of equals. */
export function greedyToken(logits: Float32Array): number {
  let best = 0;
  for (let i = 1; i < logits.length; i++) if ((logits[i] ?? 0) > (logits[best] ?? 0)) best = i;
  return best;
}

/** exp((logit - max) / temperature) per token and their sum. */
function tokenWeights(logits: Float32Array, temperature: number): { weights: Float64Array; total: number } {
  const max = logits[greedyToken(logits)] ?? 0;
  const weights = new Float64Array(logits.length);
  let total = 0;
  for (let i = 0; i < logits.length; i++) {
    const exponent = ((logits[i] ?? 0) - max) / temperature;
    if (exponent < -40) continue; // below 1e-17 of the likeliest: never drawn, and exp() is what costs
    const weight = Math.exp(exponent);
    weights[i] = weight;
    total += weight;
  }
  return { weights, total };
}

/**
 * The nucleus, likeliest token first. Tokens below (1 - topP) / V are outside it, since all of them together fall
 * short of 1 - topP; so only the few above need sorting.
 */
function nucleusOf(weights: Float64Array, total: number, topP: number): number[] {
  const floor = ((1 - topP) * total) / weights.length;
  const candidates: number[] = [];
  for (let i = 0; i < weights.length; i++) if ((weights[i] ?? 0) >= floor) candidates.push(i);
  candidates.sort((a, b) => (weights[b] ?? 0) - (weights[a] ?? 0) || a - b);
  let sum = 0;
  const size = candidates.findIndex((token) => (sum += weights[token] ?? 0) >= topP * total);
  return size < 0 ? candidates : candidates.slice(0, size + 1);
}

function pick(weights: ArrayLike<number>, total: number, uniform: number): number {
  let rest = uniform * total;
  let last = 0;
  for (let i = 0; i < weights.length; i++) {
    const weight = weights[i] ?? 0;
    if (weight > 0) last = i;
    rest -= weight;
    if (rest < 0) return i;
  }
  return last; // rounding left a remainder
}
