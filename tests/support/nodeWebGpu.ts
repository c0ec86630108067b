import { spawnSync } from 'node:child_process';
import { softwareVulkan } from '../../tools/testing/softwareVulkan.ts';
import { negModel } from './negModel.ts';

const program = `
  const ort = require('onnxruntime-node');
  ort.InferenceSession.create(Uint8Array.from(JSON.parse(process.argv[1])), { executionProviders: ['webgpu'] })
    .then((session) => session.run({ x: new ort.Tensor('float32', [1, -2], [2]) }))
    .then(({ y }) => process.exit(y.data[1] === 2 ? 0 : 1), () => process.exit(1));`;

/** Tried in a process of its own, because a missing driver may end the process that asks for it. */
function runsOnWebGpu(): boolean {
  const model = JSON.stringify([...negModel()]);
  const env = { ...process.env, ...softwareVulkan() };
  return spawnSync(process.execPath, ['-e', program, model], { env, timeout: 60_000 }).status === 0;
}

/**
 * Whether onnxruntime-node's WebGPU provider works here: on a graphics card, or on SwiftShader where Chromium and the
 * Vulkan loader (Debian: `chromium`, `libvulkan1`) are installed. Write `describe.skipIf(!hasNodeWebGpu)` in
 * `*.cpu.test.ts`; importing this takes about half a second.
 */
export const hasNodeWebGpu: boolean = runsOnWebGpu();
