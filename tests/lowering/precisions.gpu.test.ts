import { describe, expect, it } from 'vitest';
import { differentiate } from '../../src/autodiff/differentiate.ts';
import { GraphBuilder } from '../../src/graph/builder.ts';
import type { Model } from '../../src/graph/model.ts';
import { packNumbers, toModel } from '../../src/graph/toModel.ts';
import { lower } from '../../src/lowering/lower.ts';
import { encodeModel } from '../../src/onnx/encode.ts';
import { createBrowserDevice } from '../../src/runtime/browser.ts';
import { tapConsole } from '../../src/runtime/placement.ts';
import { quantizedForms, quantizeDecoder, type QuantizedForm } from '../support/quantizedForms.ts';
import { hasWebGpu } from '../support/webgpu.ts';
import { uniform } from './opModel.ts';

tapConsole();

const [count, width, outputs] = [4, 64, 32];
const table = { name: 'embedding', dims: [8, width] };
const weight = { name: 'weight', dims: [width, outputs] };

/** logits = (embedding[ids] + shift) · weight: what every form of quantization rewrites, and nothing else. */
const float: Model = {
  irVersion: 10,
  opsets: { '': 21, 'com.microsoft': 1 },
  graph: {
    name: 'linear',
    nodes: [
      { name: 'Gather', opType: 'Gather', domain: '', inputs: ['embedding', 'ids'], outputs: ['rows'], attributes: {} },
      { name: 'Add', opType: 'Add', domain: '', inputs: ['rows', 'shift'], outputs: ['x'], attributes: {} },
      { name: 'MatMul', opType: 'MatMul', domain: '', inputs: ['x', 'weight'], outputs: ['logits'], attributes: {} },
    ],
    inputs: [
      { name: 'ids', elementType: 'int64', shape: [1, count] },
      { name: 'shift', elementType: 'float32', shape: [1, count, width] },
    ],
    outputs: [{ name: 'logits', elementType: 'float32', shape: [1, count, outputs] }],
    initializers: [table, weight].map((matrix, seed) => ({
      ...matrix,
      elementType: 'float32',
      data: { bytes: packNumbers(Float64Array.from(uniform(matrix.dims[0]! * matrix.dims[1]!, seed)), 'float32') },
    })),
    valueInfos: [],
  },
}; // prettier-ignore

/** The lowered logits and the gradient of half their squared sum. */
function training(model: Model): Uint8Array {
  const g = new GraphBuilder();
  const shift = g.input('shift', 'float32', [1, count, width]);
  const values = new Map([
    ['ids', g.input('ids', 'int64', [1, count])],
    ['shift', shift],
  ]);
  lower(g, model, values, ['logits']);
  const logits = values.get('logits')!;
  const gradient = differentiate(g, new Map([[logits, logits]]), [shift]).get(shift)!;
  return encodeModel(toModel(g.finish('training', { logits, gradient })));
}

async function run(provider: 'wasm' | 'webgpu', graph: Uint8Array, forbidFallback = provider === 'webgpu') {
  const device = await createBrowserDevice({ provider });
  const session = await device.createSession({ graph, weights: { files: [] } }, { forbidFallback });
  const results = await session.run({
    ids: device.hostTensor(BigInt64Array.of(0n, 7n, 3n, 3n), [1, count]),
    shift: device.hostTensor(Float32Array.from(uniform(count * width, 5)), [1, count, width]),
  });
  const names = Object.keys(results).sort();
  const tensors = await Promise.all(names.map((name) => device.download(results[name]!)));
  await device.dispose();
  return tensors as Float32Array[];
}

function expectClose(a: readonly Float32Array[], b: readonly Float32Array[], tolerance: number): void {
  expect(a.map(({ length }) => length)).toEqual(b.map(({ length }) => length));
  a.forEach((values, i) => {
    const scale = b[i]!.reduce((max, x) => Math.max(max, Math.abs(x)), 0);
    const error = values.reduce((worst, x, j) => Math.max(worst, Math.abs(x - b[i]![j]!)), 0);
    expect(error / scale).toBeLessThan(tolerance);
  });
}

describe.skipIf(!hasWebGpu)('a linear layer on WebGPU', () => {
  // 16-bit zero points of activations have no kernel there.
  const forms = quantizedForms.filter((form) => form !== 'QDQ with activations');

  // WebGPU first: a page that began with WASM has loaded an onnxruntime without WebGPU.
  it.each(forms)('of %s trains without leaving it, as on WASM', async (form) => {
    const graph = training(quantizeDecoder(float, form).quantized);
    expectClose(await run('webgpu', graph), await run('wasm', graph), 1e-4);
  });

  it.each<QuantizedForm>(forms)(
    'of %s generates from its own graph, and nearly as it trains',
    async (form) => {
      const model = quantizeDecoder(float, form).quantized;
      const lowered = await run('wasm', training(model));
      for (const provider of ['webgpu', 'wasm'] as const) {
        const own = await run(provider, encodeModel(model), false);
        expectClose(own, lowered.slice(1), 0.03);
      }
    },
  );
});
