import { describe, expect, it } from 'vitest';
import { GraphBuilder } from '../../src/graph/builder.ts';
import type { Model } from '../../src/graph/model.ts';
import { toModel } from '../../src/graph/toModel.ts';
import { applyHead, findHead } from '../../src/lowering/head.ts';
import { lower } from '../../src/lowering/lower.ts';
import { bindTrainingInputs } from '../../src/lowering/trainingInputs.ts';
import { encodeModel } from '../../src/onnx/encode.ts';
import { createBrowserDevice } from '../../src/runtime/browser.ts';
import { tapConsole } from '../../src/runtime/placement.ts';
import { hasWebGpu } from '../support/webgpu.ts';
import { fusedDecoder, sketchDims, tracedDecoder } from './decoderSketches.ts';

tapConsole();

const [batchSize, sequenceLength] = [2, 5];
const tokens = [1, 4, 2, 8, 5, 7, 10, 3, 0, 6];

function lowered(model: Model): Uint8Array {
  const g = new GraphBuilder();
  const given = new Map([['input_ids', g.input('input_ids', 'int64', [batchSize, sequenceLength])]]);
  const values = bindTrainingInputs(g, model, { batchSize, sequenceLength }, given);
  const head = findHead(model);
  lower(g, model, values, [head.hidden]);
  const rows = g.reshape(values.get(head.hidden)!, [batchSize * sequenceLength, sketchDims.hidden]);
  return encodeModel(toModel(g.finish('lowered', { logits: applyHead(g, model, head, values, rows) })));
}

async function logitsOn(provider: 'wasm' | 'webgpu', graph: Uint8Array): Promise<Float32Array> {
  const device = await createBrowserDevice({ provider });
  const source = { graph, weights: { files: [] } };
  const session = await device.createSession(source, {
    label: 'lowered decoder',
    forbidFallback: provider === 'webgpu',
  });
  const ids = device.upload(BigInt64Array.from(tokens, BigInt), [batchSize, sequenceLength]);
  const { logits } = await session.run({ input_ids: ids });
  const result = await device.download(logits!);
  await device.dispose();
  return result as Float32Array;
}

describe.skipIf(!hasWebGpu)('lowered decoders on WebGPU', () => {
  it.each([
    ['traced', tracedDecoder()],
    ['fused, 4 bits', fusedDecoder()],
  ])('%s: every node runs there, with the logits of WASM', async (_, model) => {
    const graph = lowered(model);
    // WebGPU first: a page that began with WASM has loaded an onnxruntime without WebGPU.
    const [logits, expected] = [await logitsOn('webgpu', graph), await logitsOn('wasm', graph)];
    expect(logits.length).toBe(expected.length);
    const error = logits.reduce((worst, x, i) => Math.max(worst, Math.abs(x - expected[i]!)), 0);
    expect(error).toBeLessThan(1e-4);
  });
});
