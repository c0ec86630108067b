import MiniSearch from 'minisearch';
import { unicodeTokens } from '../evaluation/rougeL.ts';
import type { Passage } from './tasks.ts';

export interface SourceDocument {
  /** A path or name; unique. */
  readonly id: string;
  /** Markdown or plain text. */
  readonly text: string;
}

const heading = /^(#{1,6})\s+(.*?)\s*#*\s*$/;

/**
 * Cuts a document into passages along its structure: never across a heading, paragraphs joined up to `maxWords`, a
 * longer paragraph cut between sentences and, failing that, between words. A passage starts with its headings' path,
 * which counts towards its words.
 */
export function chunkDocument(document: SourceDocument, maxWords: number): Passage[] {
  const texts = sectionsOf(document.text).flatMap(({ path, paragraphs }) => {
    const title = path.length === 0 ? '' : `${path.join(' > ')}: `;
    const room = Math.max(1, maxWords - countWords(title));
    return pack(
      paragraphs.flatMap((paragraph) => splitLong(paragraph, room)),
      room,
    ).map((body) => title + body);
  });
  return texts.map((text, i) => ({ id: `${document.id}#${i + 1}`, documentId: document.id, text }));
}

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
    } else if (isInParagraph && line.trim() !== '') {
      section.paragraphs.push(`${section.paragraphs.pop() ?? ''} ${line.trim()}`);
    } else if (line.trim() !== '') {
      section.paragraphs.push(line.trim());
    }
    isInParagraph = marks === undefined && line.trim() !== '';
  }
  return sections;
}

/** Joins neighbours while they fit. */
function pack(pieces: readonly string[], maxWords: number): string[] {
  const packed: string[] = [];
  let words = Infinity;
  for (const piece of pieces) {
    const size = countWords(piece);
    if (words + size <= maxWords) packed.push(`${packed.pop() ?? ''} ${piece}`);
    else packed.push(piece);
    words = words + size <= maxWords ? words + size : size;
  }
  return packed;
}

function splitLong(paragraph: string, maxWords: number): string[] {
  if (countWords(paragraph) <= maxWords) return [paragraph];
  const sentences = paragraph.split(/(?<=[.!?]["')\]]?)\s+(?=[\p{Lu}\d"'([])/u);
  return pack(
    sentences.flatMap((sentence) => splitWords(sentence, maxWords)),
    maxWords,
  );
}

function splitWords(sentence: string, maxWords: number): string[] {
  const words = sentence.split(' ');
  const pieces: string[] = [];
  for (let i = 0; i < words.length; i += maxWords) pieces.push(words.slice(i, i + maxWords).join(' '));
  return pieces;
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
