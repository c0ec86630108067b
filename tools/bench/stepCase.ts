/**
 * One case of the step benchmark under Node, in a process of its own since peaks are the process's. Takes a `StepCase` as
 * JSON and prints `StepFigures` as JSON; run with --expose-gc.
 */
import { loadBenchModel, type BenchShape } from '../../src/engine/benchModel.ts';
import { benchStep, type Gauges, type StepFigures } from '../../src/engine/benchStep.ts';
import { modelDirectory } from '../../src/engine/modelDirectory.ts';
import { createNodeDevice } from '../../src/runtime/node.ts';
import { forgetPeak, resident } from './resident.ts';

export interface StepCase extends BenchShape {
  readonly folder: string;
  readonly provider: 'cpu' | 'webgpu';
  readonly repeats: number;
}

/** Resident memory of the process, which has compiled; on a GPU that is not what counts. */
const gauges: Gauges = {
  memory: {
    forgetPeak: () => {
      (globalThis.gc as (() => void) | undefined)?.();
      forgetPeak();
    },
    get peak() {
      return resident().peak;
    },
  },
};

async function measure({ folder, provider, ...shape }: StepCase): Promise<StepFigures> {
  const model = await loadBenchModel(modelDirectory(folder));
  const device = createNodeDevice({ provider });
  const bench = benchStep({ ...model, ...shape, device, ...(provider === 'cpu' && { gauges }) });
  for (;;) {
    const next = await bench.next();
    if (next.done) return next.value;
    const { stage, done, total } = next.value;
    console.error(`  ${stage} ${done} of ${total}`);
  }
}

console.log(JSON.stringify(await measure(JSON.parse(process.argv[2] ?? '{}') as StepCase)));
