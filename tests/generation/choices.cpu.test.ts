import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { CompletionRequest } from '../../src/generation/completion.ts';
import type { LanguageModel } from '../../src/generation/completion.ts';
import type { Device } from '../../src/runtime/device.ts';
import { createNodeDevice } from '../../src/runtime/node.ts';
import { tinyGenerator } from '../support/tinyGenerator.ts';

const greedy: CompletionRequest = { maxNewTokens: 60, temperature: 0, topP: 1, seed: 0, stop: [] };
const prompts = Array.from({ length: 12 }, (_, i) => `${5 + i} ${6 + i}`);
const colours = ['10 11', '10 12', '20', '20 21 22'];

let device: Device;
let base: LanguageModel;
beforeAll(async () => {
  device = createNodeDevice({ threads: 1 });
  base = (await tinyGenerator(device, { batchSize: 4, endTokenIds: [1] })).languageModel(null);
});
afterAll(() => device.dispose());

const constrained = (request: Partial<CompletionRequest> = {}) =>
  base.complete(prompts, { ...greedy, choices: prompts.map(() => colours), ...request });

describe('a completion with choices', () => {
  it('is one of them, whatever the model would rather write', async () => {
    const free = await base.complete(prompts, greedy);
    const given = await constrained({ temperature: 1 });
    for (const { text, finishReason } of given) {
      expect(colours).toContain(text.trim());
      expect(finishReason).toBe('stop');
    }
    expect(free.some(({ text }) => colours.includes(text.trim()))).toBe(false);
    expect(new Set(given.map(({ text }) => text)).size).toBeGreaterThan(1);
  });

  it('takes the likelier of tokens that begin a choice', async () => {
    const one = await base.complete(prompts, { ...greedy, maxNewTokens: 1, choices: prompts.map(() => ['10', '20', '30']) }); // prettier-ignore
    const reversed = await base.complete(prompts, { ...greedy, maxNewTokens: 1, choices: prompts.map(() => ['30', '20', '10']) }); // prettier-ignore
    expect(reversed).toEqual(one);
    expect(new Set(one.map(({ text }) => text)).size).toBeGreaterThan(1);
  });

  it('ends without another step where nothing can follow', async () => {
    const [given] = await base.complete(['5'], { ...greedy, choices: [['30 31']] });
    expect(given).toEqual({ text: ' 30 31', finishReason: 'stop', tokens: 2 });
  });

  it('may end with a stop string instead of the end token where a longer choice goes on', async () => {
    const ends = await constrained({ temperature: 1, seed: 3, stop: [' 39'] });
    const short = ends.filter(({ text }) => text.trim() === '20');
    expect(short.length).toBeGreaterThan(0);
    for (const { tokens } of short) expect(tokens).toBe(2); // the end is counted, and not written
  });

  it('leaves prompts without choices free', async () => {
    const choices = prompts.map((_, i) => (i % 2 ? colours : null));
    const [mixed, free] = [await constrained({ choices }), await base.complete(prompts, greedy)];
    mixed.forEach((one, i) => (i % 2 ? expect(colours).toContain(one.text.trim()) : expect(one).toEqual(free[i]))); // prettier-ignore
  });

  it('needs a set for each prompt, of texts that say something', async () => {
    await expect(constrained({ choices: [colours] })).rejects.toThrow('There are 12 prompts, but 1 choices;');
    await expect(constrained({ choices: prompts.map(() => []) })).rejects.toThrow('There are no choices');
    await expect(constrained({ choices: prompts.map(() => [' ']) })).rejects.toThrow('A choice is empty');
  });
});

describe('a completion that goes round in circles', () => {
  it('is ended where that is asked for', async () => {
    const free = await base.complete(prompts, { ...greedy, maxNewTokens: 50 });
    const watched = await base.complete(prompts, { ...greedy, maxNewTokens: 50, stopOnRepetition: true });
    const ended = watched.filter(({ finishReason }) => finishReason === 'repetition');
    expect(ended.length).toBeGreaterThan(0);
    watched.forEach(({ text, tokens, finishReason }, i) => {
      expect(free[i]!.text.startsWith(text)).toBe(true);
      if (finishReason === 'repetition') expect(tokens).toBeGreaterThanOrEqual(24);
    });
  });
});
