import { expect, it } from 'vitest';
import { createBrowserDevice } from '../../src/runtime/browser.ts';
import { hasWebGpu } from '../support/webgpu.ts';
import { adapterOf, scoredRows, sessionOn } from './scoringModel.ts';

it.skipIf(!hasWebGpu)(
  'WebGPU scores and embeds as WebAssembly does, with and without an adapter',
  async () => {
    const results = async (provider: 'wasm' | 'webgpu') => {
      const device = await createBrowserDevice({ provider });
      const session = sessionOn(device);
      const numbers: number[] = [];
      for (const adapter of [null, adapterOf(4, 3)]) {
        const model = session.languageModel(adapter);
        const scores = await model.score(scoredRows);
        const points = await model.embed(['5 6 7', '8 '.repeat(20)]);
        numbers.push(...scores.map(({ logLikelihood }) => logLikelihood), ...points.flatMap((x) => [...x]));
      }
      await session.releaseGeneration();
      await device.dispose();
      return numbers;
    };
    // WebGPU first: a page that began without it stays without.
    const actual = await results('webgpu');
    const expected = await results('wasm');
    expect(actual).toHaveLength(2 * (scoredRows.length + 2 * 16));
    actual.forEach((x, i) => expect(Math.abs(x - expected[i]!)).toBeLessThan(1e-3));
  },
);
