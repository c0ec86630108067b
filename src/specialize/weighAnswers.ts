import type { Phase } from './events.ts';
import { firstRejection } from './filter.ts';
import { drawQuestion } from './generateResponses.ts';
import { type GenerationContext, type GenerationEvents, progress, slices } from './generation.ts';
import type { Prompt, Score, ScoredRow, Scorer } from './languageModel.ts';
import { likelihoodRules } from './likelihoodRules.ts';
import { createPassageFinder, type PassageFinder } from './passageFinder.ts';
import type { SpecializeSettings } from './settings.ts';
import type { GeneratedTask, LikelihoodScores } from './tasks.ts';

/** Tasks handed to the model at once, in batches of the settings' size. */
const batchesPerCall = 4;

/** What is compared for one score: the answer's mean log-likelihood in `rows[0]` and in `rows[1]`. */
interface Comparison {
  readonly task: GeneratedTask;
  readonly name: keyof LikelihoodScores;
  readonly rows: readonly [ScoredRow, ScoredRow];
}

export const weighsAnswers = (settings: SpecializeSettings): boolean =>
  likelihoodRules.some((rule) => rule.isAsked(settings));

/** Kept tasks whose answers have not been weighed yet. */
export const unweighed = (tasks: readonly GeneratedTask[]): GeneratedTask[] =>
  tasks.filter((task) => task.decision === 'kept' && !task.scores);

/**
 * Has the model weigh the answers that passed all other rules, stores what it found with the tasks and applies the
 * likelihood rules. Nothing is scored twice when an interrupted run goes on.
 */
export async function* weighAnswers(
  context: GenerationContext,
  model: Pick<Scorer, 'score'>,
  phase: Phase,
): GenerationEvents {
  const { settings, tasks, ready } = context;
  const total = tasks().filter(({ decision }) => decision === 'kept').length;
  const pending = unweighed(tasks());
  // What was scored just before an interruption may not have been judged.
  for (const task of tasks().filter(({ decision, scores }) => decision === 'kept' && scores))
    yield* judge(task, task.scores!, settings);
  let done = total - pending.length;
  const passageFor = createPassageFinder(context);
  for (const wave of slices(pending, settings.batchSize * batchesPerCall)) {
    await ready();
    const scores = await scoresOf(context, model, wave, passageFor);
    for (const task of wave) {
      yield { type: 'taskScored', id: task.id, scores: scores.get(task)! };
      yield* judge(task, scores.get(task)!, settings);
      yield progress(phase, ++done, total);
    }
  }
}

/** What a person kept is not judged. */
function* judge({ id, rescued }: GeneratedTask, scores: LikelihoodScores, settings: SpecializeSettings) {
  if (rescued) return;
  const rejection = firstRejection(likelihoodRules, scores, { settings });
  if (rejection) yield { type: 'taskRejected', id, rejection: { ...rejection, stage: 'response' } } as const;
}

async function scoresOf(
  context: GenerationContext,
  model: Pick<Scorer, 'score'>,
  tasks: readonly GeneratedTask[],
  passageFor: PassageFinder,
): Promise<Map<GeneratedTask, LikelihoodScores>> {
  const asked = new Set(
    likelihoodRules.filter((rule) => rule.isAsked(context.settings)).map(({ name }) => name),
  );
  const comparisons = tasks.flatMap((task) => [
    ...(asked.has('ifd') ? [difficultyOf(context, task)] : []),
    ...(asked.has('evidenceGain') ? evidenceOf(context, task, passageFor) : []),
  ]);
  const { signal } = context;
  const rows = comparisons.flatMap((comparison) => comparison.rows);
  const scores = await model.score(rows, { ...(signal && { signal }) });
  const found = new Map(tasks.map((task): [GeneratedTask, LikelihoodScores] => [task, {}]));
  comparisons.forEach(({ task, name }, i) => {
    const gain = meanOf(scores[2 * i]!) - meanOf(scores[2 * i + 1]!);
    const value = name === 'ifd' ? Math.exp(-gain) : gain;
    // A tokenizer without a first token leaves nothing to compare of an answer of none.
    if (Number.isFinite(value)) found.set(task, { ...found.get(task), [name]: value });
  });
  return found;
}

const meanOf = ({ logLikelihood, tokens }: Score): number => logLikelihood / tokens;

/** The answer after its task, asked as in training, and alone. */
function difficultyOf({ prompts }: GenerationContext, task: GeneratedTask): Comparison {
  const completion = task.output ?? '';
  return {
    task,
    name: 'ifd',
    rows: [
      { prompt: prompts.answer(task), completion },
      { prompt: '', completion },
    ],
  };
}

/** The answer after the demonstrations that it was given after, with and without the passages; none without one. */
function evidenceOf(
  context: GenerationContext,
  task: GeneratedTask,
  passageFor: PassageFinder,
): Comparison[] {
  const { passages, votes } = drawQuestion(context, passageFor, task);
  if (passages.length === 0) return [];
  const { prompt, demonstrations } = votes[0]!;
  const { subject, prompts } = context;
  const bare = prompts.answerFromDemonstrations({ subject, demonstrations, task });
  const rows = [continued(prompt, task), continued(bare, task)] as const;
  return [{ task, name: 'evidenceGain', rows }];
}

/** Raw prompts are continued with a space, which answers are kept without. */
function continued(prompt: Prompt, { output = '' }: GeneratedTask): ScoredRow {
  const isOpen = typeof prompt === 'string' && /\S$/.test(prompt);
  return { prompt, completion: isOpen ? ` ${output}` : output };
}
