import { inProcess } from './benchMemory.ts';
import type { CompareCase, Compared } from './compareCase.ts';
import { writeShape } from './writeShape.ts';

const shape = 'SmolLM2-135M';
const length = 256;
const lora = { targetModules: 'all-linear', rank: 8, alpha: 16 } as const;

/** What the loss's head costs of a training step, in seconds. */
export interface HeadFigures {
  readonly all: number;
  /** Where the loss counts half of the positions. */
  readonly half: number;
  readonly steps: Readonly<Record<string, Compared>>;
}

/**
 * Measures the shape cut to one layer and to two, with all and with half of the positions supervised, in turn. A step with
 * one layer takes the head and a layer, one with two a layer more, so the head takes twice the one less the other.
 */
export async function measureHead(repeats: number): Promise<HeadFigures> {
  const [one, two] = [await writeShape(shape, 'q4', 1), await writeShape(shape, 'q4', 2)];
  const variant = (folder: string, supervised: number) => ({ folder, supervised, batchSize: 1, sequenceLength: length, lora }); // prettier-ignore
  const variants = {
    oneAll: variant(one, 1),
    oneHalf: variant(one, 0.5),
    twoAll: variant(two, 1),
    twoHalf: variant(two, 0.5),
  };
  console.error('The head, with all and with half of the positions …');
  const steps = await inProcess<Record<keyof typeof variants, Compared>>('compareCase.ts', { variants, repeats } satisfies CompareCase); // prettier-ignore
  const head = (withOne: Compared, withTwo: Compared) => 2 * withOne.seconds.median - withTwo.seconds.median;
  return { all: head(steps.oneAll, steps.twoAll), half: head(steps.oneHalf, steps.twoHalf), steps };
}

export function describeHead({ all, half }: HeadFigures): string {
  const ratio = (half / all).toFixed(2);
  return `Head of ${shape}'s shape, ${length} tokens, CPU: ${all.toFixed(3)} s of a training step where the loss counts all positions, ${half.toFixed(3)} s where it counts half of them: ${ratio} of it.`;
}
