import type { GenerationContext } from './generation.ts';
import { createRetriever, type Retriever } from './retrieve.ts';
import type { Passage, Side, TaskText } from './tasks.ts';

/** Which place a passage has among those of its side that a task's words find, from 1; Infinity where they do not find it. */
export type PassageRanking = (task: TaskText, passage: Passage, side: Side) => number;

/** Ranks by BM25; the index is built when it is first needed. */
export function createPassageRanking({ sources }: Pick<GenerationContext, 'sources'>): PassageRanking {
  const retrievers: Partial<Record<Side, Retriever>> = {};
  return ({ instruction, input }, { id, text }, side) => {
    retrievers[side] ??= createRetriever(sources[side].passages);
    const found = retrievers[side].find(`${instruction} ${input}`, Infinity);
    // A fact that was recited twice is found under either name.
    const place = found.findIndex((passage) => passage.id === id || passage.text === text);
    return place === -1 ? Infinity : place + 1;
  };
}
