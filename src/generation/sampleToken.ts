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
  const { sorted, sum } = nucleusOf(weights, total, sampling.topP);
  const index = pick(sorted, sum, uniform);
  const weight = sorted[index] ?? 0;
  return tokenOf(weights, weight, index - sorted.indexOf(weight));
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
 * The weights of the nucleus, largest first, and their sum. Tokens below (1 - topP) / V are outside it, since all of them
 * together fall short of 1 - topP; so only those above need sorting. Numbers alone sort many times faster than tokens by
 * their weights, which would take longer than the model where a vocabulary is large.
 */
function nucleusOf(
  weights: Float64Array,
  total: number,
  topP: number,
): { sorted: Float64Array; sum: number } {
  const floor = ((1 - topP) * total) / weights.length;
  const candidates = new Float64Array(weights.length);
  let count = 0;
  for (const weight of weights) if (weight >= floor) candidates[count++] = weight;
  const sorted = candidates.subarray(0, count).sort().reverse();
  let [size, sum] = [0, 0];
  while (size < count && (size === 0 || sum < topP * total)) sum += sorted[size++] ?? 0;
  return { sorted: sorted.subarray(0, size), sum };
}

/** Of the tokens with that weight the one that has `before` others before it. */
function tokenOf(weights: Float64Array, weight: number, before: number): number {
  let token = weights.indexOf(weight);
  for (let i = 0; i < before; i++) token = weights.indexOf(weight, token + 1);
  return token;
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
