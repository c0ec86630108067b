/**
 * Times the training graphs of several variants in turn, in a process of its own. Takes a `CompareCase` as JSON and prints
 * the seconds of each variant as JSON.
 */
import { loadBenchModel, type BenchShape } from '../../src/engine/benchModel.ts';
import { spreadOf, type Spread } from '../../src/engine/benchStep.ts';
import { compileStep } from '../../src/engine/compileStep.ts';
import { modelDirectory } from '../../src/engine/modelDirectory.ts';
import { inTurn, StepRunner } from '../../src/engine/stepRunner.ts';
import { createNodeDevice } from '../../src/runtime/node.ts';

/** What is measured against others. */
export interface Variant extends BenchShape {
  readonly folder: string;
  /** Share of each row that the loss counts; default 1. */
  readonly supervised?: number;
}

export interface CompareCase {
  readonly variants: Readonly<Record<string, Variant>>;
  readonly repeats: number;
}

async function open({ folder, ...variant }: Variant): Promise<StepRunner> {
  const model = await loadBenchModel(modelDirectory(folder));
  const { input } = compileStep({ ...model, ...variant, device: createNodeDevice() });
  const runner = await StepRunner.open(input);
  await runner.training();
  return runner;
}

async function measure({ variants, repeats }: CompareCase): Promise<Record<string, Spread>> {
  const works: Record<string, () => Promise<number>> = {};
  for (const [name, variant] of Object.entries(variants)) works[name] = (await open(variant)).training;
  const rounds = inTurn(works, repeats);
  for (;;) {
    const round = await rounds.next();
    if (round.done)
      return Object.fromEntries(Object.entries(round.value).map(([name, times]) => [name, spreadOf(times)]));
    console.error(`  round ${round.value} of ${repeats}`);
  }
}

console.log(JSON.stringify(await measure(JSON.parse(process.argv[2] ?? '{}') as CompareCase)));
