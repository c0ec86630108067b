import { describe, expect, it } from 'vitest';
import { evaluateModel, type ModelTest, type TestedModel } from '../../src/specialize/evaluateModel.ts';
import type { ModelEvaluation } from '../../src/specialize/events.ts';
import type {
  CompletionRequest,
  Prompt,
  ScoredRow,
  ScoreRequest,
} from '../../src/specialize/languageModel.ts';
import { chatPrompts, pocketPrompts } from '../../src/specialize/prompts.ts';
import { exampleDomain, promptText } from './stubModel.ts';

/** Says "yes" to whatever it is asked, and weighs texts as it is told. */
class WeighingModel implements TestedModel {
  readonly prompts: Prompt[] = [];
  readonly requests: CompletionRequest[] = [];
  readonly rows: ScoredRow[] = [];
  readonly #weigh: (completion: string) => { logLikelihood: number; tokens: number };

  constructor(weigh = (completion: string) => ({ logLikelihood: -completion.length, tokens: 2 })) {
    this.#weigh = weigh;
  }

  complete(prompts: readonly Prompt[], request: CompletionRequest) {
    this.prompts.push(...prompts);
    this.requests.push(request);
    return Promise.resolve(prompts.map(() => ({ text: ' yes', finishReason: 'stop' as const, tokens: 1 })));
  }

  readonly scoring: ScoreRequest[] = [];

  /** Tells of every second row. */
  score(rows: readonly ScoredRow[], request: ScoreRequest = {}) {
    this.scoring.push(request);
    this.rows.push(...rows);
    for (let done = 2; done <= rows.length; done += 2) request.onProgress?.(done, rows.length);
    return Promise.resolve(rows.map(({ completion }) => this.#weigh(completion)));
  }
}

const { heldOut, retention, ...rest } = exampleDomain();
const choice = (id: string, output: string) => ({
  ...{ id, task: 'choice', instruction: `Is ${id} a drug?`, input: '', output },
  labels: ['yes', 'no', 'maybe'],
});
const domain = { ...rest, heldOut: [...heldOut, choice('a', 'no'), choice('b', 'maybe')], retention };

function testWith(change: Partial<ModelTest['settings']> = {}, more: Partial<ModelTest> = {}): ModelTest {
  const settings = { seed: 1, batchSize: 3, responseTokens: 8, fewShot: 0, ...change };
  return { domain, prompts: pocketPrompts, settings, ready: () => Promise.resolve(), ...more };
}

async function run(test: ModelTest, model: TestedModel = new WeighingModel()) {
  const progress: (readonly [number, number])[] = [];
  const running = evaluateModel(test, model);
  for (;;) {
    const next = await running.next();
    if (next.done) return { progress, evaluation: next.value as ModelEvaluation };
    progress.push([next.value.done, next.value.total]);
  }
}

describe('without demonstrations', () => {
  it('asks every task bare, greedily, and gives no few-shot result', async () => {
    const model = new WeighingModel();
    const { evaluation } = await run(testWith(), model);
    expect(model.prompts).toEqual([...domain.heldOut, ...retention].map(pocketPrompts.answer));
    expect(new Set(model.requests.map(({ temperature }) => temperature))).toEqual(new Set([0]));
    expect(evaluation).not.toHaveProperty('fewShot');
    expect(evaluation.heldOut.answers).toHaveLength(8);
  });
});

describe('after some answered seeds', () => {
  const shots = 3;

  it('asks the held-out tasks once more, each after other seeds, with their answers', async () => {
    const model = new WeighingModel();
    const { evaluation } = await run(testWith({ fewShot: shots }), model);
    const asked = model.prompts.slice(domain.heldOut.length + retention.length).map(promptText);
    expect(asked).toHaveLength(domain.heldOut.length);
    for (const [i, prompt] of asked.entries()) {
      const blocks = prompt.split('\n\n');
      const seeds = domain.seeds.map((seed) => `Task: ${seed.instruction}\nAnswer: ${seed.output}`);
      expect(blocks.slice(0, -1).every((block) => seeds.includes(block))).toBe(true);
      expect(new Set(blocks.slice(0, -1)).size).toBe(shots);
      expect(blocks.at(-1)).toBe(`Task: ${domain.heldOut[i]?.instruction}\nAnswer:`);
    }
    expect(new Set(asked.map((prompt) => prompt.split('\n\n')[0])).size).toBeGreaterThan(2);
    expect(model.requests.at(-1)?.stop).toEqual(pocketPrompts.demonstrationStop);
    expect(evaluation.fewShot?.answers.map(({ answer }) => answer)).toEqual(domain.heldOut.map(() => 'yes'));
  });

  it('draws the same seeds for every model, and others for another seed', async () => {
    const promptsOf = async (seed: number) => {
      const model = new WeighingModel();
      await run(testWith({ fewShot: shots, seed }), model);
      return model.prompts;
    };
    expect(await promptsOf(1)).toEqual(await promptsOf(1));
    expect(await promptsOf(1)).not.toEqual(await promptsOf(2));
  });
});

describe('likelihoods', () => {
  it('are taken of every label after the very prompt, and choose the likeliest', async () => {
    // per token: yes −1, no −1.5, maybe −0.9; as sums: −1, −1.5, −4.5
    const weights: Record<string, [number, number]> = { yes: [-1, 1], no: [-1.5, 1], maybe: [-4.5, 5] };
    const model = new WeighingModel((text) => {
      const [logLikelihood, tokens] = weights[text] ?? [-1, 1];
      return { logLikelihood, tokens };
    });
    const { evaluation } = await run(testWith(), model);
    const rows = model.rows.slice(0, 6);
    expect(rows.map(({ completion }) => completion)).toEqual(['yes', 'no', 'maybe', 'yes', 'no', 'maybe']);
    expect(rows[0]?.prompt).toEqual(pocketPrompts.answer(choice('a', 'no')));
    expect(rows[3]?.prompt).toEqual(pocketPrompts.answer(choice('b', 'maybe')));
    const task = evaluation.heldOut.tasks.find((row) => row.task === 'choice');
    expect(task?.likeliest).toMatchObject({ count: 2, accuracy: 0.5, accuracyByTotal: 0 });
    const [, b] = evaluation.heldOut.answers.slice(6);
    expect(b?.likelihoods?.labels?.[2]).toEqual({ label: 'maybe', logLikelihood: -4.5, tokens: 5 });
  });

  it('stand after a space where the prompt is raw text that ends in a colon', async () => {
    const raw = new WeighingModel();
    await run(testWith({ fewShot: 2 }), raw);
    expect(raw.rows.slice(-3).map(({ completion }) => completion)).toEqual([' yes', ' no', ' maybe']);
    const chat = new WeighingModel();
    await run(testWith({ fewShot: 2 }, { prompts: chatPrompts }), chat);
    expect(chat.rows.slice(-3).map(({ completion }) => completion)).toEqual(['yes', 'no', 'maybe']);
  });

  it('of the right answers give the loss on general tasks, and on those alone', async () => {
    const weights: Record<string, number> = { 'general ailment 1': -3, 'general ailment 2': -5 };
    const model = new WeighingModel((text) => ({ logLikelihood: weights[text] ?? -100, tokens: 2 }));
    const { evaluation } = await run(testWith(), model);
    expect(evaluation.retention.overall.loss).toBe(2);
    expect(evaluation.heldOut.overall).not.toHaveProperty('loss');
  });
});

describe('on the way', () => {
  it('tells how far it is, up to the end', async () => {
    const { progress } = await run(testWith({ fewShot: 1 }));
    // 8 + 2 + 8 answers, 6 labels twice, 2 right answers
    expect(progress.at(-1)).toEqual([32, 32]);
    expect(progress.map(([done]) => done)).toEqual(progress.map(([done]) => done).toSorted((a, b) => a - b));
  });

  it('weighs everything in one call, which can be aborted', async () => {
    const model = new WeighingModel();
    const { signal } = new AbortController();
    await run(testWith({ fewShot: 1 }, { signal }), model);
    expect(model.scoring.map((request) => request.signal)).toEqual([signal]);
  });

  it('fails with what the scorer says', async () => {
    const model = new WeighingModel();
    model.score = (_, request) => {
      request?.onProgress?.(1, 8);
      return Promise.reject(new Error('Row 3 to be scored is too long.'));
    };
    await expect(run(testWith(), model)).rejects.toThrow('Row 3 to be scored is too long.');
  });

  it('passes the gate before every call of the model', async () => {
    const model = new WeighingModel();
    let passes = 0;
    const ready = () => {
      passes += 1;
      if (passes > 2) throw new Error('stopped');
      return Promise.resolve();
    };
    await expect(run(testWith({}, { ready }), model)).rejects.toThrow('stopped');
    expect([model.requests.length, model.rows.length]).toEqual([2, 0]);
  });
});
