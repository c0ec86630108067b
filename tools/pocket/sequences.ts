import type { ByteLevelBpe } from './byteLevelBpe.ts';
import { corpusDocuments, type CorpusDocument, type CorpusStyle } from './corpus.ts';

/** Token ids with one flag each: whether the loss counts it. */
export interface EncodedText {
  ids: number[];
  learned: boolean[];
}

/** A document as token ids, from <|bos|> to <|end|>, cut at `maxLength`. */
export function encodeDocument(
  document: CorpusDocument,
  bpe: ByteLevelBpe,
  maxLength = Infinity,
): EncodedText {
  const [bos, end] = [bpe.idOf('<|bos|>'), bpe.idOf('<|end|>')];
  const ids = [
    bos,
    ...(document.role === 'text'
      ? bpe.encode(document.text)
      : [bpe.idOf('<|user|>'), ...bpe.encode(document.user), end]),
    ...(document.role === 'text' ? [] : [bpe.idOf('<|assistant|>'), ...bpe.encode(document.assistant)]),
    end,
  ].slice(0, maxLength);
  const all = ids.map((_, i) => i > 0);
  return { ids, learned: document.learned === 'all' ? all : answerTokens(ids, bpe) };
}

/** True for every token of an answer and the token that ends it. */
function answerTokens(ids: readonly number[], bpe: ByteLevelBpe): boolean[] {
  const [assistant, end] = [bpe.idOf('<|assistant|>'), bpe.idOf('<|end|>')];
  const [word, colon] = bpe.encode('Answer:');
  const newlines = bpe.idsWithNewline;
  let inside = false;
  return ids.map((id, i) => {
    const learned = inside;
    if (id === assistant || (id === colon && ids[i - 1] === word)) inside = true;
    else if (id === end || newlines.has(id)) inside = false;
    return learned;
  });
}

const waiting = 64;

/**
 * Endless training sequences of at most `length` ids: whole documents, the largest of the waiting ones that fits first.
 * Deterministic in the seed.
 */
export function* packedSequences(
  seed: number,
  bpe: ByteLevelBpe,
  length: number,
  style?: CorpusStyle,
): Generator<EncodedText, never> {
  const documents = corpusDocuments(seed, style);
  const buffer: EncodedText[] = [];
  const refill = () => {
    while (buffer.length < waiting) {
      const document = encodeDocument(documents.next().value, bpe, length);
      if (document.learned.includes(true)) buffer.push(document);
    }
  };
  for (;;) {
    const sequence: EncodedText = { ids: [], learned: [] };
    for (;;) {
      refill();
      const free = length - sequence.ids.length;
      const fitting = buffer.reduce(
        (best, { ids }, i) => (ids.length <= free && ids.length > (buffer[best]?.ids.length ?? 0) ? i : best),
        -1,
      );
      // The first document of a sequence is the oldest, so that none waits for ever.
      const [document] = !sequence.ids.length
        ? buffer.splice(0, 1)
        : fitting < 0
          ? []
          : buffer.splice(fitting, 1);
      if (!document) break;
      sequence.ids.push(...document.ids);
      sequence.learned.push(...document.learned);
    }
    yield sequence;
  }
}
