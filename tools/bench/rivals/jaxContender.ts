import { init, jit, numpy as np, type Array as JaxArray } from '@jax-js/jax';
import {
  adapterMatrices,
  adapterSize,
  adapterValues,
  decoder,
  headWidth,
  optimizer,
  rotaryTables,
  tokenIds,
} from './task.ts';
import type { Contender, Weights } from './task.ts';

export type { JaxArray };
export type JaxInputs = Record<string, JaxArray>;

/** A way to write the decoder for jax-js. Arrays are given away; whoever uses one twice takes `.ref` of it. */
export interface JaxModel {
  /** The form in which the checkpoint's tensors are handed to `lossAndGradient`. */
  prepare(weights: Weights): JaxInputs;
  /** Mean loss of the row and its gradient, to be compiled. */
  lossAndGradient(adapter: JaxInputs, weights: JaxInputs): [loss: JaxArray, gradient: JaxInputs];
}

const held = (tree: JaxInputs): JaxInputs =>
  Object.fromEntries(Object.entries(tree).map(([name, array]) => [name, array.ref]));

export async function jaxContender(model: JaxModel, tensors: Weights): Promise<Contender> {
  await init('wasm');
  const weights = weightArrays(model, tensors);
  const values = adapterValues();
  let state: OptimizerTrees = [
    matrices((offset, length) => values.slice(offset, offset + length)),
    matrices((_, length) => new Float32Array(length)),
    matrices((_, length) => new Float32Array(length)),
  ];
  const gradientOf = jit((p: JaxInputs, w: JaxInputs) => model.lossAndGradient(p, w));
  const stepOf = jit((trees: OptimizerTrees, corrections: JaxArray, w: JaxInputs) => {
    const [loss, gradient] = model.lossAndGradient(held(trees[0]), w);
    return [loss, adamW(trees, gradient, corrections)] as const;
  });
  let steps = 0;
  return {
    threads: navigator.hardwareConcurrency,
    async gradient() {
      const [loss, gradient] = gradientOf(held(state[0]), held(weights));
      const flat = new Float32Array(adapterSize);
      const found = await Promise.all(adapterMatrices.map(({ name }) => gradient[name]!.data()));
      adapterMatrices.forEach(({ offset }, i) => flat.set(found[i]!, offset));
      return { loss: (await loss.data())[0]!, gradient: flat };
    },
    async step() {
      steps++;
      const { beta1, beta2 } = optimizer;
      const corrections = np.array(Float32Array.of(1 - beta1 ** steps, 1 - beta2 ** steps));
      const [loss, next] = stepOf(state, corrections, held(weights));
      state = next;
      await Promise.all(Object.values(next[0]).map((array) => array.blockUntilReady()));
      return (await loss.data())[0]!;
    },
  };
}

type OptimizerTrees = [parameters: JaxInputs, firstMoment: JaxInputs, secondMoment: JaxInputs];

const matrices = (of: (offset: number, length: number) => Float32Array): JaxInputs =>
  Object.fromEntries(
    adapterMatrices.map(({ name, shape, offset, length }) => [
      name,
      np.array(of(offset, length), { shape: [...shape] }),
    ]),
  );

function weightArrays(model: JaxModel, tensors: Weights): JaxInputs {
  const ids = tokenIds();
  const { cos, sin } = rotaryTables();
  const turning = { shape: [decoder.tokens, headWidth / 2] };
  const weights: JaxInputs = {
    ids: np.array(Int32Array.from(ids), { dtype: np.int32 }),
    labels: np.array(Int32Array.from([...ids.slice(1), 0]), { dtype: np.int32 }),
    cos: np.array(cos, turning),
    sin: np.array(sin, turning),
  };
  return { ...weights, ...model.prepare(tensors) };
}

function adamW([p, m, v]: OptimizerTrees, g: JaxInputs, corrections: JaxArray): OptimizerTrees {
  const { beta1, beta2, epsilon, learningRate, maxNorm } = optimizer;
  const squares = adapterMatrices.map(({ name }) => np.sum(np.square(g[name]!.ref)));
  const norm = np.sqrt(squares.reduce((a, b) => a.add(b)));
  const clip = np.minimum(np.reciprocal(norm.add(1e-6)).mul(maxNorm), 1);
  const next: OptimizerTrees = [{}, {}, {}];
  for (const { name } of adapterMatrices) {
    const clipped = g[name]!.mul(clip.ref);
    const first = m[name]!.mul(beta1).add(clipped.ref.mul(1 - beta1));
    const second = v[name]!.mul(beta2).add(np.square(clipped).mul(1 - beta2));
    const size = np.sqrt(second.ref.div(corrections.ref.slice(1))).add(epsilon);
    next[0][name] = p[name]!.sub(first.ref.div(corrections.ref.slice(0)).div(size).mul(learningRate));
    [next[1][name], next[2][name]] = [first, second];
  }
  clip.dispose();
  corrections.dispose();
  return next;
}
