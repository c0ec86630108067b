import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import type { Device, WeightFiles } from '../../src/runtime/device.ts';
import { createNodeDevice } from '../../src/runtime/node.ts';
import { parsePlacement } from '../../src/runtime/placement.ts';
import { softwareVulkan } from '../../tools/testing/softwareVulkan.ts';
import { negModel } from '../support/negModel.ts';
import { hasNodeWebGpu } from '../support/nodeWebGpu.ts';
import { weightCount, weightedModel, weightFile } from '../support/weightedModel.ts';

const none: WeightFiles = { files: [] };
let folder: string;
let device: Device;

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'whittle-runtime-'));
  mkdirSync(join(folder, 'onnx'));
  writeFileSync(join(folder, 'onnx', 'model.onnx'), weightFile(100));
  device = createNodeDevice({ threads: 1 });
});
afterEach(() => device.dispose());
afterAll(() => rmSync(folder, { recursive: true }));

async function sumWith(location: string, offset: number, weights: WeightFiles): Promise<number[]> {
  const session = await device.createSession(
    { graph: weightedModel(location, offset), weights },
    { label: 'sum' },
  );
  const x = device.upload(new Float32Array(weightCount).fill(0.5), [weightCount]);
  const { y } = await session.run({ x });
  return [...(await device.download(y!))].map(Number);
}

const expected = Array.from({ length: weightCount }, (_, i) => i + 0.5);

it.runIf(process.platform === 'linux')(
  'says before a run that the machine has too little memory free, whatever the system would promise',
  async () => {
    await device.tryMemory({ weights: 1e15, working: 1e6 });
    await expect(device.tryMemory({ weights: 0, working: 1e15 })).rejects.toMatchObject({
      kind: 'out-of-memory',
      message: expect.stringMatching(/^A run would take 1000000000 MB, and only \d+ MB are free; /) as string,
    });
  },
);

describe('a session on onnxruntime-node', () => {
  it('runs a graph and tells what it takes and gives', async () => {
    const session = await device.createSession({ graph: negModel(), weights: none });
    expect(session.inputMetadata).toEqual([{ name: 'x', isTensor: true, type: 'float32', shape: [2] }]);
    expect(session.outputNames).toEqual(['y']);
    const { y } = await session.run({ x: device.upload(Float32Array.of(1, -2), [2]) });
    expect(y!.dims).toEqual([2]);
    expect(await device.download(y!)).toEqual(Float32Array.of(-1, 2));
  });

  it("reads weights out of the base model's own file, at an offset", async () => {
    expect(await sumWith('model.onnx', 100, { folder: join(folder, 'onnx') })).toEqual(expected);
  });

  it('reads weights from bytes in memory', async () => {
    const files = [{ path: 'model.onnx', data: weightFile(40) }];
    expect(await sumWith('model.onnx', 40, { files })).toEqual(expected);
    expect(
      await sumWith('blob', 40, { files: [{ path: 'blob', data: new Blob([weightFile(40).slice()]) }] }),
    ).toEqual(expected);
  });

  it.each([
    ['gone.onnx_data', 0, /The sum needs the weight file .*gone\.onnx_data, which does not exist/],
    ['model.onnx', 900, /The sum reads 256 bytes at 900 for the weight w, but its file has only 1000 bytes/],
    ['../model.onnx', 0, /The sum (needs|refers to) the weight file .*model\.onnx/],
  ])('says what is wrong with the weight file %s at %i', async (location, offset, message) => {
    const failure = await sumWith(location, offset, { folder: join(folder, 'onnx') }).catch(
      (e: unknown) => e,
    );
    expect(failure).toMatchObject({ name: 'RuntimeFailure', kind: 'missing-weights' });
    expect((failure as Error).message).toMatch(message);
  });

  it('names an input that was not fed', async () => {
    const session = await device.createSession({ graph: negModel(), weights: none }, { label: 'negation' });
    await expect(session.run({})).rejects.toThrow('The negation lacks its inputs x.');
  });

  it('names the graph when a feed has the wrong shape', async () => {
    const session = await device.createSession({ graph: negModel(), weights: none }, { label: 'negation' });
    const x = device.upload(new Float32Array(3), [3]);
    await expect(session.run({ x })).rejects.toThrow(/The negation failed while running: .*dimensions/);
  });

  it('refuses to run after it was released, also by its device', async () => {
    const session = await device.createSession({ graph: negModel(), weights: none }, { label: 'negation' });
    await device.dispose();
    const x = device.upload(new Float32Array(2), [2]);
    await expect(session.run({ x })).rejects.toThrow('The negation was run after its session was released.');
  });

  it('rejects bytes that are no model', async () => {
    const source = { graph: new TextEncoder().encode('no model at all'), weights: none };
    await expect(device.createSession(source)).rejects.toMatchObject({ kind: 'session-failed' });
  });

  it('uploads a copy', async () => {
    const data = Float32Array.of(1, 2);
    const tensor = device.upload(data, [2]);
    data[0] = 9;
    expect(await device.download(tensor)).toEqual(Float32Array.of(1, 2));
  });
});

/** Runs tests/support/placementProgram.ts in a process of its own, whose stderr has onnxruntime's log. */
function runOnWebGpu(mode: 'log' | 'forbid', model: 'neg' | 'mixed') {
  const program = new URL('../support/placementProgram.ts', import.meta.url).pathname;
  const env = { ...process.env, ...softwareVulkan() };
  return spawnSync(process.execPath, ['--import', 'tsx', program, mode, model], { env, encoding: 'utf8' });
}

describe.skipIf(!hasNodeWebGpu)('WebGPU on onnxruntime-node', () => {
  it('places a graph of supported ops on the GPU, as the log says', () => {
    const { stderr, stdout } = runOnWebGpu('log', 'neg');
    expect(stdout.trim()).toBe('-1,2');
    expect(parsePlacement(stderr)).toEqual({ nodeCounts: { WebGpuExecutionProvider: 1 }, nodesOnCpu: [] });
  });

  it('shows a node that fell back to the CPU', () => {
    expect(parsePlacement(runOnWebGpu('log', 'mixed').stderr).nodesOnCpu).toEqual(['Hardmax (peak)']);
  });

  it('refuses to fall back where that was forbidden', () => {
    expect(runOnWebGpu('forbid', 'neg').stdout.trim()).toBe('-1,2');
    expect(runOnWebGpu('forbid', 'mixed').stdout.trim()).toBe(
      'cpu-fallback: The graph has nodes that WebGPU cannot run, and falling back to the CPU was forbidden.',
    );
  });
});
