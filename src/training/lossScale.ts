/**
 * What the loss's gradient is multiplied by while it passes through half precision, and divided by in float32 before
 * anything else is done with it: Micikevicius et al. 2018, "Mixed Precision Training" (arXiv 1710.03740), section 3.2.
 */
export interface LossScale {
  readonly scale: number;
  /** Steps without overflow since the scale last changed. */
  readonly goodSteps: number;
}

/** The settings of PyTorch's `torch.amp.GradScaler`, and a least scale below which there is no point in going on. */
const growthInterval = 2000;
const [growth, backoff] = [2, 0.5];
const smallestScale = 1;
export const initialLossScale: LossScale = { scale: 2 ** 16, goodSteps: 0 };

/** The scale after a step whose gradient was finite: doubled once in a while, in case it need not be so low. */
export function afterGoodStep({ scale, goodSteps }: LossScale): LossScale {
  const isTime = goodSteps + 1 >= growthInterval;
  return isTime ? { scale: scale * growth, goodSteps: 0 } : { scale, goodSteps: goodSteps + 1 };
}

/**
 * The scale to try `step` again with, whose gradient was not finite.
 * @throws where that is below the least: then it is not the scale that half precision cannot hold
 */
export function afterOverflow({ scale }: LossScale, step: number): LossScale {
  const smaller = scale * backoff;
  if (smaller >= smallestScale) return { scale: smaller, goodSteps: 0 };
  throw new Error(
    `Step ${step} overflows half precision even with its loss unscaled (scale ${scale}); train with float32 activations, or with a lower learning rate if those diverge too.`,
  );
}
