import { describe, expect, it, vi } from 'vitest';
import { completeInOrder } from '../../src/specialize/completeInOrder.ts';
import type { Completion, LanguageModel } from '../../src/specialize/languageModel.ts';

const sampling = { maxNewTokens: 1, temperature: 0, topP: 1, seed: 0, stop: [] };
const completion = (text: string): Completion => ({ text, finishReason: 'stop', tokens: 1 });

async function texts(model: LanguageModel, prompts: readonly string[]): Promise<string[]> {
  const found: string[] = [];
  for await (const { text } of completeInOrder(model, prompts, sampling)) found.push(text);
  return found;
}

describe('completeInOrder', () => {
  it('yields the first completion while the others are still at work', async () => {
    let finish = (): void => {};
    const open = new Promise<void>((resolve) => (finish = resolve));
    const model: LanguageModel = {
      async complete(prompts, { onCompletion }) {
        onCompletion?.(0, completion('early'));
        await open;
        return prompts.map((_, i) => completion(i === 0 ? 'early' : 'late'));
      },
    };
    const stream = completeInOrder(model, ['a', 'b'], sampling);
    expect((await stream.next()).value?.text).toBe('early');
    finish();
    expect((await stream.next()).value?.text).toBe('late');
    expect((await stream.next()).done).toBe(true);
  });

  it('keeps the order of the prompts when completions arrive in another', async () => {
    const model: LanguageModel = {
      async complete(prompts, { onCompletion }) {
        onCompletion?.(1, completion('second'));
        await Promise.resolve();
        onCompletion?.(0, completion('first'));
        return new Promise(() => prompts); // the rest of the call's work never ends
      },
    };
    const stream = completeInOrder(model, ['a', 'b'], sampling);
    expect([(await stream.next()).value?.text, (await stream.next()).value?.text]).toEqual([
      'first',
      'second',
    ]);
  });

  it('leaves no failure unheard behind when its consumer has gone', async () => {
    const unheard = vi.fn();
    process.on('unhandledRejection', unheard);
    let fail: (error: Error) => void = () => {};
    const model: LanguageModel = {
      complete: (_, { onCompletion }) => {
        onCompletion?.(0, completion('early'));
        return new Promise((_resolve, reject) => (fail = reject));
      },
    };
    for await (const _ of completeInOrder(model, ['a', 'b'], sampling)) break;
    fail(new Error('device lost'));
    await new Promise((resolve) => setTimeout(resolve, 5));
    process.off('unhandledRejection', unheard);
    expect(unheard).not.toHaveBeenCalled();
  });

  it('stops the model when its consumer has gone', async () => {
    let signal: AbortSignal | undefined;
    const model: LanguageModel = {
      complete: (_, request) => {
        signal = request.signal;
        request.onCompletion?.(0, completion('early'));
        return new Promise(() => {});
      },
    };
    for await (const _ of completeInOrder(model, ['a', 'b'], sampling)) {
      expect(signal?.aborted).toBe(false);
      break;
    }
    expect(signal?.aborted).toBe(true);
  });

  it('works with a model that reports only at the end', async () => {
    const model: LanguageModel = { complete: async (prompts) => prompts.map((p) => completion(p as string)) };
    expect(await texts(model, ['a', 'b', 'c'])).toEqual(['a', 'b', 'c']);
    expect(await texts(model, [])).toEqual([]);
  });

  it("passes the model's failure on", async () => {
    const model: LanguageModel = { complete: () => Promise.reject(new Error('device lost')) };
    await expect(texts(model, ['a'])).rejects.toThrow('device lost');
  });

  it('refuses a missing completion', async () => {
    const model: LanguageModel = { complete: async () => [completion('only')] };
    await expect(texts(model, ['a', 'b'])).rejects.toThrow('The model gave 1 completions for 2 prompts');
  });
});
