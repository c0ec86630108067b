import type { TokenizedRow } from '../../src/text/tokenizedRow.ts';
import { embedding, parameterCount, vocabulary, width } from './tinyProgram.ts';

/** AdamW as PyTorch documents it, in double precision, on plain arrays. */
export class ReferenceAdamW {
  readonly parameters: number[];
  readonly firstMoment: number[];
  readonly secondMoment: number[];
  #step = 0;

  constructor(parameters: ArrayLike<number>) {
    this.parameters = Array.from(parameters);
    this.firstMoment = this.parameters.map(() => 0);
    this.secondMoment = this.parameters.map(() => 0);
  }

  /** Returns the gradient's norm before clipping. */
  step(gradient: readonly number[], learningRate: number, weightDecay: number, maxGradNorm: number): number {
    const norm = Math.hypot(...gradient);
    const clip = maxGradNorm > 0 ? Math.min(1, maxGradNorm / (norm + 1e-6)) : 1;
    const t = ++this.#step;
    gradient.forEach((raw, i) => {
      const g = raw * clip;
      this.parameters[i]! *= 1 - learningRate * weightDecay;
      this.firstMoment[i] = 0.9 * this.firstMoment[i]! + 0.1 * g;
      this.secondMoment[i] = 0.999 * this.secondMoment[i]! + 0.001 * g * g;
      const meanGradient = this.firstMoment[i]! / (1 - 0.9 ** t);
      const meanSquare = this.secondMoment[i]! / (1 - 0.999 ** t);
      this.parameters[i]! -= (learningRate * meanGradient) / (Math.sqrt(meanSquare) + 1e-8);
    });
    return norm;
  }
}

/** Mean loss per supervised token of the tiny model, and its gradient, by the textbook. */
export function referenceLoss(rows: readonly TokenizedRow[], parameters: readonly number[]) {
  const gradient = new Array<number>(parameterCount).fill(0);
  const pairs = rows.flatMap(({ ids, supervised }) =>
    ids.flatMap((id, t) => (t > 0 && supervised[t] ? [[ids[t - 1]!, id] as const] : [])),
  );
  let loss = 0;
  for (const [token, label] of pairs) {
    const x = embedding.subarray(token * width, (token + 1) * width);
    const logits = Array.from({ length: vocabulary }, (_, v) =>
      x.reduce((sum, xi, h) => sum + xi * parameters[h * vocabulary + v]!, 0),
    );
    const total = logits.reduce((sum, z) => sum + Math.exp(z), 0);
    loss += (Math.log(total) - logits[label]!) / pairs.length;
    logits.forEach((z, v) => {
      const dz = (Math.exp(z) / total - Number(v === label)) / pairs.length;
      x.forEach((xi, h) => (gradient[h * vocabulary + v]! += xi * dz));
    });
  }
  return { loss, gradient };
}
