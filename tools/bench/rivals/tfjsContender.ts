import * as wasm from '@tensorflow/tfjs-backend-wasm';
import plainUrl from '@tensorflow/tfjs-backend-wasm/dist/tfjs-backend-wasm.wasm?url';
import simdUrl from '@tensorflow/tfjs-backend-wasm/dist/tfjs-backend-wasm-simd.wasm?url';
import threadedUrl from '@tensorflow/tfjs-backend-wasm/dist/tfjs-backend-wasm-threaded-simd.wasm?url';
import '@tensorflow/tfjs-core/dist/register_all_gradients.js';
import * as tf from '@tensorflow/tfjs-core';
import { adapterMatrices, adapterValues, optimizer, type Contender, type Weights } from './task.ts';

export type Tensors = Readonly<Record<string, tf.Tensor>>;

/** A way to write the decoder for TensorFlow.js. */
export interface TfjsModel {
  /** One variable for all matrices of the adapter, so that the optimizer has few kernels to run. */
  readonly isFlat: boolean;
  /** Tensors that no step changes. */
  prepare(weights: Weights): Tensors;
  /** Called inside `tf.tidy`; the gradient under the adapter's names. */
  lossAndGradient(
    adapter: Tensors,
    weights: Tensors,
  ): { readonly loss: tf.Tensor; readonly gradient: Tensors };
}

export async function tfjsContender(model: TfjsModel, weights: Weights): Promise<Contender> {
  await openWasm();
  const constants = model.prepare(weights);
  const variables = model.isFlat ? flatVariable() : matrixVariables();
  const { learningRate, beta1, beta2, epsilon } = optimizer;
  const adam = tf.train.adam(learningRate, beta1, beta2, epsilon);
  const differentiate = () =>
    tf.tidy(() => {
      const { loss, gradient } = model.lossAndGradient(
        model.isFlat ? cut(variables['all']!) : variables,
        constants,
      );
      return { loss, gradient: model.isFlat ? { all: joined(gradient) } : gradient };
    });
  return {
    threads: wasm.getThreadsCount(),
    async gradient() {
      const { loss, gradient } = differentiate();
      const all = tf.tidy(() => gradient['all'] ?? joined(gradient));
      const values = (await all.data()) as Float32Array;
      return { loss: (await loss.data())[0]!, gradient: values.slice() };
    },
    async step() {
      const { loss, gradient } = differentiate();
      tf.tidy(() => adam.applyGradients(clipped(gradient)));
      const [value] = await loss.data();
      tf.dispose([loss, ...Object.values(gradient)]);
      return value!;
    },
  };
}

async function openWasm(): Promise<void> {
  wasm.setWasmPaths({
    'tfjs-backend-wasm.wasm': plainUrl,
    'tfjs-backend-wasm-simd.wasm': simdUrl,
    'tfjs-backend-wasm-threaded-simd.wasm': threadedUrl,
  });
  wasm.setThreadsCount(navigator.hardwareConcurrency);
  if (!(await tf.setBackend('wasm'))) throw new Error('TensorFlow.js has not started its WASM backend.');
  tf.enableProdMode();
}

function matrixVariables(): Record<string, tf.Variable> {
  const values = adapterValues();
  return Object.fromEntries(
    adapterMatrices.map(({ name, shape, offset, length }) => [
      name,
      tf.variable(tf.tensor2d(values.subarray(offset, offset + length), [...shape]), true, name),
    ]),
  );
}

const flatVariable = (): Record<string, tf.Variable> => ({
  all: tf.variable(tf.tensor1d(adapterValues()), true, 'all'),
});

const cut = (vector: tf.Tensor): Tensors =>
  Object.fromEntries(
    adapterMatrices.map(({ name, shape, offset, length }) => [
      name,
      tf.reshape(tf.slice(vector, [offset], [length]), [...shape]),
    ]),
  );

const joined = (gradient: Tensors): tf.Tensor =>
  tf.concat(adapterMatrices.map(({ name, length }) => tf.reshape(gradient[name]!, [length])));

/** The gradient, scaled to at most the norm that it may have. */
function clipped(gradient: Tensors): Tensors {
  const squares = Object.values(gradient).map((matrix) => tf.sum(tf.square(matrix)));
  const norm = tf.sqrt(tf.addN(squares));
  const scale = tf.minimum(tf.div(optimizer.maxNorm, tf.add(norm, 1e-6)), 1);
  return Object.fromEntries(Object.entries(gradient).map(([name, matrix]) => [name, tf.mul(matrix, scale)]));
}
