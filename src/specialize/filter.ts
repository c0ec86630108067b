import type { ForeignLanguage } from './language.ts';
import type { SpecializeSettings } from './settings.ts';
import type { SimilarityIndex } from './similarity.ts';
import type { AnsweredTask, SeedTask, TaskText } from './tasks.ts';

/** A task before it has an answer. */
export interface TaskDraft extends TaskText {
  /** The completion ended inside the task. */
  readonly isCut: boolean;
}

/** A task with its answer; `isCut` now speaks of the answer. */
export interface AnsweredDraft extends AnsweredTask {
  readonly isCut: boolean;
  /** The answer was stopped because it went round in circles. */
  readonly isLoop?: boolean;
  /** Share of the votes that gave this answer. */
  readonly agreement: number;
  /** What the model answers itself, where the task came with another answer. */
  readonly disputedBy?: string;
}

/** What both kinds of rules judge against. */
export interface FilterContext {
  readonly settings: SpecializeSettings;
  /** The seeds that the model was shown when it wrote this. */
  readonly demonstrations: readonly SeedTask[];
  readonly passage?: string | undefined;
  /** Seeds and kept tasks, in the form that `noveltyText` gives them. */
  readonly known: SimilarityIndex;
  readonly foreignLanguage: ForeignLanguage;
  /** By the model's own tokenizer. */
  readonly countTokens: (text: string) => number;
}

/** What a task without an answer is judged against. */
export interface InstructionContext extends FilterContext {
  /** Words of all seeds' instructions and inputs: how tasks of this domain speak. */
  readonly seedWords: ReadonlySet<string>;
  /** Tells whether a task is, or nearly is, one that is held out for evaluation. */
  readonly isHeldOut: (task: TaskText) => boolean;
  /** Whether the same question is a seed or was accepted before. */
  readonly isKnown: (task: TaskText) => boolean;
  /**
   * Where the task's words find its own passage among all, from 1; Infinity where they do not, null where it has none.
   */
  readonly passageRank: (task: TaskText) => number | null;
}

/** What an answer is judged against. */
export interface ResponseContext extends FilterContext {
  /** Every answer that a seed or another generated task gives to this question. */
  readonly answersTo: (task: TaskText) => readonly string[];
  /** The share of the kept tasks that would have this answer if it were kept too, in [0, 1]. */
  readonly shareOf: (output: string) => number;
}

/** A named reason to leave a task out: `reject` says in one sentence what is wrong, or null. */
export interface FilterRule<Draft, Context extends Pick<FilterContext, 'settings'>> {
  readonly name: string;
  readonly description: string;
  readonly reject: (draft: Draft, context: Context) => string | null;
}

/** The text by which tasks are compared for novelty. */
export function noveltyText(
  task: TaskText & { readonly output?: string },
  settings: SpecializeSettings,
): string {
  const answer = settings.noveltyScope === 'answeredTask' ? (task.output ?? '') : '';
  return [task.instruction, task.input, answer].filter((part) => part !== '').join('\n');
}

/** The first rule that rejects the draft, in the table's order; null where all enabled rules let it pass. */
export function firstRejection<Draft, Context extends Pick<FilterContext, 'settings'>>(
  rules: readonly FilterRule<Draft, Context>[],
  draft: Draft,
  context: Context,
): { readonly rule: string; readonly reason: string } | null {
  for (const { name, reject } of rules) {
    if (context.settings.disabledRules.includes(name)) continue;
    const reason = reject(draft, context);
    if (reason !== null) return { rule: name, reason };
  }
  return null;
}

/** Model text inside a reason: in quotes, shortened. */
export function quote(text: string): string {
  return `"${text.length > 60 ? `${text.slice(0, 59)}…` : text}"`;
}
