import { unicodeTokens } from '../evaluation/rougeL.ts';
import { findPassage, type GenerationContext, ownWords, wordsOfSeeds } from './generation.ts';
import { createRetriever, type Retriever } from './retrieve.ts';
import type { Sources, SplitSources } from './split.ts';
import { type GeneratedTask, isRecited, type Passage, type Side } from './tasks.ts';

/** Finds the passages to show with a task, best first, if there are any. */
export type PassageFinder = (task: GeneratedTask) => readonly Passage[];

/** So many of the best matches are looked through for each one that is about the task's own things. */
const candidates = 5;

/**
 * The passage that the task was written about, then the best matches that have a word of the task beyond those that
 * seeds use too: one that only shares the domain's ways of asking is about something else, and misleads.
 */
export function createPassageFinder({ sources: all, settings }: GenerationContext): PassageFinder {
  const sources = settings.showRecited ? all : withoutRecited(all);
  const seedWords = wordsOfSeeds(all);
  const build = (side: Side): Retriever | null =>
    settings.retrieve ? createRetriever(sources[side].passages) : null;
  const retrievers = { train: build('train'), valid: build('valid') };
  const retrieve = (task: GeneratedTask): readonly Passage[] => {
    const own = new Set(ownWords(task, seedWords));
    const query = `${task.instruction} ${task.input}`;
    const found = retrievers[task.side]?.find(query, candidates * settings.passages) ?? [];
    return found.filter(({ text }) => unicodeTokens(text).some((word) => own.has(word)));
  };
  return (task) => {
    const subject = findPassage(sources, task.passageId);
    if (subject && settings.passages === 1) return [subject];
    const others = retrieve(task).filter(({ id }) => id !== subject?.id);
    return [...(subject ? [subject] : []), ...others].slice(0, settings.passages);
  };
}

/** Documents alone: what the model recited is a reason to ask, but no better founded than its answer. */
function withoutRecited({ train, valid }: SplitSources): SplitSources {
  const documents = (side: Sources): Sources => ({
    ...side,
    passages: side.passages.filter((passage) => !isRecited(passage)),
  });
  return { train: documents(train), valid: documents(valid) };
}

/** What a task was answered from, in the order in which it was shown. */
export function passageIds([first, ...further]: readonly Passage[]) {
  return {
    ...(first && { passageId: first.id }),
    ...(further.length > 0 && { furtherPassageIds: further.map(({ id }) => id) }),
  };
}

/** The passages as one text; undefined where there are none. */
export const textOf = (passages: readonly Passage[]): string | undefined =>
  passages.length === 0 ? undefined : passages.map(({ text }) => text).join('\n\n');
