// Runs a small graph on onnxruntime-node's WebGPU; a process of its own, because the log goes to its stderr.
import type { RuntimeFailure } from '../../src/runtime/failure.ts';
import { createNodeDevice } from '../../src/runtime/node.ts';
import { negModel } from './negModel.ts';
import { cpuOnlyModel } from './weightedModel.ts';

const [mode, model] = process.argv.slice(2);
const graph = model === 'neg' ? negModel() : cpuOnlyModel();
const options = mode === 'log' ? { logPlacement: true } : { forbidFallback: true };
const device = createNodeDevice({ provider: 'webgpu' });

async function main(): Promise<string> {
  const session = await device.createSession({ graph, weights: { files: [] } }, options);
  const x = model === 'neg' ? Float32Array.of(1, -2) : Float32Array.of(1, 2, 3, 4);
  const { y } = await session.run({ x: device.upload(x, [x.length]) });
  return [...(await device.download(y!))].join();
}

const line = await main().catch((error: RuntimeFailure) => `${error.kind}: ${error.message}`);
process.stdout.write(`${line}\n`);
await device.dispose();
