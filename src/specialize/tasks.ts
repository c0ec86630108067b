import type { Origin } from '../evaluation/items.ts';
import type { TaskWording } from '../taskChanges.ts';
import type { TaskKind } from './taskKinds.ts';

/** An instruction with the text that it works on. */
export interface TaskText {
  readonly instruction: string;
  /** '' where the instruction stands alone. */
  readonly input: string;
}

export interface AnsweredTask extends TaskText {
  readonly output: string;
}

/** A task that a person wrote; the only tasks that generation and training ever see. */
export interface SeedTask extends AnsweredTask {
  readonly id: string;
  readonly labels?: readonly string[];
  readonly task?: string;
  /** The file and row that it was imported from. */
  readonly origin?: Origin | undefined;
}

/** What generation may know of a domain. */
export interface Subject {
  readonly name: string;
  readonly description: string;
}

/** A piece of the person's documents, or a fact that the model recited. */
export interface Passage {
  readonly id: string;
  /** Passages of one document stay on one side of the split. */
  readonly documentId: string;
  readonly text: string;
}

/** Recited facts are documents of their own. */
export const isRecited = ({ id, documentId }: Passage): boolean => id === documentId;

/** `train` teaches; `valid` only watches the loss. A task inherits the side of the seeds and passage it came from. */
export type Side = 'train' | 'valid';

export interface Rejection {
  readonly rule: string;
  readonly reason: string;
  /** Rejected for its instruction, or only for the answer, which another round may give better. */
  readonly stage: 'instruction' | 'response';
}

/** What the model's own likelihoods say of an answer; only what the settings ask for. */
export interface LikelihoodScores {
  /** Perplexity of the answer after its task over its perplexity alone. */
  readonly ifd?: number;
  /** What the shown passage adds to the answer's log-likelihood, in nats per token. */
  readonly evidenceGain?: number;
}

/** A task that the model wrote, with where it came from and what became of it. */
export interface GeneratedTask extends TaskText {
  readonly id: string;
  readonly side: Side;
  /** How it came about; absent in runs from before there were several ways, where it is in context. */
  readonly kind?: TaskKind;
  /** Which instruction prompt it came from, counted from 0. */
  readonly prompt: number;
  /** The seeds shown in that prompt. */
  readonly seedIds: readonly string[];
  /** The passage it was written about, or that was retrieved to answer it. */
  readonly passageId?: string;
  /** Passages that were shown besides to answer it, best first. */
  readonly furtherPassageIds?: readonly string[];
  readonly output?: string;
  /** Absent until they are computed. */
  readonly scores?: LikelihoodScores;
  readonly decision: 'pending' | 'kept' | 'rejected';
  readonly rejection?: Rejection;
  /** A person kept it; no rule rejects it any more. */
  readonly rescued?: boolean;
  /** As the model wrote it, where a person has worded it anew. */
  readonly written?: TaskWording;
}

/** A general task with the answer that the model gave before any training. */
export interface ReplayedTask extends AnsweredTask {
  readonly id: string;
}

/** The form in which two tasks count as the same question. */
export function taskKey(task: TaskText): string {
  return [task.instruction, task.input].map(canonicalText).join('\n');
}

/** Letters and digits only, lower case: equal texts in all that matters. */
export function canonicalText(text: string): string {
  return (text.toLowerCase().match(/[\p{L}\p{M}\p{N}]+/gu) ?? []).join(' ');
}
