import { loadBenchModel } from '../../../src/engine/benchModel.ts';
import { compileStep } from '../../../src/engine/compileStep.ts';
import { modelFolderAt } from '../../../src/engine/modelFolder.ts';
import type { ParameterLayout } from '../../../src/graph/parameterLayout.ts';
import { createBrowserDevice } from '../../../src/runtime/browser.ts';
import { totalSupervised } from '../../../src/training/batches.ts';
import { OptimizerState } from '../../../src/training/optimizerState.ts';
import { TrainingSessions } from '../../../src/training/trainingSessions.ts';
import { adapterMatrices, adapterSize, adapterValues, decoder, optimizer, type Contender } from './task.ts';

const lora = { targetModules: 'all-linear', rank: decoder.rank, alpha: decoder.alpha } as const;

/** Our engine, with programs and sessions as a run has them on WASM. */
export async function whittleContender(model: string, dtype: 'q4' | 'fp32'): Promise<Contender> {
  const device = await createBrowserDevice({ provider: 'wasm' });
  const loaded = await loadBenchModel(modelFolderAt(model), dtype);
  const shape = { batchSize: 1, sequenceLength: decoder.tokens, lora };
  const { program, rows, weights } = compileStep({ ...loaded, ...shape, device }).input;
  checkLayout(program.layout);
  const sessions = new TrainingSessions(device, [program], weights);
  const zeros = () => new Float32Array(adapterSize);
  const vectors = { parameters: adapterValues(), firstMoment: zeros(), secondMoment: zeros() };
  const state = new OptimizerState(device, await sessions.optimizer(), vectors);
  const weight = 1 / totalSupervised(rows);
  const differentiate = () =>
    sessions.gradient(rows, weight, { parameters: state.parameters, gradient: state.zeroGradient });
  let steps = 0;
  return {
    threads: navigator.hardwareConcurrency,
    async gradient() {
      const { loss, gradient } = await differentiate();
      const values = (await device.download(gradient)) as Float32Array;
      return { loss, gradient: values.slice() };
    },
    async step() {
      const { loss, gradient } = await differentiate();
      const { learningRate, maxNorm } = optimizer;
      await state.step(gradient, { step: ++steps, learningRate, weightDecay: 0, maxGradNorm: maxNorm });
      gradient.dispose();
      return loss;
    },
  };
}

/** The other libraries' adapters are laid out as ours; else gradients could not be compared. */
function checkLayout({ entries }: ParameterLayout): void {
  const described = (matrices: readonly { name: string; shape: readonly number[]; offset: number }[]) =>
    matrices.map(({ name, shape, offset }) => `${name} [${shape.join(', ')}] at ${offset}`).join('; ');
  if (described(entries) !== described(adapterMatrices))
    throw new Error(`The adapter is laid out as ${described(entries)}, not as the other libraries have it.`);
}
