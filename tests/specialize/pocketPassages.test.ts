import { readFile } from 'node:fs/promises';
import { expect, it } from 'vitest';
import { loadTokenizer } from '../../src/generation/loadTokenizer.ts';
import { chunkDocument, countWords } from '../../src/specialize/retrieve.ts';
import { pocketSettings } from '../../src/specialize/presets.ts';

const read = (path: string) => readFile(new URL(`../../public/${path}`, import.meta.url), 'utf8');

// The published runs cut at 30 words. The bundled documents must not be cut otherwise, or their numbers are others'.
it.each(['biomedicine', 'finance'])(
  'the preset for pocket cuts %s as the published runs did',
  async (name) => {
    const tokenizer = await loadTokenizer((file) => read(`models/pocket/${file}`).catch(() => null));
    const document = { id: `${name}.md`, text: await read(`domains/documents/${name}.md`) };
    const count = (text: string) => tokenizer.encode(text, false).length;
    const passages = chunkDocument(document, pocketSettings.passageTokens, count);
    expect(passages).toEqual(chunkDocument(document, 30, countWords));
    expect(passages.length).toBeGreaterThan(25);
  },
);
