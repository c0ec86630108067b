import { expect, it } from 'vitest';
import { loadBenchModel } from '../../src/engine/benchModel.ts';
import { benchStep, type BenchProgress, type StepBench } from '../../src/engine/benchStep.ts';
import { modelDirectory } from '../../src/engine/modelDirectory.ts';
import { createNodeDevice } from '../../src/runtime/node.ts';

const lora = { targetModules: 'all-linear', rank: 4, alpha: 8 } as const;

async function smallBench(): Promise<StepBench> {
  const model = await loadBenchModel(modelDirectory('public/models/pocket'));
  return {
    ...model,
    device: createNodeDevice(),
    batchSize: 2,
    sequenceLength: 16,
    supervised: 0.5,
    lora,
    repeats: 2,
  };
}

it('measures the parts of a step and counts what they compute', async () => {
  const bench = benchStep(await smallBench());
  const progress: BenchProgress[] = [];
  let next = await bench.next();
  for (; !next.done; next = await bench.next()) progress.push(next.value);
  const figures = next.value;

  expect(progress.map(({ stage, done }) => `${stage} ${done}`)).toEqual([
    'compiling 0',
    'creating sessions 0',
    'measuring 1',
    'measuring 2',
  ]);
  expect(figures).toMatchObject({ layers: 4, batchSize: 2, sequenceLength: 16, supervised: 16 });
  const { seconds, graphs, sessionSeconds } = figures;
  for (const part of [seconds.forward, seconds.training, seconds.optimizer]) {
    expect(part.fastest).toBeGreaterThan(0);
    expect(part.median).toBeGreaterThanOrEqual(part.fastest);
  }
  expect(figures.stepInForwards).toBeCloseTo(seconds.training.median / seconds.forward.median);
  expect(figures.tokensPerSecond).toBeCloseTo(32 / (seconds.training.median + seconds.optimizer.median));
  expect(Math.min(...Object.values(sessionSeconds))).toBeGreaterThan(0);
  // Of 32 rows all logits are computed at once anyhow.
  expect(figures.kernelsPerLayer).toBe(graphs.training.kernels / 4);
  expect(figures.bytesInForwards).toBeGreaterThan(1.5);
  expect([figures.dispatches, figures.peakBytes, figures.submitSeconds]).toEqual([null, null, null]);
});

it('releases its sessions where the consumer leaves', async () => {
  const bench = await smallBench();
  let open = 0;
  const create = bench.device.createSession.bind(bench.device);
  bench.device.createSession = async (source, options) => {
    const session = await create(source, options);
    open++;
    const dispose = session.dispose.bind(session);
    session.dispose = () => (open--, dispose());
    return session;
  };
  for await (const { stage } of benchStep(bench)) {
    if (stage !== 'measuring') continue;
    expect(open).toBe(3);
    break;
  }
  expect(open).toBe(0);
});
