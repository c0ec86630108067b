import { existsSync } from 'node:fs';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { createNodeDevice } from '../../src/runtime/node.ts';
import { fineTuneTinyStories, type TinyStoriesOutcome } from '../studies/fineTuneTinyStories.ts';

const settings = {
  ...{ trainingRows: 900, heldOutRows: 100, steps: 200, batchSize: 8, storyTokens: 120, stories: 100 },
  learningRate: 3e-3,
};

/**
 * A section on a real checkpoint and real text: TinyStories-656K learns instructions. Says that it was left out where the
 * reference folder is not there; its data is not part of the project.
 */
export async function realText(reference: string, out: string): Promise<string> {
  const title = '## Real text\n\n';
  const file = join(out, 'real-text.json');
  if (!existsSync(file) && !existsSync(reference))
    return `${title}Left out: the checkpoint and the texts are not part of the project (\`--reference FOLDER\`).\n`;
  const outcome = existsSync(file)
    ? (JSON.parse(await readFile(file, 'utf8')) as TinyStoriesOutcome)
    : await study(reference, file);
  const nats = (value: number) => value.toFixed(2);
  return `${title}TinyStories-656K, a real checkpoint that knows children's stories and nothing else, exported to 4 bits, with a LoRA of rank 8
trained for ${settings.steps} steps on ${settings.trainingRows} instructions (LLMs-from-scratch). Loss in nats per token:

| text                                        | base | with the adapter |
| ------------------------------------------- | ---- | ---------------- |
| ${settings.heldOutRows} held-out answers to instructions        | ${nats(outcome.baseLoss)} | ${nats(outcome.adaptedLoss)}             |
| ${settings.stories} stories, what it could before           | ${nats(outcome.storyLossBefore)} | ${nats(outcome.storyLossAfter)}             |

With the adapter off it tells the ${outcome.storyBefore === outcome.storyAdapterOff ? 'same story as before, token for token' : 'story otherwise than before'}. A model this small writes no data of its own, so
this shows training and its price on text that nobody made for it, not the whole method. Larger models were not measured;
\`specialize\` and \`evaluate\` measure yours, on your own held-out tasks.
`;
}

async function study(reference: string, file: string): Promise<TinyStoriesOutcome> {
  const device = createNodeDevice();
  try {
    const outcome = await fineTuneTinyStories({ reference, ...settings }, device);
    await writeFile(file, JSON.stringify(outcome));
    return outcome;
  } finally {
    await device.dispose();
  }
}
