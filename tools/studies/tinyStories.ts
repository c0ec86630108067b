/**
 * Fine-tunes a real small checkpoint on general instructions and shows that its held-out loss falls while the base, with
 * the adapter off, stays what it was: `npx tsx tools/studies/tinyStories.ts REFERENCE [--steps N]`
 */
import { parseArgs } from 'node:util';
import { createNodeDevice } from '../../src/runtime/node.ts';
import { fineTuneTinyStories } from './fineTuneTinyStories.ts';

const { positionals, values } = parseArgs({
  allowPositionals: true,
  options: { steps: { type: 'string', default: '200' }, lr: { type: 'string', default: '3e-3' } },
});

const device = createNodeDevice();
const start = performance.now();
const outcome = await fineTuneTinyStories(
  {
    reference: positionals[0] ?? '../shared/reference',
    trainingRows: 900,
    heldOutRows: 100,
    steps: Number(values.steps),
    batchSize: 8,
    storyTokens: 120,
    stories: 50,
    learningRate: Number(values.lr),
  },
  device,
  (event) => {
    if (event.type === 'evaluation')
      console.log(`step ${event.step}: held-out loss ${event.loss.toFixed(3)}`);
    if (event.type === 'step' && event.step % 20 === 0)
      console.log(`step ${event.step}: training loss ${event.loss.toFixed(3)}`);
  },
);
await device.dispose();
const seconds = (performance.now() - start) / 1000;
const fall = outcome.baseLoss - outcome.adaptedLoss;
console.log(
  `\nheld-out loss ${outcome.baseLoss.toFixed(3)} → ${outcome.adaptedLoss.toFixed(3)} (${fall.toFixed(3)} nats per token less) in ${seconds.toFixed(0)} s`,
);
console.log(
  `loss on stories ${outcome.storyLossBefore.toFixed(3)} → ${outcome.storyLossAfter.toFixed(3)} with the adapter`,
);
console.log(`\nadapter off: ${outcome.storyAdapterOff}\n\nadapter on: ${outcome.storyAdapterOn}`);
console.log(
  `\nThe base's story is ${outcome.storyBefore === outcome.storyAdapterOff ? 'the same as before, token for token' : 'NOT the same as before'}.`,
);
