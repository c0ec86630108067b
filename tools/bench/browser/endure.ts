import { compilerInput } from '../../../src/engine/adapterPrograms.ts';
import { loadBenchModel, type BenchShape } from '../../../src/engine/benchModel.ts';
import { modelFolderAt } from '../../../src/engine/modelFolder.ts';
import { observe } from '../../../src/engine/observedDevice.ts';
import { benchRows, StepRunner } from '../../../src/engine/stepRunner.ts';
import { compileTrainingModel } from '../../../src/compileTrainingModel.ts';
import { createBrowserDevice } from '../../../src/runtime/browser.ts';

/** Many steps in a row. */
export interface Endurance extends BenchShape {
  readonly model: string;
  readonly provider: 'webgpu' | 'wasm';
  readonly steps: number;
  /** Whether the GPU is told once what a step is. */
  readonly captures?: boolean;
  /** Steps after which the page's `onMark` is called. */
  readonly marks: readonly number[];
}

/** Trains `steps` steps in this thread. What they compute stays on the device, so that a run ends when it is submitted. */
export async function endure({
  model: url,
  provider,
  steps,
  marks,
  captures = false,
  lora,
  ...shape
}: Endurance): Promise<void> {
  const { device } = observe(await createBrowserDevice({ provider }), true);
  const { model, vocabularySize } = await loadBenchModel(modelFolderAt(url));
  const compiled = compileTrainingModel(...compilerInput({ model, lora, device }, shape, 'none'));
  const program = { ...compiled, captures };
  const rows = benchRows(shape.batchSize, shape.sequenceLength, vocabularySize);
  const runner = await StepRunner.open({ device, program, weights: model.weights, rows });
  for (let step = 1; step <= steps; step++) {
    await runner.training();
    await runner.optimizer();
    if (marks.includes(step)) await globalThis.onMark(step);
  }
  await runner.dispose();
  await device.dispose();
}

declare global {
  var onMark: (step: number) => Promise<void>;
}
