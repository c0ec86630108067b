import MiniSearch from 'minisearch';
import { unicodeTokens } from '../evaluation/rougeL.ts';
import type { Passage } from './tasks.ts';

export interface SourceDocument {
  /** A path or name; unique. */
  readonly id: string;
  /** Markdown or plain text. */
  readonly text: string;
}

/** How many tokens of the model's a text takes. */
export type CountTokens = (text: string) => number;

const heading = /^(#{1,6})\s+(.*?)\s*#*\s*$/;
const listItem = /^\s*(?:[-*+]|\d{1,3}[.)])\s+\S/;

/**
 * Cuts a document into passages along its structure: never across a heading; paragraphs and list items joined up to
 * `maxTokens`; a longer paragraph cut between sentences and only a sentence that is too long alone between words. A passage
 * starts with its headings' path, which counts towards its tokens.
 */
export function chunkDocument(
  document: SourceDocument,
  maxTokens: number,
  countTokens: CountTokens,
): Passage[] {
  const texts = sectionsOf(document.text).flatMap(({ path, paragraphs }) => {
    const title = path.length === 0 ? '' : `${path.join(' > ')}: `;
    // Headings alone may take all the room; then a passage still has something of the text.
    const most = title === '' ? maxTokens : Math.max(maxTokens, countTokens(title) + 1);
    const fits: Fits = (body) => countTokens(title + body) <= most;
    return pack(
      paragraphs.flatMap((paragraph) => splitLong(paragraph, fits)),
      fits,
    ).map((body) => title + body);
  });
  return texts.map((text, i) => ({ id: `${document.id}#${i + 1}`, documentId: document.id, text }));
}

type Fits = (body: string) => boolean;

interface Section {
  readonly path: readonly string[];
  readonly paragraphs: string[];
}

function sectionsOf(text: string): Section[] {
  let section: Section = { path: [], paragraphs: [] };
  const sections = [section];
  let isInParagraph = false;
  for (const line of text.split(/\r\n?|\n/)) {
    const [, marks, title] = heading.exec(line) ?? [];
    if (marks !== undefined) {
      section = { path: [...section.path.slice(0, marks.length - 1), title ?? ''], paragraphs: [] };
      sections.push(section);
    } else if (isInParagraph && line.trim() !== '' && !listItem.test(line)) {
      section.paragraphs.push(`${section.paragraphs.pop() ?? ''} ${line.trim()}`);
    } else if (line.trim() !== '') {
      section.paragraphs.push(line.trim());
    }
    isInParagraph = marks === undefined && line.trim() !== '';
  }
  return sections;
}

/** Joins neighbours while they fit. */
function pack(pieces: readonly string[], fits: Fits): string[] {
  const packed: string[] = [];
  for (const piece of pieces) {
    const joined = packed.length === 0 ? piece : `${packed.at(-1)} ${piece}`;
    if (packed.length > 0 && fits(joined)) packed[packed.length - 1] = joined;
    else packed.push(piece);
  }
  return packed;
}

function splitLong(paragraph: string, fits: Fits): string[] {
  if (fits(paragraph)) return [paragraph];
  const sentences = paragraph.split(/(?<=[.!?]["')\]]?)\s+(?=[\p{Lu}\d"'([])/u);
  return pack(
    sentences.flatMap((sentence) => splitWords(sentence, fits)),
    fits,
  );
}

function splitWords(sentence: string, fits: Fits): string[] {
  if (fits(sentence)) return [sentence];
  return pack(
    sentence.split(' ').flatMap((word) => splitLetters(word, fits)),
    fits,
  );
}

/** What has no spaces may be longer than all the room: tables of numbers, addresses, languages that use none. */
function splitLetters(word: string, fits: Fits): string[] {
  const letters = Array.from(word);
  if (letters.length < 2 || fits(word)) return [word];
  const half = letters.length >> 1;
  return [letters.slice(0, half), letters.slice(half)].flatMap((part) => splitLetters(part.join(''), fits));
}

export function countWords(text: string): number {
  return text.split(/\s+/).filter((word) => word !== '').length;
}

/** Finds the passages that a task is about. */
export interface Retriever {
  /** Best first; passages that share no word with the query are never returned. */
  find(query: string, count: number): Passage[];
}

/** BM25+ (MiniSearch) over the passages' words, without stemming or fuzzy matching. */
export function createRetriever(passages: readonly Passage[]): Retriever {
  const index = new MiniSearch({ fields: ['text'], tokenize: unicodeTokens });
  index.addAll(passages.map(({ id, text }) => ({ id, text })));
  const byId = new Map(passages.map((passage) => [passage.id, passage]));
  return {
    find: (query, count) =>
      index
        .search(query)
        .slice(0, count)
        .flatMap(({ id }) => byId.get(String(id)) ?? []),
  };
}
