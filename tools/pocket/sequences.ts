import type { ByteLevelBpe } from './byteLevelBpe.ts';
import { corpusDocuments, mixture, type CorpusDocument } from './corpus.ts';

/** A document as token ids, from <|bos|> to <|end|>, cut at `maxLength`. */
export function encodeDocument(document: CorpusDocument, bpe: ByteLevelBpe, maxLength = Infinity): number[] {
  const [bos, end] = [bpe.idOf('<|bos|>'), bpe.idOf('<|end|>')];
  const ids =
    document.role === 'text'
      ? [bos, ...bpe.encode(document.text), end]
      : [
          bos,
          bpe.idOf('<|user|>'),
          ...bpe.encode(document.user),
          end,
          bpe.idOf('<|assistant|>'),
          ...bpe.encode(document.assistant),
          end,
        ];
  return ids.slice(0, maxLength);
}

const waiting = 64;

/**
 * Endless training sequences of exactly `length` ids: whole documents, the largest of the waiting ones that fits first;
 * what stays free at the end is <|pad|>, to be left out of the loss. Deterministic in the seed.
 */
export function* packedSequences(
  seed: number,
  bpe: ByteLevelBpe,
  length: number,
  kinds = mixture,
): Generator<Int32Array, never> {
  const documents = corpusDocuments(seed, kinds);
  const buffer: number[][] = [];
  const refill = () => {
    while (buffer.length < waiting) buffer.push(encodeDocument(documents.next().value, bpe, length));
  };
  for (;;) {
    const sequence = new Int32Array(length).fill(bpe.idOf('<|pad|>'));
    for (let used = 0; ;) {
      refill();
      const fitting = buffer.reduce(
        (best, d, i) => (d.length <= length - used && d.length > (buffer[best]?.length ?? 0) ? i : best),
        -1,
      );
      // The first document of a sequence is the oldest, so that none waits for ever.
      const [document] = used === 0 ? buffer.splice(0, 1) : fitting < 0 ? [] : buffer.splice(fitting, 1);
      if (!document) break;
      sequence.set(document, used);
      used += document.length;
    }
    yield sequence;
  }
}
