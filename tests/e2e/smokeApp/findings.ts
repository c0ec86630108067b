import { Tensor } from '@huggingface/transformers';
import * as ort from 'onnxruntime-web/webgpu';
import { negModel } from '../../support/negModel.ts';

/** What one thread of the app (its page, or a worker) sees of the platform. */
export interface Findings {
  readonly isIsolated: boolean;
  /** `y = −x` for x = [1, −2], by execution provider. */
  readonly wasm: readonly number[];
  readonly webgpu: readonly number[] | null;
  /** transformers.js makes its tensors with the very class that we use. */
  readonly sharesTensorClass: boolean;
  readonly canReachStrangers: boolean;
}

async function negate(provider: 'wasm' | 'webgpu'): Promise<number[]> {
  const session = await ort.InferenceSession.create(negModel(), { executionProviders: [provider] });
  const { y } = await session.run({ x: new ort.Tensor('float32', [1, -2], [2]) });
  await session.release();
  if (!y) throw new Error('The session has no output y.');
  return Array.from(y.data as Float32Array);
}

async function canReach(url: string): Promise<boolean> {
  return fetch(url, { mode: 'no-cors' }).then(
    () => true,
    () => false,
  );
}

/** `stranger` is a server of another origin that would answer. */
export async function find(stranger: string): Promise<Findings> {
  ort.env.wasm.wasmPaths = '/ort/';
  const hasWebGpu = (await navigator.gpu?.requestAdapter()) != null;
  const webgpu = hasWebGpu ? await negate('webgpu') : null;
  const wasm = await negate('wasm');
  const tensor = new Tensor('float32', new Float32Array([1]), [1]) as unknown as { ort_tensor: unknown };
  return {
    isIsolated: crossOriginIsolated,
    wasm,
    webgpu,
    sharesTensorClass: tensor.ort_tensor instanceof ort.Tensor,
    canReachStrangers: await canReach(stranger),
  };
}
