import { compilerInput } from '../../../src/engine/adapterPrograms.ts';
import { loadBenchModel, type BenchShape } from '../../../src/engine/benchModel.ts';
import { modelFolderAt } from '../../../src/engine/modelFolder.ts';
import { benchRows, StepRunner } from '../../../src/engine/stepRunner.ts';
import { compileTrainingModel } from '../../../src/compileTrainingModel.ts';
import { createBrowserDevice } from '../../../src/runtime/browser.ts';

/** Many steps in a row. */
export interface Endurance extends BenchShape {
  readonly model: string;
  readonly provider: 'webgpu' | 'wasm';
  readonly steps: number;
  /** Steps after which the page's `onMark` is called. */
  readonly marks: readonly number[];
}

export interface EnduranceFigures {
  /** Of the first and the last step. */
  readonly losses: readonly [first: number, last: number];
  readonly seconds: number;
}

/** Trains `steps` steps in this thread. */
export async function endure({
  model: url,
  provider,
  steps,
  marks,
  lora,
  ...shape
}: Endurance): Promise<EnduranceFigures> {
  const device = await createBrowserDevice({ provider });
  const { model, vocabularySize } = await loadBenchModel(modelFolderAt(url));
  const program = compileTrainingModel(...compilerInput({ model, lora, device }, shape, 'none'));
  const rows = benchRows(shape.batchSize, shape.sequenceLength, vocabularySize);
  const runner = await StepRunner.open({ device, program, weights: model.weights, rows });
  const losses: number[] = [];
  const start = performance.now();
  for (let step = 1; step <= steps; step++) {
    losses.push(await runner.training());
    await runner.optimizer();
    if (marks.includes(step)) await globalThis.onMark(step);
  }
  const seconds = (performance.now() - start) / 1000;
  await runner.dispose();
  await device.dispose();
  return { losses: [losses[0]!, losses.at(-1)!], seconds };
}

declare global {
  var onMark: (step: number) => Promise<void>;
}
