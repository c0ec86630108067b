/**
 * Times the training graphs of several variants in turn, in a process of its own. Takes a `CompareCase` as JSON and prints
 * `Compared` by variant as JSON.
 */
import { loadBenchModel, type BenchShape } from '../../src/engine/benchModel.ts';
import { spreadOf, type Spread } from '../../src/engine/benchStep.ts';
import { compileStep, type GraphFigures } from '../../src/engine/compileStep.ts';
import { modelDirectory } from '../../src/engine/modelDirectory.ts';
import { inTurn, StepRunner } from '../../src/engine/stepRunner.ts';
import type { PassName } from '../../src/optimization/passes.ts';
import { createNodeDevice } from '../../src/runtime/node.ts';

/** What is measured against others. */
export interface Variant extends BenchShape {
  readonly folder: string;
  /** Share of each row that the loss counts; default 1. */
  readonly supervised?: number;
  /** What is done to the finished graphs; default: all passes. */
  readonly passes?: readonly PassName[];
}

export interface CompareCase {
  readonly variants: Readonly<Record<string, Variant>>;
  readonly repeats: number;
}

export interface Compared {
  readonly seconds: Spread;
  readonly graph: GraphFigures;
}

async function open({ folder, ...variant }: Variant) {
  const model = await loadBenchModel(modelDirectory(folder));
  const { input, graphs } = compileStep({ ...model, ...variant, device: createNodeDevice() });
  const runner = await StepRunner.open(input);
  await runner.training();
  return { run: runner.training, graph: graphs.training };
}

async function measure({ variants, repeats }: CompareCase): Promise<Record<string, Compared>> {
  const works: Record<string, () => Promise<number>> = {};
  const graphs: Record<string, GraphFigures> = {};
  for (const [name, variant] of Object.entries(variants))
    ({ run: works[name], graph: graphs[name] } = await open(variant));
  const rounds = inTurn(works, repeats);
  for (;;) {
    const round = await rounds.next();
    if (!round.done) continue;
    const compared = Object.entries(round.value).map(
      ([name, seconds]) => [name, { seconds: spreadOf(seconds), graph: graphs[name]! }] as const,
    );
    return Object.fromEntries(compared);
  }
}

console.log(JSON.stringify(await measure(JSON.parse(process.argv[2] ?? '{}') as CompareCase)));
