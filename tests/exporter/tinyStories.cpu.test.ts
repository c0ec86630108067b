import { existsSync, readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { AutoTokenizer, env, type PreTrainedTokenizer } from '@huggingface/transformers';
import { beforeAll, describe, expect, it } from 'vitest';
import { exportDecoder, type ExportDtype } from '../../src/exporter/exportDecoder.ts';
import { readSafetensors } from '../../src/lora/safetensors.ts';
import { openDecoder, type DecoderSession } from './decoderSession.ts';

const folder = '../shared/reference/TinyStories-656K';
const stories = '../shared/reference/data/tinystories_sample/tinystories_1000.json';
const vocabulary = 2048;

/** A real trained checkpoint: exported right, it writes stories and predicts held-out ones as well as it was trained to. */
describe.skipIf(!existsSync(folder))('TinyStories-656K', () => {
  let tokenizer: PreTrainedTokenizer;
  const config = () => JSON.parse(readFileSync(`${folder}/config.json`, 'utf8')) as Record<string, unknown>;

  beforeAll(async () => {
    env.allowRemoteModels = false;
    env.localModelPath = resolve(folder, '..');
    tokenizer = await AutoTokenizer.from_pretrained('TinyStories-656K');
  });

  const open = (dtype: ExportDtype): Promise<DecoderSession> => {
    const { tensors } = readSafetensors(new Uint8Array(readFileSync(`${folder}/model.safetensors`)));
    return openDecoder(exportDecoder({ config: config(), tensors, dtype }));
  };

  const loss = async (dtype: ExportDtype): Promise<number> => {
    const decoder = await open(dtype);
    const texts = (JSON.parse(readFileSync(stories, 'utf8')) as string[]).slice(0, 10);
    let [total, count] = [0, 0];
    for (const text of texts) {
      const ids = tokenizer.encode(text).slice(0, 256);
      const { logits } = await decoder.run({ ids: [ids] });
      for (let i = 0; i + 1 < ids.length; i++) {
        total += negativeLogLikelihood(logits.subarray(i * vocabulary, (i + 1) * vocabulary), ids[i + 1]!);
        count++;
      }
    }
    return total / count;
  };

  it('predicts stories as well as it was trained to, and little worse in 8 and 4 bits', async () => {
    const single = await loss('fp32');
    // About 3.0 nats per token; random weights give 7.6.
    expect(single).toBeGreaterThan(2.8);
    expect(single).toBeLessThan(3.15);
    expect(Math.abs((await loss('q8')) - single)).toBeLessThan(0.02);
    expect(Math.abs((await loss('q4')) - single)).toBeLessThan(0.25);
  });

  it.each<ExportDtype>(['fp32', 'q4'])('goes on telling a story in %s', async (dtype) => {
    const story = await greedy(await open(dtype), 'Once upon a time,', 60);
    expect(story).toMatch(/^Once upon a time, an .* named .*\. One day, /s);
    const words = story.split(/\s+/);
    expect(new Set(words).size / words.length).toBeGreaterThan(0.5);
  });

  async function greedy(decoder: DecoderSession, prompt: string, length: number): Promise<string> {
    const ids = tokenizer.encode(prompt);
    let result = await decoder.run({ ids: [ids], keep: 1 });
    for (let i = 0; i < length; i++) {
      const next = result.logits.indexOf(Math.max(...result.logits));
      if (next === 2) break;
      ids.push(next);
      result = await decoder.run({ ids: [[next]], past: result, keep: 1 });
    }
    return tokenizer.decode(ids, { skip_special_tokens: true }).trim();
  }
});

function negativeLogLikelihood(logits: Float32Array, target: number): number {
  const top = logits.reduce((a, b) => Math.max(a, b));
  const sum = logits.reduce((total, value) => total + Math.exp(value - top), 0);
  return top + Math.log(sum) - logits[target]!;
}
