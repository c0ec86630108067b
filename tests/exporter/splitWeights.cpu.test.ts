import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { InferenceSession } from 'onnxruntime-node';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { exportDecoder } from '../../src/exporter/exportDecoder.ts';
import { splitWeights } from '../../src/exporter/splitWeights.ts';
import { decodeModel } from '../../src/onnx/decode.ts';
import { encodeModel, encodeSelfContained } from '../../src/onnx/encode.ts';
import { decoderOf } from './decoderSession.ts';
import { randomCheckpoint, tinyConfigs } from './randomCheckpoint.ts';

const model = exportDecoder({ config: tinyConfigs.llama, tensors: randomCheckpoint('llama'), dtype: 'q4' });
const ids = [[3, 17, 8, 42]];
let folder: string;

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'whittle-'));
});
afterAll(() => rmSync(folder, { recursive: true }));

const logitsOf = async (path: string) =>
  (await decoderOf(await InferenceSession.create(path), model).run({ ids })).logits;

it('runs a graph whose weights lie in a data file, in the whole file, or in another model file', async () => {
  const path = (name: string) => join(folder, name);
  const whole = encodeModel(model);
  writeFileSync(path('model_q4.onnx'), whole);
  const expected = await logitsOf(path('model_q4.onnx'));

  const split = splitWeights(model, 'split.onnx_data');
  writeFileSync(path('split.onnx'), encodeModel(split.model));
  writeFileSync(path('split.onnx_data'), Buffer.concat(split.pieces));
  expect(await logitsOf(path('split.onnx'))).toEqual(expected);

  const derived = encodeModel(decodeModel(whole), { modelFileName: 'model_q4.onnx' });
  expect(derived.length).toBeLessThan(whole.length / 2);
  writeFileSync(path('derived.onnx'), derived);
  expect(await logitsOf(path('derived.onnx'))).toEqual(expected);

  const again = await encodeSelfContained(
    decodeModel(readFileSync(path('split.onnx'))),
    ({ location, offset, length }) => readFileSync(path(location)).subarray(offset, offset + length),
  );
  writeFileSync(path('again.onnx'), again);
  expect(await logitsOf(path('again.onnx'))).toEqual(expected);
});
