import { scoreAnswers, type Evaluation, type ItemLikelihoods } from '../evaluation/evaluate.ts';
import type { EvaluationItem } from '../evaluation/items.ts';
import { createRandom } from '../random.ts';
import { completeInOrder } from './completeInOrder.ts';
import type { Domain } from './domain.ts';
import type { ModelEvaluation } from './events.ts';
import { promptsPerCall, samplingSeed, slices, writingCall } from './generation.ts';
import type { CallProgress, LanguageModel, Prompt, Score, ScoredRow, Scorer } from './languageModel.ts';
import type { PromptSet } from './prompts.ts';
import type { SpecializeSettings } from './settings.ts';

/** What models are tested on, and how; the same for every model that is compared. */
export interface ModelTest {
  readonly domain: Omit<Domain, 'documents'>;
  readonly prompts: PromptSet;
  readonly settings: Pick<SpecializeSettings, 'seed' | 'batchSize' | 'responseTokens' | 'fewShot'>;
  /** Lets a task that has labels be answered with one of them only. */
  readonly labelsOnly?: boolean;
  readonly signal?: AbortSignal | undefined;
  /** How fast answers are written. */
  readonly onWriting?: ((progress: CallProgress) => void) | undefined;
  /** Awaited before each call of the model; waits while paused, throws when aborted. */
  readonly ready: () => Promise<void>;
}

/** A model that answers, and weighs given texts. */
export type TestedModel = LanguageModel & Pick<Scorer, 'score'>;

/** Answers given and texts scored, of all that there are. */
export interface TestProgress {
  readonly done: number;
  readonly total: number;
}

/** Tasks asked in one way. */
interface Part {
  readonly items: readonly EvaluationItem[];
  readonly prompts: readonly Prompt[];
  readonly stop: readonly string[];
  /** Whether the loss of the right answers is measured. */
  readonly measuresLoss: boolean;
}

/**
 * Asks a model the held-out tasks, bare and, where the settings say so, after some answered seeds, and the general
 * tasks. Beside the answers, which are greedy, it takes the likelihood of every label and, on the general tasks, of the
 * right answer. Aborting throws the signal's reason.
 */
export async function* evaluateModel(
  test: ModelTest,
  model: TestedModel,
): AsyncGenerator<TestProgress, ModelEvaluation> {
  const { heldOut, retention } = test.domain;
  const parts = [
    bare(test, heldOut, false),
    bare(test, retention, true),
    ...(test.settings.fewShot > 0 ? [afterSeeds(test)] : []),
  ];
  const total = parts.reduce((sum, part) => sum + part.items.length + scoringRows(part).length, 0);
  let done = 0;
  const answers = parts.map((): string[] => []);
  for (const [i, part] of parts.entries()) {
    for await (const answer of answersTo(test, model, part)) {
      answers[i]?.push(answer);
      yield { done: ++done, total };
    }
  }
  // Writing and weighing take different sessions, so all the answers come before all the likelihoods.
  const weighing = weigh(test, model, parts.flatMap(scoringRows));
  let next = await weighing.next();
  for (; !next.done; next = await weighing.next()) yield { done: done + next.value, total };
  const scores = next.value.values();
  const [zeroShot, general, fewShot] = parts.map((part, i) =>
    scoreAnswers(part.items, answers[i] ?? [], likelihoodsOf(part, scores)),
  ) as [Evaluation, Evaluation, Evaluation?];
  return { heldOut: zeroShot, ...(fewShot && { fewShot }), retention: general };
}

function bare({ prompts }: ModelTest, items: readonly EvaluationItem[], measuresLoss: boolean): Part {
  return { items, prompts: items.map(prompts.answer), stop: prompts.answerStop, measuresLoss };
}

/** Each task after its own draw of seeds, so that no single draw decides; the same draw for every model. */
function afterSeeds({ domain, prompts, settings }: ModelTest): Part {
  const { seeds, heldOut: items, name, description } = domain;
  const asked = items.map((task) => {
    const demonstrations = createRandom(settings.seed, 'fewShot', task.id).sample(seeds, settings.fewShot);
    return prompts.answerFromDemonstrations({ subject: { name, description }, demonstrations, task });
  });
  return { items, prompts: asked, stop: prompts.demonstrationStop, measuresLoss: false };
}

async function* answersTo(
  test: ModelTest,
  model: TestedModel,
  { items, prompts, stop }: Part,
): AsyncGenerator<string> {
  const { settings, labelsOnly, ready } = test;
  let start = 0;
  for (const wave of slices(prompts, promptsPerCall(settings))) {
    await ready();
    const seed = samplingSeed(settings.seed, 'evaluation', start);
    const sampling = { maxNewTokens: settings.responseTokens, temperature: 0, topP: 1, seed, stop };
    const asked = items.slice(start, start + wave.length);
    const choices = labelsOnly ? asked.map(({ labels = null }) => labels) : undefined;
    const request = { ...sampling, ...writingCall(test), ...(choices && { choices }) };
    for await (const { text } of completeInOrder(model, wave, request)) yield text;
    start += wave.length;
  }
}

/** Yields how many rows are weighed. One call takes them all, since the model plans its graphs by the rows of a call. */
async function* weigh(
  { signal, ready }: ModelTest,
  model: TestedModel,
  rows: readonly ScoredRow[],
): AsyncGenerator<number, readonly Score[]> {
  if (rows.length === 0) return [];
  await ready();
  const told: number[] = [];
  let wake = (): void => {};
  const onProgress = (done: number): void => {
    told.push(done);
    wake();
  };
  const all = model.score(rows, { onProgress, ...(signal && { signal }) });
  all.catch(() => {}); // reported below, unless the consumer has left
  for (;;) {
    const more = new Promise<null>((resolve) => (wake = () => resolve(null)));
    const scores = told.length > 0 ? null : await Promise.race([all, more]);
    while (told.length > 0) yield told.shift() as number;
    if (scores) return scores;
  }
}

/** The texts whose likelihood is taken: of each item its labels, then its right answer where the loss is measured. */
function scoringRows({ items, prompts, measuresLoss }: Part): ScoredRow[] {
  return items.flatMap(({ labels = [], output }, i) => {
    const prompt = prompts[i] ?? '';
    return [...labels, ...(measuresLoss ? [output] : [])].map((text) => ({
      prompt,
      completion: completionAfter(prompt, text),
    }));
  });
}

/** Raw prompts that end in a word or a colon are continued after a space, as demonstrations write their answers. */
function completionAfter(prompt: Prompt, text: string): string {
  return typeof prompt === 'string' && /\S$/.test(prompt) ? ` ${text}` : text;
}

/** Takes what belongs to the part from `scores`, which come in the order of `scoringRows`. */
function likelihoodsOf({ items, measuresLoss }: Part, scores: Iterator<Score>): ItemLikelihoods[] {
  const next = (): Score => scores.next().value as Score;
  return items.map(({ labels }) => {
    const weighed = labels?.map((label) => ({ label, ...next() }));
    return { ...(weighed && { labels: weighed }), ...(measuresLoss && { reference: next() }) };
  });
}
