import { expect, it } from 'vitest';
import { buildTrainingGraphs } from '../../src/compileTrainingModel.ts';
import { lora, randomDecoder } from '../support/randomDecoder.ts';
import { runGraph } from '../support/runGraph.ts';
import { feedsFarFromZero, tinyBatch } from '../support/tinyBatch.ts';

const { training } = buildTrainingGraphs(randomDecoder('llama', 'q4'), lora, tinyBatch);

async function gradientWith(options: { isLean: boolean; keepsFloats: boolean }): Promise<Float32Array> {
  return (await runGraph(training, feedsFarFromZero(training), options))['gradient_out']!;
}

it('a session that keeps floats computes the same gradient, in little memory and in much', async () => {
  const plain = await gradientWith({ isLean: true, keepsFloats: false });
  const largest = Math.max(...plain.map(Math.abs));
  expect(largest).toBeGreaterThan(0.01);
  for (const isLean of [true, false]) {
    const keeping = await gradientWith({ isLean, keepsFloats: true });
    const off = Math.max(...keeping.map((x, i) => Math.abs(x - plain[i]!)));
    expect(off / largest).toBeLessThan(1e-5);
  }
});
