import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { AutoTokenizer, env, type PreTrainedTokenizer } from '@huggingface/transformers';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { ByteLevelBpe } from '../../../tools/pocket/byteLevelBpe.ts';
import { corpusDocuments, type CorpusDocument } from '../../../tools/pocket/corpus.ts';
import { encodeDocument, packedSequences } from '../../../tools/pocket/sequences.ts';
import { readTokenizer, trainTokenizer, writeTokenizer } from '../../../tools/pocket/tokenizer.ts';

let folder: string;
let bpe: ByteLevelBpe;
let hub: PreTrainedTokenizer;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'pocket-'));
  bpe = trainTokenizer(1, 700, 2000);
  await writeTokenizer(bpe, join(folder, 'pocket'), 256);
  env.allowRemoteModels = false;
  env.localModelPath = folder;
  hub = await AutoTokenizer.from_pretrained('pocket');
});

afterAll(() => rm(folder, { recursive: true }));

const texts = [
  'Which organ does hepatitis affect?\nAnswer: liver',
  "  two  spaces, it's 1492 — naïve Ärger 日本 🙂\n\n\tend ",
  'Tasks about chemistry:\n1. What is the symbol of gold?\n2.',
];

describe('the tokenizer of pocket', () => {
  it('has the size asked for, special tokens first', () => {
    expect(bpe.vocabulary.size).toBe(700);
    expect([...bpe.vocabulary.keys()].slice(0, 5)).toEqual([
      '<|pad|>',
      '<|bos|>',
      '<|end|>',
      '<|user|>',
      '<|assistant|>',
    ]);
  });

  it.each(texts)('gives %j back in small letters after encoding', (text) => {
    expect(bpe.decode(bpe.encode(text))).toBe(text.replace(/^ +/, ' ').toLowerCase());
  });

  it.each(texts)('agrees with transformers.js on %j', (text) => {
    expect(hub.encode(text, { add_special_tokens: false })).toEqual(bpe.encode(text));
    expect(hub.encode(text)).toEqual([bpe.idOf('<|bos|>'), ...bpe.encode(text)]);
    expect(hub.decode(bpe.encode(text), { skip_special_tokens: true })).toBe(bpe.decode(bpe.encode(text)));
  });

  it('writes conversations as the corpus does', () => {
    const document = {
      role: 'chat',
      kind: 'chat',
      learned: 'all',
      user: 'Where does a baker work?',
      assistant: 'In a bakery.',
    } as const;
    const messages = [
      { role: 'user', content: document.user },
      { role: 'assistant', content: document.assistant },
    ];
    expect(hub.apply_chat_template(messages, { return_tensor: false, return_dict: false })).toEqual(
      encodeDocument(document, bpe).ids,
    );
  });

  it('folds a system prompt into the first user turn', () => {
    const messages = [
      { role: 'system', content: 'Be brief.' },
      { role: 'user', content: 'Who?' },
    ];
    const text = hub.apply_chat_template(messages, { tokenize: false, add_generation_prompt: true });
    expect(text).toBe('<|bos|><|user|>Be brief.\nWho?<|end|><|assistant|>');
  });

  it('reads back what it wrote', async () => {
    const again = await readTokenizer(join(folder, 'pocket'));
    expect([...again.vocabulary]).toEqual([...bpe.vocabulary]);
  });
});

describe('packed sequences', () => {
  const take = (count: number, length: number) => {
    const stream = packedSequences(5, bpe, length);
    return Array.from({ length: count }, () => stream.next().value);
  };

  it('are full of whole documents and the same for the same seed', () => {
    const sequences = take(40, 256);
    expect(sequences).toEqual(take(40, 256));
    expect(sequences.every(({ ids }) => ids.length <= 256 && ids[0] === bpe.idOf('<|bos|>'))).toBe(true);
    const used = sequences.reduce((sum, { ids }) => sum + ids.length, 0);
    expect(used / (40 * 256)).toBeGreaterThan(0.95);
  });

  it('cut a document that is longer than the sequence', () => {
    const document = corpusDocuments(1).next().value;
    expect(encodeDocument(document, bpe, 8).ids).toEqual(encodeDocument(document, bpe).ids.slice(0, 8));
  });
});

describe('what the loss counts of a document', () => {
  const learnedText = (document: CorpusDocument) => {
    const { ids, learned } = encodeDocument(document, bpe);
    return bpe.decode(ids.filter((_, i) => learned[i]));
  };

  it('is every token but the first', () => {
    const document = { role: 'text', kind: 'article', learned: 'all', text: 'Zinc is blue.' } as const;
    expect(learnedText(document)).toBe('zinc is blue.<|end|>');
  });

  it('or the answers, each with the token that ends it', () => {
    const text = 'Text: Zork is red.\nTask: What is Zork?\nAnswer: red\n\nTask: Is Zork blue?\nAnswer: no';
    const document = { role: 'text', kind: 'readingExercise', learned: 'answers', text } as const;
    expect(learnedText(document)).toBe('red\n\nno<|end|>');
  });

  it('or the reply of a conversation', () => {
    const document = {
      role: 'chat',
      kind: 'chat',
      learned: 'answers',
      user: 'Who?',
      assistant: 'Me.',
    } as const;
    expect(learnedText(document)).toBe('me.<|end|>');
  });
});
