import { normalizeAnswer, tokenF1 } from '../evaluation/answerMatch.ts';
import { createRandom } from '../random.ts';
import { isAnswerGiven } from '../taskChanges.ts';
import { completeInOrder } from './completeInOrder.ts';
import type { AnswerEvent, Phase } from './events.ts';
import { type AnsweredDraft, firstRejection, noveltyText, type ResponseContext } from './filter.ts';
import {
  findPassage,
  findSeeds,
  type GenerationContext,
  type GenerationEvents,
  progress,
  promptsPerCall,
  samplingSeed,
  slices,
  writingCall,
} from './generation.ts';
import { AnswerShares } from './answerShares.ts';
import { labelsFor } from './labels.ts';
import { createLanguageCheck } from './language.ts';
import type { Completion, LanguageModel, Prompt } from './languageModel.ts';
import { createPassageFinder, type PassageFinder, passageIds, textOf } from './passageFinder.ts';
import { responseRules } from './responseRules.ts';
import { SimilarityIndex } from './similarity.ts';
import type { SpecializeSettings } from './settings.ts';
import type { GeneratedTask, Passage, Rejection, SeedTask, TaskText } from './tasks.ts';
import { taskKey } from './tasks.ts';

/** How one task is asked: once per vote, each time with other demonstrations. */
interface Question {
  readonly task: GeneratedTask;
  /** Best first; the first is the one that the task was written about, where there is one. */
  readonly passages: readonly Passage[];
  /** What the answer must be one of, if the task names such a set. */
  readonly labels: readonly string[] | null;
  readonly votes: readonly { readonly demonstrations: readonly SeedTask[]; readonly prompt: Prompt }[];
}

/**
 * Answers every pending task, greedily unless several votes are to be sampled, after some answered seeds of the task's side
 * and with the passage that it was written about and those that retrieval finds; then applies the response rules.
 */
export async function* generateResponses(
  context: GenerationContext,
  model: LanguageModel,
  phase: Phase,
): GenerationEvents {
  const { settings, sources, tasks, ready } = context;
  const open = tasks().filter((task) => task.decision === 'pending');
  const pending = open.filter((task) => !isAnswerGiven(task) || isChecked(task, settings));
  const total = tasks().filter((task) => task.rejection?.stage !== 'instruction').length;
  const judge = createJudge(context);
  const passageFor = createPassageFinder(context);
  let done = total - pending.length;
  for (const task of open.filter((given) => !pending.includes(given))) {
    const draft = { ...task, output: task.output ?? '', isCut: false, agreement: 1 };
    const passage = findPassage(sources, task.passageId);
    const demonstrations = findSeeds(sources, task.seedIds);
    yield outcomeOf(task, judge.reject(draft, demonstrations, passage?.text));
  }
  for (const wave of slices(pending, Math.max(1, Math.floor(promptsPerCall(settings) / settings.votes)))) {
    await ready();
    const questions = wave.map((task) => drawQuestion(context, passageFor, task));
    for await (const { question, draft, demonstrations } of answers(context, model, questions, phase.round)) {
      const { task, passages } = question;
      yield { type: 'taskAnswered', id: task.id, output: draft.output, ...passageIds(passages) };
      const rejection = judge.reject(draft, demonstrations, textOf(passages));
      yield outcomeOf(task, task.rescued ? null : rejection);
      yield progress(phase, ++done, total);
    }
  }
  for (const task of tasks().filter((kept) => kept.decision === 'kept' && !kept.rescued)) {
    const reason = judge.contradiction(task);
    if (reason) yield { type: 'taskRejected', id: task.id, rejection: { ...reason, stage: 'response' } };
  }
}

/** Only of labels and spans the model's own answer can be compared with the given one; claims are right by the way they were made. */
const isChecked = ({ kind }: GeneratedTask, { checkGiven }: SpecializeSettings): boolean =>
  checkGiven && (kind === 'labelFirst' || kind === 'spanFirst');

const outcomeOf = ({ id }: GeneratedTask, rejection: Omit<Rejection, 'stage'> | null): AnswerEvent =>
  rejection
    ? { type: 'taskRejected', id, rejection: { ...rejection, stage: 'response' } }
    : { type: 'taskKept', id };

/** How a task is asked; the same each time. */
export function drawQuestion(
  { subject, sources, prompts, settings }: GenerationContext,
  passageFor: PassageFinder,
  task: GeneratedTask,
): Question {
  const passages = passageFor(task);
  const votes = Array.from({ length: settings.votes }, (_, vote) => {
    const random = createRandom(settings.seed, 'responses', task.id, vote);
    const demonstrations = random.sample(sources[task.side].seeds, settings.responseDemonstrations);
    const prompt = prompts.answerFromDemonstrations({
      subject,
      demonstrations,
      passage: textOf(passages),
      task,
    });
    return { demonstrations, prompt };
  });
  return { task, passages, labels: labelsFor(task, sources[task.side].seeds), votes };
}

interface Answer {
  readonly question: Question;
  readonly draft: AnsweredDraft;
  readonly demonstrations: readonly SeedTask[];
}

async function* answers(
  context: GenerationContext,
  model: LanguageModel,
  questions: readonly Question[],
  round: number,
): AsyncGenerator<Answer> {
  const { prompts, settings } = context;
  const asked = questions.flatMap((question) => question.votes.map((vote) => vote.prompt));
  const choices = questions.flatMap(({ votes, labels }) => votes.map(() => labels));
  const seed = samplingSeed(settings.seed, 'responses', round, questions[0]?.task.id ?? '');
  const temperature = settings.votes > 1 ? settings.voteTemperature : 0;
  const request = {
    maxNewTokens: settings.responseTokens,
    temperature,
    topP: temperature > 0 ? settings.topP : 1,
    seed,
    stop: prompts.demonstrationStop,
    choices,
    ...writingCall(context),
  };
  let given: Completion[] = [];
  let position = 0;
  for await (const completion of completeInOrder(model, asked, request)) {
    given.push(completion);
    if (given.length < settings.votes) continue;
    const question = questions[position++] as Question;
    yield { question, ...checkGiven(question, elect(question, given)) };
    given = [];
  }
}

/** The commonest answer, as its first voter worded it; ties go to the earlier vote. */
function elect({ task, votes }: Question, given: readonly Completion[]): Omit<Answer, 'question'> {
  const keys = given.map((completion) => normalizeAnswer(completion.text));
  const counts = keys.map((key) => keys.filter((other) => other === key).length);
  const best = counts.indexOf(Math.max(...counts));
  const completion = given[best] as Completion;
  return {
    demonstrations: votes[best]?.demonstrations ?? [],
    draft: {
      instruction: task.instruction,
      input: task.input,
      output: completion.text.trim(),
      isCut: completion.finishReason === 'length',
      isLoop: completion.finishReason === 'repetition',
      agreement: (counts[best] ?? 0) / given.length,
    },
  };
}

/** Token F1 of answers that agree: "It is heartburn." agrees with "heartburn". */
const leastF1 = 0.5;

/** Where the task came with its answer, that is the answer; the elected one only agrees with it or not. */
function checkGiven({ task }: Question, elected: Omit<Answer, 'question'>): Omit<Answer, 'question'> {
  if (!isAnswerGiven(task)) return elected;
  const { draft } = elected;
  const output = task.output ?? '';
  const isDisputed = tokenF1(draft.output, output) < leastF1;
  return {
    ...elected,
    draft: { ...draft, output, isCut: false, ...(isDisputed && { disputedBy: draft.output }) },
  };
}

/** Judges answers one after the other and remembers them all, the kept ones also for novelty. */
function createJudge({ sources, settings, countTokens, tasks }: GenerationContext) {
  const seeds = [...sources.train.seeds, ...sources.valid.seeds];
  const kept = tasks().filter((task) => task.decision === 'kept');
  const known = new SimilarityIndex([...seeds, ...kept].map((task) => noveltyText(task, settings)));
  const outputs = new Map<string, string[]>();
  const remember = (task: TaskText, output: string): void => {
    outputs.set(taskKey(task), [...(outputs.get(taskKey(task)) ?? []), output]);
  };
  const trusted = tasks().filter(
    (task) => task.decision === 'kept' || task.rejection?.rule === 'contradiction',
  );
  for (const task of [...seeds, ...trusted]) remember(task, task.output ?? '');
  const answersTo = (task: TaskText): readonly string[] => outputs.get(taskKey(task)) ?? [];
  const shares = new AnswerShares(kept.map(({ output = '' }) => output));
  const shareOf = (output: string) => shares.with(output);
  const foreignLanguage = createLanguageCheck(seeds);
  const shared = { settings, known, foreignLanguage, countTokens, answersTo, shareOf };
  const reject = (draft: AnsweredDraft, demonstrations: readonly SeedTask[], passage?: string) => {
    const context: ResponseContext = { ...shared, demonstrations, passage };
    const rejection = firstRejection(responseRules, draft, context);
    // An answer that was refused for itself contradicts nobody.
    if (!rejection || rejection.rule === 'contradiction') remember(draft, draft.output);
    if (!rejection) {
      known.add(noveltyText(draft, settings));
      shares.add(draft.output);
    }
    return rejection;
  };
  const contradiction = (task: GeneratedTask) => {
    const draft = { ...task, output: task.output ?? '', isCut: false, agreement: 1 };
    const rules = responseRules.filter((rule) => rule.name === 'contradiction');
    return firstRejection(rules, draft, { ...shared, demonstrations: [] });
  };
  return { reject, contradiction };
}
