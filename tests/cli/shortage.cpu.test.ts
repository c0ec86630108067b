import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it, vi } from 'vitest';
import type * as Models from '../../src/engine/specializeModel.ts';
import type * as Adapters from '../../src/engine/trainAdapter.ts';
import type { TrainingEvent } from '../../src/training/trainingEvents.ts';
import { whittle } from '../support/commandLine.ts';
import { temporaryFolder, writeModelFolder } from '../support/modelFolder.ts';

// The device has memory enough here, so that its lack is said by a training and a run put in place of the real ones.

const shortage: TrainingEvent = { type: 'smallerBatch', step: 1, batchSize: 4 };
const sentence =
  'Out of memory after step 1: going on with less, 4 rows at a time, which is slower and comes to the same result.';

vi.mock('../../src/engine/trainAdapter.ts', async (original) => {
  const { trainAdapter } = await original<typeof Adapters>();
  return {
    async *trainAdapter(...given: Parameters<typeof trainAdapter>): ReturnType<typeof trainAdapter> {
      const training = trainAdapter(...given);
      for (;;) {
        const next = await training.next();
        if (next.done) return next.value;
        yield next.value;
        if (next.value.type === 'step') yield shortage;
      }
    },
  };
});

vi.mock('../../src/engine/specializeModel.ts', async (original) => ({
  ...(await original<typeof Models>()),
  async *specializeModel() {
    yield await Promise.resolve({ type: 'training', model: 'specialized', round: 1, event: shortage });
    throw new Error('That was all.');
  },
}));

function filesOfARun() {
  const folder = temporaryFolder();
  const at = (name: string) => join(folder, name);
  const task = (n: number) => ({ instruction: `what is ${n}?`, output: `${n}`, task: 'numbers' });
  writeFileSync(at('rows.jsonl'), JSON.stringify({ prompt: 'a', completion: 'b' }));
  const domain = {
    name: 'numbers',
    description: 'Numbers.',
    seeds: [1, 2, 3, 4].map(task),
    heldOut: [task(5)],
  };
  writeFileSync(at('domain.json'), JSON.stringify(domain));
  const common = ['--model', writeModelFolder(at('model')), '--out', at('out'), '--threads', '1', '--json'];
  return { at, common };
}

it('train says on stderr that it goes on with fewer rows at a time', async () => {
  const { at, common } = filesOfARun();
  const { code, stdout, stderr } = await whittle('train', ...common, '--data', at('rows.jsonl'), '--steps', '1'); // prettier-ignore
  expect([code, stderr]).toEqual([0, [expect.stringMatching(/^Training fits/), sentence]]);
  expect(stdout).toHaveLength(1);
});

it('specialize says so too', async () => {
  const { at, common } = filesOfARun();
  const { stderr } = await whittle('specialize', ...common, '--domain', at('domain.json'));
  expect(stderr).toEqual([sentence, 'That was all.']);
});
