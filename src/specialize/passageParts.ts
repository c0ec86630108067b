import { unicodeTokens } from '../evaluation/rougeL.ts';
import type { Passage } from './tasks.ts';

/** A few words of a sentence that can be the answer to a question about it. */
export interface Span {
  readonly text: string;
  /** Offset in the sentence. */
  readonly start: number;
  /** The word before it, in lower case. Spans after the same word tend to be of one kind. */
  readonly before: string;
  /** Nothing but punctuation follows. */
  readonly isLast: boolean;
  readonly shape: 'number' | 'name' | 'words';
}

/** A sentence that says by itself what it is about. */
export interface Statement {
  readonly text: string;
  readonly passage: Passage;
  readonly spans: readonly Span[];
}

const longestSpan = 4;
const leastSentenceWords = 4;
/** Shorter words come again and again whatever a passage is about. */
const leastTopicLetters = 4;
/** A word of so many documents tells nothing of any of them. */
const commonDocuments = { count: 3, share: 0.05 };

const headings = /^([^.!?:\n]{1,80}): /;
const word = /[\p{L}\p{M}\p{N}]+(?:[-'’.,][\p{L}\p{M}\p{N}]+)*/gu;

/** The sentences of a passage, without its headings' path. */
export function sentencesOf(text: string): string[] {
  const body = text.replace(headings, '');
  return body
    .split(/(?<=[.!?]["')\]]?)\s+(?=[\p{Lu}\d"'([])/u)
    .map((sentence) => sentence.trim())
    .filter((sentence) => sentence.split(/\s+/).length >= leastSentenceWords);
}

/**
 * The statements of passages with their spans: runs of up to four words of which none is common (short, in a seed or in many
 * documents) or names what the passage is about. Names and numbers may stand anywhere but at the beginning, whose capital
 * says nothing, other words at the end only, where they are seldom verbs. Sentences that do not name what the passage is about ("It lowers…") only point back and are left out.
 */
export function readStatements(passages: readonly Passage[], seedWords: ReadonlySet<string>): Statement[] {
  const isFrequent = createFrequentWords(passages);
  const isCommon = (text: string): boolean => isFrequent(text) || seedWords.has(lower(text));
  return passages.flatMap((passage) => {
    const sentences = sentencesOf(passage.text);
    const topic = topicOf(passage.text, sentences, isFrequent);
    return sentences
      .filter((text) => sentences.length === 1 || unicodeTokens(text).some((token) => topic.has(token)))
      .map((text) => ({ text, passage, spans: spansOf(text, (w) => isCommon(w) || topic.has(lower(w))) }));
  });
}

const lower = (text: string): string => text.toLowerCase();

function createFrequentWords(passages: readonly Passage[]): (word: string) => boolean {
  const documents = new Map<string, Set<string>>();
  for (const { documentId, text } of passages)
    for (const token of new Set(unicodeTokens(text)))
      documents.set(token, (documents.get(token) ?? new Set<string>()).add(documentId));
  const all = new Set(passages.map(({ documentId }) => documentId)).size;
  const limit = Math.max(commonDocuments.count, commonDocuments.share * all);
  return (text) => /^\p{Ll}{1,2}$/u.test(text) || (documents.get(lower(text))?.size ?? 0) >= limit;
}

/** Words of the headings, and of more than one sentence, but for frequent ones. */
function topicOf(text: string, sentences: readonly string[], isFrequent: (word: string) => boolean) {
  const counts = new Map<string, number>();
  const count = (token: string, weight: number) => counts.set(token, (counts.get(token) ?? 0) + weight);
  for (const token of unicodeTokens(headings.exec(text)?.[1] ?? '')) count(token, 2);
  for (const sentence of sentences) for (const token of new Set(unicodeTokens(sentence))) count(token, 1);
  return new Set(
    [...counts]
      .filter(([token, n]) => n > 1 && token.length >= leastTopicLetters && !isFrequent(token))
      .map(([token]) => token),
  );
}

/** Runs of words that are not left out, all names, all numbers or all other words. */
function spansOf(sentence: string, isLeftOut: (word: string) => boolean): Span[] {
  const words = [...sentence.matchAll(word)].map((match) => ({ text: match[0], start: match.index }));
  const runs: { readonly first: number; readonly shape: Span['shape']; last: number }[] = [];
  for (const [i, { text, start }] of words.entries()) {
    if (isLeftOut(text)) continue;
    const [run, before, shape] = [runs.at(-1), words[i - 1], shapeOf(text)];
    const isJoined = before && sentence.slice(before.start + before.text.length, start) === ' ';
    if (run?.last === i - 1 && run.shape === shape && isJoined) run.last = i;
    else runs.push({ first: i, shape, last: i });
  }
  const isSpan = ({ first, shape, last }: (typeof runs)[number]): boolean =>
    first > 0 && last - first < longestSpan && (shape !== 'words' || last === words.length - 1);
  return runs.filter(isSpan).map(({ first, shape, last }) => {
    const [before, begin, end] = [words[first - 1]!, words[first]!, words[last]!];
    const text = sentence.slice(begin.start, end.start + end.text.length);
    return { text, start: begin.start, before: lower(before.text), isLast: last === words.length - 1, shape };
  });
}

function shapeOf(text: string): Span['shape'] {
  if (/^\p{N}/u.test(text)) return 'number';
  return /^\p{Lu}/u.test(text) ? 'name' : 'words';
}
