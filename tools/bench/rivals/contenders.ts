import { readSafetensors } from '../../../src/lora/safetensors.ts';
import type { Contender, Weights } from './task.ts';

/** Loaded when it is asked for: a worker has the library of its contender only. `model` is the folder's address. */
const contenders = {
  'whittle, 4 bits': async (model: string) =>
    (await import('./whittleContender.ts')).whittleContender(model, 'q4'),
  'whittle, floats': async (model: string) =>
    (await import('./whittleContender.ts')).whittleContender(model, 'fp32'),
  'jax-js, natural': async (model: string) => {
    const [{ jaxContender }, { jaxNatural }] = await Promise.all([import('./jaxContender.ts'), import('./jaxNatural.ts')]); // prettier-ignore
    return jaxContender(jaxNatural, await readWeights(model));
  },
  'jax-js, tuned': async (model: string) => {
    const [{ jaxContender }, { jaxTuned }] = await Promise.all([import('./jaxContender.ts'), import('./jaxTuned.ts')]); // prettier-ignore
    return jaxContender(jaxTuned, await readWeights(model));
  },
  'tfjs, natural': async (model: string) => {
    const [{ tfjsContender }, { tfjsNatural }] = await Promise.all([import('./tfjsContender.ts'), import('./tfjsNatural.ts')]); // prettier-ignore
    return tfjsContender(tfjsNatural, await readWeights(model));
  },
  'tfjs, tuned': async (model: string) => {
    const [{ tfjsContender }, { tfjsTuned }] = await Promise.all([import('./tfjsContender.ts'), import('./tfjsTuned.ts')]); // prettier-ignore
    return tfjsContender(tfjsTuned, await readWeights(model));
  },
} as const satisfies Record<string, (model: string) => Promise<Contender>>;

export type ContenderName = keyof typeof contenders;
export const contenderNames = Object.keys(contenders) as ContenderName[];

/** Ready to train; library and model are loaded. */
export const openContender = (name: ContenderName, model: string): Promise<Contender> =>
  contenders[name](model);

async function readWeights(model: string): Promise<Weights> {
  const response = await fetch(`${model}/model.safetensors`);
  if (!response.ok) throw new Error(`${model}/model.safetensors is not served: ${response.status}.`);
  const { tensors } = readSafetensors(new Uint8Array(await response.arrayBuffer()));
  return new Map([...tensors].map(([name, { bytes }]) => [name, new Float32Array(bytes.slice().buffer)]));
}
